import { clamp, roundEven } from '../../base/index.ts';
import {
  type Attributes,
  type DataType,
  elementCount,
  numbersOf,
  type Shape,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, mapElements, resultOf, scalarOf } from '../elements.ts';
import { unsupportedForm } from '../errors.ts';
import { value } from '../inference.ts';
import { convCost, convDims } from '../neural/conv.ts';
import { convolve } from '../neural/convolve.ts';
import { matMulCost, matMulDims, matMulProduct } from '../neural/matmul.ts';
import { readWindow, windowAxes } from '../neural/window.ts';
import type { BoundOp, OpDef } from '../op-def.ts';
import { CODE_LIMITS } from './quantize-linear.ts';

/** Layers that compute on integers: ConvInteger, MatMulInteger, QLinearConv, QLinearMatMul, DynamicQuantizeLinear. */

/** Codes less their zero point: one for all, or one per slice of `axis`. */
function centered(codes: Tensor, zero: Tensor | undefined, axis: number): Tensor {
  const zeros = zero ? numbersOf(zero) : Float64Array.of(0);
  const inner = codes.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const size = codes.shape[axis] ?? 1;
  const values = Float64Array.from(
    numbersOf(codes),
    (v, i) => v - (zeros[zeros.length === 1 ? 0 : Math.floor(i / inner) % size] as number),
  );
  return { type: 'float64', shape: codes.shape, data: values };
}

/** round half to even(value · factor) + zero point, saturated to the type. */
function requantized(
  values: Tensor,
  factorOf: (i: number) => number,
  zero: Tensor | undefined,
  type: DataType,
): Tensor {
  const [low, high] = limitsOf(type);
  const offset = zero ? scalarOf(zero) : 0;
  const out = Float64Array.from(numbersOf(values), (v, i) => clamp(roundEven(v * factorOf(i)) + offset, low, high));
  return resultOf(type, values.shape, out);
}

function limitsOf(type: DataType): readonly [number, number] {
  const limits = CODE_LIMITS[type];
  if (!limits) throw unsupportedForm('QLinear operators', `the output type ${type}`);
  return limits;
}

/** Shared by ConvInteger and QLinearConv: inputs by position, sums as exact integers. */
function integerConv(op: string, attributes: Attributes) {
  const read = new AttributeReader(op, attributes);
  const window = readWindow(read);
  const groups = read.int('group') ?? 1;
  return {
    dims: (x: Tensor['shape'], w: Tensor['shape']) => convDims(op, x, w, groups, window),
    infer: (type: DataType | undefined, x: Parameters<BoundOp['infer']>[0][number], w: typeof x) =>
      value(type, x?.shape && w?.shape && convDims(op, x.shape, w.shape, groups, window)),
    cost: (x: Shape, w: Shape, y: Shape) => convCost(x, w, y, groups, window.strides?.at(-1) ?? 1),
    /** Padding adds nothing: it stands for the zero point. */
    sums(x: Tensor, w: Tensor, biasOf: (channel: number) => number): Tensor {
      const shape = convDims(op, x.shape, w.shape, groups, window) as Shape;
      const out = new Float64Array(elementCount(shape));
      const sizes = {
        batch: x.shape[0] as number,
        inChannels: x.shape[1] as number,
        outChannels: w.shape[0] as number,
        groups,
        axes: windowAxes(window, x.shape.slice(2), w.shape.slice(2)),
      };
      convolve(numbersOf(x), numbersOf(w), sizes, biasOf, (plane, at) => out.set(plane, at));
      return { type: 'float64', shape, data: out };
    },
  };
}

