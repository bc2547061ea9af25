import { elementCount, type NumericData, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { broadcastDims, broadcastShape, type Dims } from '../dims.ts';
import { broadcastTo, given, resultOf } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import type { OpCost, OpDef, ShapedValue } from '../op-def.ts';

/** Adds a(m×k) · b(k×n) to out(m×n), all row-major from the given positions, rows of `out` in double precision. */
export function addProduct(
  a: NumericData,
  aAt: number,
  b: NumericData,
  bAt: number,
  out: Float64Array,
  outAt: number,
  [m, k, n]: readonly [number, number, number],
): void {
  for (let i = 0; i < m; i++) {
    const row = outAt + i * n;
    for (let p = 0; p < k; p++) {
      const factor = a[aAt + i * k + p] as number;
      if (factor === 0) continue;
      const from = bAt + p * n;
      for (let j = 0; j < n; j++) out[row + j] = (out[row + j] as number) + factor * (b[from + j] as number);
    }
  }
}

/** Shapes with vectors made matrices: a leading 1 for the first operand, a trailing 1 for the second. */
const asMatrices = (a: Dims, b: Dims): readonly [Dims, Dims] => [
  a.length === 1 ? [1, ...a] : a,
  b.length === 1 ? [...b, 1] : b,
];

/** Output shape of a product as NumPy's `matmul`. Throws `ops/incompatible-shapes`. */
export function matMulDims(op: string, a: Dims, b: Dims): Dims {
  const [x, y] = asMatrices(a, b);
  const [k1, k2] = [x.at(-1), y.at(-2)];
  if (x.length < 2 || y.length < 2 || (typeof k1 === 'number' && typeof k2 === 'number' && k1 !== k2))
    throw incompatibleShapes(op, 'the inner sizes of the factors differ', [a, b]);
  const batch = broadcastDims(op, x.slice(0, -2), y.slice(0, -2));
  const rows = a.length === 1 ? [] : [x.at(-2) ?? 1];
  const columns = b.length === 1 ? [] : [y.at(-1) ?? 1];
  return [...batch, ...rows, ...columns];
}

/** The product in double precision, with batch dimensions broadcast. */
export function matMulProduct(a: Tensor, b: Tensor): { readonly shape: Shape; readonly values: Float64Array } {
  const shape = matMulDims('MatMul', a.shape, b.shape) as Shape;
  const [x, y] = asMatrices(a.shape, b.shape) as readonly [Shape, Shape];
  const [m, k] = x.slice(-2) as [number, number];
  const n = y.at(-1) as number;
  const batch = broadcastShape('MatMul', x.slice(0, -2), y.slice(0, -2));
  const left = numbersOf(broadcastTo({ ...a, shape: x }, [...batch, m, k]));
  const right = numbersOf(broadcastTo({ ...b, shape: y }, [...batch, k, n]));
  const values = new Float64Array(elementCount(shape));
  for (let i = 0; i < elementCount(batch); i++)
    addProduct(left, i * m * k, right, i * k * n, values, i * m * n, [m, k, n]);
  return { shape, values };
}

/** m·k·n MACs per product; a constant factor is a layer's weight. */
export function matMulCost(
  a: ShapedValue | undefined,
  b: ShapedValue | undefined,
  y: ShapedValue | undefined,
  inputs: readonly [number, number] = [0, 1],
): OpCost {
  const inner = a?.shape.at(-1) ?? 0;
  const constant = b?.isConstant || a?.isConstant;
  const inChannels = b?.isConstant ? inner : undefined;
  return {
    kind: constant ? 'dense' : 'matmul',
    macs: elementCount(y?.shape ?? [0]) * inner,
    ...(constant ? { params: inputs } : {}),
    geometry: inChannels === undefined ? {} : { inChannels, outChannels: b?.shape.at(-1) ?? 1 },
  };
}

export const matMul = {
  id: 'MatMul',
  sinceOpset: 1,
  bind: () => ({
    infer: ([a, b]) => [value(a?.type, a?.shape && b?.shape && matMulDims('MatMul', a.shape, b.shape))],
    cost: ([a, b], [y]) => matMulCost(a, b, y),
    run(inputs) {
      const a = given('MatMul', inputs, 0, 'A');
      const { shape, values } = matMulProduct(a, given('MatMul', inputs, 1, 'B'));
      return [resultOf(a.type, shape, values)];
    },
    quant: { role: 'weighted', weight: 1, outAxis: 1, inAxis: 0 },
    lower: (ctx) => ctx.dense({ weight: 1, outAxis: 1 }),
  }),
} as const satisfies OpDef;
