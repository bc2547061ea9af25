import { type Dim, type NumericData, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt, stridesOf } from '../dims.ts';
import { given, joined, reshaped, take, walk } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, sameAsInput, sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Operators that pick by content: Compress, Unique, ReverseSequence, TensorScatter. */

/** Index map of the slices `picks` along an axis, in that order. */
export function slicesAlong(shape: readonly number[], axis: number, picks: readonly number[]): Int32Array {
  const [outer, size, inner] = splitAt(shape, axis);
  const map = new Int32Array(outer * picks.length * inner);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const pick of picks) for (let i = 0; i < inner; i++) map[to++] = (o * size + pick) * inner + i;
  return map;
}

/** The slices along `axis` whose condition is true; without an axis, of the flattened input. */
export const compress = {
  id: 'Compress',
  sinceOpset: 9,
  bind(attributes) {
    const axis = new AttributeReader('Compress', attributes).int('axis');
    return {
      infer([x]) {
        if (axis === undefined) return [value(x?.type, [OPEN_SIZE])];
        const at = x?.shape && axisIn('Compress', axis, x.shape.length);
        return [
          value(
            x?.type,
            x?.shape?.map((d, i) => (i === at ? OPEN_SIZE : d)),
          ),
        ];
      },
      cost: moveCost,
      run(inputs) {
        const x = given('Compress', inputs, 0);
        const flat = axis === undefined ? reshaped(x, [x.data.length]) : x;
        const at = axisIn('Compress', axis ?? 0, flat.shape.length);
        const picks: number[] = [];
        numbersOf(given('Compress', inputs, 1, 'condition')).forEach((v, i) => {
          if (v !== 0) picks.push(i);
        });
        const shape = flat.shape.map((d, i) => (i === at ? picks.length : d));
        return [take(flat, shape, slicesAlong(flat.shape, at, picks))];
      },
    };
  },
} as const satisfies OpDef;

type Comparable = number | bigint | string;
const compareElements = (a: Comparable, b: Comparable): number => {
  if (a < b) return -1;
  if (a > b) return 1;
  // Not-a-number comes last, and each is one of its own.
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
};