export const convInteger = {
  id: 'ConvInteger',
  sinceOpset: 10,
  bind(attributes) {
    const layer = integerConv('ConvInteger', attributes);
    return {
      infer: ([x, w]) => [layer.infer('int32', x, w)],
      cost: ([x, w], [y]) => ({ ...layer.cost(x?.shape ?? [], w?.shape ?? [], y?.shape ?? []), params: [1] }),
      run(inputs) {
        const x = centered(given('ConvInteger', inputs, 0), inputs[2], 0);
        const w = centered(given('ConvInteger', inputs, 1), inputs[3], 0);
        return [
          mapElements(
            layer.sums(x, w, () => 0),
            (v) => v,
            'int32',
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;

/** Inputs: x, its scale and zero point, w, its scale(s) and zero point(s), the output's scale and zero point, bias (int32). */
export const qLinearConv = {
  id: 'QLinearConv',
  sinceOpset: 10,
  bind(attributes) {
    const layer = integerConv('QLinearConv', attributes);
    return {
      infer: ([x, , , w, , , , zero]) => [layer.infer(zero?.type, x, w)],
      cost: ([x, , , w], [y]) => ({
        ...layer.cost(x?.shape ?? [], w?.shape ?? [], y?.shape ?? []),
        params: [3, 8],
        bias: 8,
      }),
      run(inputs) {
        const at = (i: number) => given('QLinearConv', inputs, i);
        const bias = inputs[8] && numbersOf(inputs[8]);
        const sums = layer.sums(centered(at(0), at(2), 0), centered(at(3), at(5), 0), (c) => bias?.[c] ?? 0);
        const [xScale, yScale, wScales] = [scalarOf(at(1)), scalarOf(at(6)), numbersOf(at(4))];
        const channels = sums.shape[1] as number;
        const inner = elementCount(sums.shape.slice(2));
        const channelOf = (i: number) => (wScales.length === 1 ? 0 : Math.floor(i / inner) % channels);
        const factorOf = (i: number) => (xScale * (wScales[channelOf(i)] as number)) / yScale;
        return [requantized(sums, factorOf, at(7), at(7).type)];
      },
    };
  },
} as const satisfies OpDef;

export const matMulInteger = {
  id: 'MatMulInteger',
  sinceOpset: 10,
  bind: () => ({
    infer: ([a, b]) => [value('int32', a?.shape && b?.shape && matMulDims('MatMulInteger', a.shape, b.shape))],
    cost: ([a, b], [y]) => matMulCost(a, b, y),
    run(inputs) {
      const [a, b] = [given('MatMulInteger', inputs, 0, 'A'), given('MatMulInteger', inputs, 1, 'B')];
      const product = matMulProduct(
        centered(a, inputs[2], Math.max(0, a.shape.length - 2)),
        centered(b, inputs[3], b.shape.length - 1),
      );
      return [tensorOf('int32', product.shape, product.values)];
    },
  }),
} as const satisfies OpDef;

/** Inputs: a, its scale and zero point, b, its scale and zero point, the output's scale and zero point. */
export const qLinearMatMul = {
  id: 'QLinearMatMul',
  sinceOpset: 10,
  bind: () => ({
    infer: ([a, , , b, , , , zero]) => [
      value(zero?.type, a?.shape && b?.shape && matMulDims('QLinearMatMul', a.shape, b.shape)),
    ],
    cost: ([a, , , b], [y]) => matMulCost(a, b, y, [0, 3]),
    run(inputs) {
      const at = (i: number) => given('QLinearMatMul', inputs, i);
      const [a, b] = [at(0), at(3)];
      const { shape, values } = matMulProduct(
        centered(a, at(2), Math.max(0, a.shape.length - 2)),
        centered(b, at(5), b.shape.length - 1),
      );
      const [rows, columns] = [a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
      const [aScales, bScales, yScale] = [numbersOf(at(1)), numbersOf(at(4)), scalarOf(at(6))];
      const rowOf = (i: number) => (aScales.length === 1 ? 0 : Math.floor(i / columns) % rows);
      const columnOf = (i: number) => (bScales.length === 1 ? 0 : i % columns);
      const factorOf = (i: number) => ((aScales[rowOf(i)] as number) * (bScales[columnOf(i)] as number)) / yScale;
      return [requantized({ type: 'float64', shape, data: values }, factorOf, at(7), at(7).type)];
    },
  }),
} as const satisfies OpDef;

/** Codes of 8 bits over the range of the input and 0; also gives the scale and zero point it chose. */
export const dynamicQuantizeLinear = {
  id: 'DynamicQuantizeLinear',
  sinceOpset: 11,
  bind: () => ({
    infer: ([x], outputCount) =>
      [value('uint8', x?.shape), value('float32', []), value('uint8', [])].slice(0, outputCount),
    cost: ([x]) => ({ kind: 'elementwise', extraOps: 4 * elementCount(x?.shape ?? [0]) }),
    run(inputs, outputCount) {
      const x = given('DynamicQuantizeLinear', inputs, 0);
      let [low, high] = [0, 0];
      for (const v of numbersOf(x)) {
        low = Math.min(low, v);
        high = Math.max(high, v);
      }
      const scale = Math.fround((high - low) / 255);
      const zero = scale === 0 ? 0 : clamp(roundEven(-low / scale), 0, 255);
      const codes = mapElements(x, (v) => clamp(roundEven(Math.fround(v / (scale || 1))) + zero, 0, 255), 'uint8');
      return [codes, tensorOf('float32', [], [scale]), tensorOf('uint8', [], [zero])].slice(0, outputCount);
    },
  }),
} as const satisfies OpDef;
