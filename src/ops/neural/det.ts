import { elementCount, numbersOf } from '../../ir/index.ts';
import { given, resultOf } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { sizeOf, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Determinants of the square matrices in the last two dimensions, by elimination with row exchanges. */
export const det = {
  id: 'Det',
  sinceOpset: 11,
  bind: () => ({
    infer: ([x]) => [value(x?.type, x?.shape?.slice(0, -2))],
    cost: ([x]) => ({ kind: 'elementwise', extraOps: Math.ceil((2 / 3) * sizeOf(x) * (x?.shape.at(-1) ?? 1)) }),
    run(inputs) {
      const x = given('Det', inputs, 0);
      const [rows, n = 0] = x.shape.slice(-2);
      if (rows !== n) throw incompatibleShapes('Det', 'the matrices must be square', [x.shape]);
      const values = Float64Array.from(numbersOf(x));
      const shape = x.shape.slice(0, -2);
      const all = Array.from({ length: elementCount(shape) }, (_, i) =>
        determinant(values.subarray(i * n * n, (i + 1) * n * n), n),
      );
      return [resultOf(x.type, shape, Float64Array.from(all))];
    },
  }),
} as const satisfies OpDef;

/** Works in the matrix' own memory. */
function determinant(m: Float64Array, n: number): number {
  const at = (row: number, column: number) => m[row * n + column] as number;
  let result = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let row = k + 1; row < n; row++) if (Math.abs(at(row, k)) > Math.abs(at(pivot, k))) pivot = row;
    const head = at(pivot, k);
    if (head === 0) return 0;
    result *= pivot === k ? head : -head;
    const kept = m.slice(pivot * n, pivot * n + n);
    m.copyWithin(pivot * n, k * n, k * n + n);
    m.set(kept, k * n);
    for (let row = k + 1; row < n; row++) {
      const factor = at(row, k) / head;
      for (let c = k; c < n; c++) m[row * n + c] = at(row, c) - factor * at(k, c);
    }
  }
  return result;
}