/** The distinct elements (or, with an axis, slices), where each occurs first, which one each is, how often each occurs. */
export const unique = {
  id: 'Unique',
  sinceOpset: 11,
  bind(attributes) {
    const read = new AttributeReader('Unique', attributes);
    const axis = read.int('axis');
    const isSorted = (read.int('sorted') ?? 1) !== 0;
    return {
      infer([x], outputCount) {
        const at = axis !== undefined && x?.shape ? axisIn('Unique', axis, x.shape.length) : undefined;
        const shape = axis === undefined ? [OPEN_SIZE] : x?.shape?.map((d, i) => (i === at ? OPEN_SIZE : d));
        const all = axis === undefined ? productIfKnown(x?.shape) : (x?.shape?.[at ?? 0] ?? OPEN_SIZE);
        const list = value('int64', [OPEN_SIZE]);
        return [value(x?.type, shape), list, value('int64', [all]), list].slice(0, outputCount);
      },
      cost: ([x]) => ({ kind: 'elementwise', extraOps: sizeOf(x) }),
      run(inputs, outputCount) {
        const input = given('Unique', inputs, 0);
        const x = axis === undefined ? reshaped(input, [input.data.length]) : input;
        const at = axisIn('Unique', axis ?? 0, x.shape.length);
        const { first, index, counts } = distinct(x, at, isSorted);
        const shape = x.shape.map((d, i) => (i === at ? first.length : d));
        const list = (numbers: readonly number[]) => tensorOf('int64', [numbers.length], numbers);
        const values = take(x, shape, slicesAlong(x.shape, at, first));
        return [values, list(first), list(index), list(counts)].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

const productIfKnown = (shape: readonly Dim[] | undefined): Dim =>
  shape?.reduce<Dim>((n, d) => (typeof n === 'number' && typeof d === 'number' ? n * d : OPEN_SIZE), 1) ?? OPEN_SIZE;

function distinct(x: Tensor, axis: number, isSorted: boolean) {
  const [outer, size, inner] = splitAt(x.shape, axis);
  const slice = (k: number) => slicesAlong([outer, size, inner], 1, [k]);
  const compare = (a: number, b: number): number => {
    const [p, q] = [slice(a), slice(b)];
    for (let i = 0; i < p.length; i++) {
      const order = compareElements(x.data[p[i] as number] as Comparable, x.data[q[i] as number] as Comparable);
      if (order !== 0) return order;
    }
    return 0;
  };
  const sorted = Array.from({ length: size }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const groups: number[][] = [];
  for (const k of sorted) {
    const last = groups.at(-1);
    if (last && compare(last[0] as number, k) === 0 && !isNotANumber(x, k, size)) last.push(k);
    else groups.push([k]);
  }
  if (!isSorted) groups.sort((a, b) => (a[0] as number) - (b[0] as number));
  const index = new Array<number>(size).fill(0);
  groups.forEach((group, g) => {
    for (const k of group) index[k] = g;
  });
  return { first: groups.map((g) => g[0] as number), index, counts: groups.map((g) => g.length) };
}

const isNotANumber = (x: Tensor, k: number, size: number): boolean => x.data.length === size && Number.isNaN(x.data[k]);

/** The first `lengths[b]` steps of every sequence in reverse order, the rest as it was. */
export const reverseSequence = {
  id: 'ReverseSequence',
  sinceOpset: 10,
  bind(attributes) {
    const read = new AttributeReader('ReverseSequence', attributes);
    const [batchAxis, timeAxis] = [read.int('batch_axis') ?? 1, read.int('time_axis') ?? 0];
    return {
      infer: sameAsInput,
      cost: moveCost,
      run(inputs) {
        const x = given('ReverseSequence', inputs, 0);
        const lengths = numbersOf(given('ReverseSequence', inputs, 1, 'sequence_lens'));
        const strides = stridesOf(x.shape);
        const [b, t] = [batchAxis, timeAxis].map((a) => axisIn('ReverseSequence', a, x.shape.length)) as [
          number,
          number,
        ];
        const along = (i: number, d: number) => Math.floor(i / (strides[d] as number)) % (x.shape[d] as number);
        const map = Int32Array.from({ length: x.data.length }, (_, i) => {
          const [length, step] = [lengths[along(i, b)] as number, along(i, t)];
          return step < length ? i + (length - 1 - 2 * step) * (strides[t] as number) : i;
        });
        return [take(x, x.shape, map)];
      },
    };
  },
} as const satisfies OpDef;

/** A cache with new entries written from each sample's position on, linearly or around its end. */
export const tensorScatter = {
  id: 'TensorScatter',
  sinceOpset: 24,
  bind(attributes) {
    const read = new AttributeReader('TensorScatter', attributes);
    const axis = read.int('axis') ?? -2;
    const isCircular = read.oneOf('mode', ['linear', 'circular']) === 'circular';
    return {
      infer: sameAsInput,
      cost: moveCost,
      run(inputs) {
        const past = given('TensorScatter', inputs, 0, 'past_cache');
        const update = given('TensorScatter', inputs, 1, 'update');
        const starts: NumericData | undefined = inputs[2] && numbersOf(inputs[2]);
        const at = axisIn('TensorScatter', axis, past.shape.length);
        const size = past.shape[at] as number;
        const own = stridesOf(past.shape);
        const step = own[at] as number;
        const map = Int32Array.from({ length: past.data.length }, (_, i) => i);
        const targets = walk(update.shape, own);
        const perSample = update.data.length / Math.max(1, update.shape[0] ?? 1);
        targets.forEach((to, i) => {
          const position = Math.floor(to / step) % size;
          const moved = position + (starts?.[Math.floor(i / perSample)] ?? 0);
          if (moved >= size && !isCircular)
            throw incompatibleShapes('TensorScatter', 'the update reaches beyond the cache', [
              past.shape,
              update.shape,
            ]);
          map[to + ((moved % size) - position) * step] = past.data.length + i;
        });
        return [take(joined([past, update]), past.shape, map)];
      },
    };
  },
} as const satisfies OpDef;
