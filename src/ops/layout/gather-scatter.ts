import { numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, stridesOf } from '../dims.ts';
import { given, joined, resultOf, take, walk } from '../elements.ts';
import { incompatibleShapes, unsupportedForm } from '../errors.ts';
import { moveCost, sameAsInput, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Gathers and scatters with one index per element (…Elements) or per slice (…ND). */

/** For each element of `indices`: where it points in `data` along `axis`, all other coordinates being its own. */
function elementTargets(op: string, data: Tensor, indices: Tensor, axis: number): Int32Array {
  const at = axisIn(op, axis, data.shape.length);
  if (indices.shape.length !== data.shape.length)
    throw incompatibleShapes(op, 'data and indices must have as many dimensions', [data.shape, indices.shape]);
  const strides = stridesOf(data.shape);
  const own = walk(
    indices.shape,
    strides.map((s, d) => (d === at ? 0 : s)),
  );
  const picks = numbersOf(indices);
  return own.map(
    (from, i) => from + axisIn(op, picks[i] as number, data.shape[at] as number) * (strides[at] as number),
  );
}

/** For each index tuple (the last dimension of `indices`): where its slice begins; and how long slices are. */
function sliceTargets(op: string, data: Tensor, indices: Tensor, batchDims: number) {
  const depth = indices.shape.at(-1) as number;
  const strides = stridesOf(data.shape);
  const picks = numbersOf(indices);
  const slice = data.shape.slice(batchDims + depth);
  const tuples = picks.length / Math.max(1, depth);
  const batches = data.shape.slice(0, batchDims).reduce((n, d) => n * d, 1);
  const perBatch = batches === 0 ? 0 : data.data.length / batches;
  const starts = Int32Array.from({ length: tuples }, (_, t) => {
    let at = Math.floor(t / (tuples / batches)) * perBatch;
    for (let k = 0; k < depth; k++) {
      const d = batchDims + k;
      at += axisIn(op, picks[t * depth + k] as number, data.shape[d] as number) * (strides[d] as number);
    }
    return at;
  });
  return { starts, slice, length: slice.reduce((n, d) => n * d, 1) };
}

/** The elements of every slice, one after the other. */
const spread = (starts: Int32Array, length: number): Int32Array =>
  Int32Array.from(
    { length: starts.length * length },
    (_, i) => (starts[Math.floor(i / length)] as number) + (i % length),
  );

export const gatherElements = {
  id: 'GatherElements',
  sinceOpset: 11,
  bind(attributes) {
    const axis = new AttributeReader('GatherElements', attributes).int('axis') ?? 0;
    return {
      infer: ([data, indices]) => [value(data?.type, indices?.shape)],
      cost: moveCost,
      run(inputs) {
        const data = given('GatherElements', inputs, 0);
        const indices = given('GatherElements', inputs, 1, 'indices');
        return [take(data, indices.shape, elementTargets('GatherElements', data, indices, axis))];
      },
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;

export const gatherNd = {
  id: 'GatherND',
  sinceOpset: 11,
  bind(attributes) {
    const batchDims = new AttributeReader('GatherND', attributes).int('batch_dims') ?? 0;
    const shapeOf = (data: Dims, indices: Dims): Dims | undefined => {
      const depth = indices.at(-1);
      return typeof depth === 'number' ? [...indices.slice(0, -1), ...data.slice(batchDims + depth)] : undefined;
    };
    return {
      infer: ([data, indices]) => [
        value(data?.type, data?.shape && indices?.shape && shapeOf(data.shape, indices.shape)),
      ],
      cost: moveCost,
      run(inputs) {
        const data = given('GatherND', inputs, 0);
        const indices = given('GatherND', inputs, 1, 'indices');
        const { starts, length } = sliceTargets('GatherND', data, indices, batchDims);
        return [take(data, shapeOf(data.shape, indices.shape) as Shape, spread(starts, length))];
      },
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;

const COMBINE: Readonly<Record<string, (old: number, update: number) => number>> = {
  add: (x, y) => x + y,
  mul: (x, y) => x * y,
  max: Math.max,
  min: Math.min,
};

/** `data` with `updates` written, or combined, at the targets. Repeated targets are taken in order. */
function scattered(op: string, data: Tensor, updates: Tensor, targets: Int32Array, reduction: string): Tensor {
  if (reduction === 'none') {
    const map = Int32Array.from({ length: data.data.length }, (_, i) => i);
    targets.forEach((to, i) => {
      map[to] = data.data.length + i;
    });
    return take(joined([data, updates]), data.shape, map);
  }
  const combine = COMBINE[reduction];
  if (!combine) throw unsupportedForm(op, `reduction '${reduction}'`);
  if (data.type === 'string') throw unsupportedForm(op, `reduction '${reduction}' of strings`);
  // Combined in double precision, rounded once: 64-bit integers are exact up to 2^53.
  const out = Float64Array.from(numbersOf(data));
  const values = numbersOf(updates);
  targets.forEach((to, i) => {
    out[to] = combine(out[to] as number, values[i] as number);
  });
  return resultOf(data.type, data.shape, out);
}

function scatterAlong<Id extends string>(id: Id, sinceOpset: number) {
  return {
    id,
    sinceOpset,
    bind(attributes) {
      const read = new AttributeReader(id, attributes);
      const axis = read.int('axis') ?? 0;
      const reduction = read.string('reduction') ?? 'none';
      return {
        infer: sameAsInput,
        cost: moveCost,
        run(inputs) {
          const data = given(id, inputs, 0);
          const targets = elementTargets(id, data, given(id, inputs, 1, 'indices'), axis);
          return [scattered(id, data, given(id, inputs, 2, 'updates'), targets, reduction)];
        },
      };
    },
  } as const satisfies OpDef;
}

export const scatterElements = scatterAlong('ScatterElements', 11);
/** What ScatterElements was called before opset 11. */
export const scatter = scatterAlong('Scatter', 9);

export const scatterNd = {
  id: 'ScatterND',
  sinceOpset: 11,
  bind(attributes) {
    const reduction = new AttributeReader('ScatterND', attributes).string('reduction') ?? 'none';
    return {
      infer: sameAsInput,
      cost: moveCost,
      run(inputs) {
        const data = given('ScatterND', inputs, 0);
        const { starts, length } = sliceTargets('ScatterND', data, given('ScatterND', inputs, 1, 'indices'), 0);
        return [
          scattered('ScatterND', data, given('ScatterND', inputs, 2, 'updates'), spread(starts, length), reduction),
        ];
      },
    };
  },
} as const satisfies OpDef;
