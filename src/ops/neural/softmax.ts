import type { Attributes } from '../../ir/index.ts';
import { numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { sameAsInput, sizeOf } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/**
 * Softmax, LogSoftmax and Hardmax. Since opset 13 along one axis (default the last); before, the input is seen as a
 * matrix whose rows hold everything from the axis on (default 1).
 */
function alongAxis<Id extends string>(id: Id, apply: (row: Float64Array) => void) {
  const rowsOf = (shape: Shape, axis: number, opset: number): readonly [number, number, number] => {
    // The old axis may also lie behind the last dimension.
    const at = opset < 13 && axis === shape.length ? axis : axisIn(id, axis, shape.length);
    if (opset >= 13) return splitAt(shape, at);
    const outer = shape.slice(0, at).reduce((n, d) => n * d, 1);
    const inner = shape.slice(at).reduce((n, d) => n * d, 1);
    return [outer, inner, 1];
  };
  const run = (x: Tensor, axis: number, opset: number): Tensor => {
    const values = Float64Array.from(numbersOf(x));
    const [outer, size, inner] = rowsOf(x.shape, axis, opset);
    const row = new Float64Array(size);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const at = o * size * inner + i;
        for (let k = 0; k < size; k++) row[k] = values[at + k * inner] as number;
        apply(row);
        for (let k = 0; k < size; k++) values[at + k * inner] = row[k] as number;
      }
    return resultOf(x.type, x.shape, values);
  };
  return {
    id,
    sinceOpset: 1,
    bind(attributes: Attributes, opset: number) {
      const axis = new AttributeReader(id, attributes).int('axis') ?? (opset >= 13 ? -1 : 1);
      return {
        infer: sameAsInput,
        // Maximum, difference and exp (4), sum, division: 3n + exp of methods F.1.
        cost: (_inputs, [y]) => ({ kind: 'softmax', extraOps: 7 * sizeOf(y) }),
        run: (inputs) => [run(given(id, inputs, 0), axis, opset)],
        quant: { role: 'dropped' },
      };
    },
  } as const satisfies OpDef;
}

const largest = (row: Float64Array): number => row.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY);

export const softmax = alongAxis('Softmax', (row) => {
  const top = largest(row);
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    row[i] = Math.exp((row[i] as number) - top);
    sum += row[i] as number;
  }
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) / sum;
});

export const logSoftmax = alongAxis('LogSoftmax', (row) => {
  const top = largest(row);
  const log = Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) - top - log;
});

/** 1 at the first largest element, 0 elsewhere. */
export const hardmax = alongAxis('Hardmax', (row) => {
  const at = row.indexOf(largest(row));
  row.fill(0);
  row[at] = 1;
});
