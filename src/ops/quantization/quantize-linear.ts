import { clamp, roundEven } from '../../base/index.ts';
import { type Attributes, type DataType, dataTypeOf, numbersOf, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt } from '../dims.ts';
import { given, resultOf, roundTo } from '../elements.ts';
import { unsupportedForm } from '../errors.ts';
import { isFloat8, roundToFloat8 } from '../float8.ts';
import { elementwiseCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Lowest and highest code of each integer type. */
export const CODE_LIMITS: Partial<Record<DataType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int4: [-8, 7],
  uint4: [0, 15],
  int32: [-2147483648, 2147483647],
};

/** Which scale belongs to each element: one for all, one per slice of `axis`, or one per block along it. */
function scaleIndex(op: string, x: Tensor, scale: Tensor, axis: number, blockSize: number): (i: number) => number {
  if (scale.data.length === 1) return () => 0;
  const at = axisIn(op, axis, x.shape.length);
  const [, size, inner] = splitAt(x.shape, at);
  if (blockSize === 0) return (i) => Math.floor(i / inner) % size;
  const blocks = scale.shape[at] as number;
  return (i) => {
    const outer = Math.floor(i / (inner * size));
    const block = Math.floor((Math.floor(i / inner) % size) / blockSize);
    return (outer * blocks + block) * inner + (i % inner);
  };
}

interface LinearOptions {
  readonly axis: number;
  readonly blockSize: number;
  /** Only for floats of 8 bits: values beyond their range become the largest. */
  readonly saturate?: boolean;
}

const readOptions = (read: AttributeReader): LinearOptions => ({
  axis: read.int('axis') ?? 1,
  blockSize: read.int('block_size') ?? 0,
  saturate: (read.int('saturate') ?? 1) !== 0,
});

/** q = clip(round half to even(x / scale) + zero point), in the zero point's type (uint8 without one); floats of 8 bits round to their own grid. */
export function quantized(
  x: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
  type: DataType,
  o: LinearOptions,
): Tensor {
  const limits = CODE_LIMITS[type];
  if (!limits && !isFloat8(type)) throw unsupportedForm('QuantizeLinear', `quantizing to ${type}`);
  const values = numbersOf(x);
  const scales = numbersOf(scale);
  const zeros = zero && numbersOf(zero);
  const indexOf = scaleIndex('QuantizeLinear', x, scale, o.axis, o.blockSize);
  const out = new Float64Array(values.length);
  // The division is made in the type of x, as runtimes do: codes at ties depend on it.
  const divided = x.type === 'float32' ? Math.fround : (v: number) => roundTo(x.type, v);
  for (let i = 0; i < out.length; i++) {
    const k = indexOf(i);
    const quotient = divided((values[i] as number) / (scales[k] as number));
    const offset = (zeros?.[k] as number | undefined) ?? 0;
    out[i] = limits
      ? clamp(roundEven(quotient) + offset, limits[0], limits[1])
      : roundToFloat8(type, quotient + offset, o.saturate);
  }
  return resultOf(type, x.shape, out);
}

/** x = (q − zero point) · scale, in the scale's type unless another is asked for. */
export function dequantized(
  q: Tensor,
  scale: Tensor,
  zero: Tensor | undefined,
  o: LinearOptions,
  type: DataType = scale.type,
): Tensor {
  const codes = numbersOf(q);
  const scales = numbersOf(scale);
  const zeros = zero && numbersOf(zero);
  const indexOf = scaleIndex('DequantizeLinear', q, scale, o.axis, o.blockSize);
  const out = new Float64Array(codes.length);
  for (let i = 0; i < out.length; i++) {
    const k = indexOf(i);
    out[i] = ((codes[i] as number) - (zeros?.[k] ?? 0)) * (scales[k] as number);
  }
  return resultOf(type, q.shape, out);
}

function quantizeOperator<Id extends string>(id: Id, sinceOpset: number) {
  return {
    id,
    sinceOpset,
    bind(attributes: Attributes) {
      const read = new AttributeReader('QuantizeLinear', attributes);
      const options = readOptions(read);
      const stated = dataTypeOf(read.int('output_dtype') ?? 0);
      const typeFor = (zeroType: DataType | undefined) => zeroType ?? stated ?? 'uint8';
      return {
        infer: ([x, , zero]) => [value(typeFor(zero?.type), x?.shape)],
        cost: elementwiseCost(2),
        run(inputs) {
          const x = given('QuantizeLinear', inputs, 0, 'x');
          const scale = given('QuantizeLinear', inputs, 1, 'y_scale');
          return [quantized(x, scale, inputs[2], typeFor(inputs[2]?.type), options)];
        },
      };
    },
  } as const satisfies OpDef;
}

function dequantizeOperator<Id extends string>(id: Id, sinceOpset: number) {
  return {
    id,
    sinceOpset,
    bind(attributes: Attributes) {
      const read = new AttributeReader('DequantizeLinear', attributes);
      const options = readOptions(read);
      const stated = dataTypeOf(read.int('output_dtype') ?? 0);
      return {
        infer: ([q, scale]) => [value(stated ?? scale?.type, q?.shape)],
        cost: elementwiseCost(2),
        run(inputs) {
          const q = given('DequantizeLinear', inputs, 0, 'x');
          const scale = given('DequantizeLinear', inputs, 1, 'x_scale');
          return [dequantized(q, scale, inputs[2], options, stated ?? scale.type)];
        },
      };
    },
  } as const satisfies OpDef;
}

export const quantizeLinear = quantizeOperator('QuantizeLinear', 10);
export const dequantizeLinear = dequantizeOperator('DequantizeLinear', 10);
/** What onnxruntime's tools write for types that the standard did not have then. */
export const microsoftQuantizeLinear = quantizeOperator('com.microsoft::QuantizeLinear', 1);
export const microsoftDequantizeLinear = dequantizeOperator('com.microsoft::DequantizeLinear', 1);
