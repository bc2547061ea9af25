import { type Dim, elementCount, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, stridesOf, sumOf } from '../dims.ts';
import { broadcastTo, given, reshaped, resultOf, take, walk } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import { concat } from '../layout/concat.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';
import { addProduct } from './matmul.ts';

/** Attention and RotaryEmbedding (opset 23 and later). Heads are a dimension of their own or part of the last. */

/** [batch, steps, heads · size] → [batch, heads, steps, size]; four dimensions stay. */
function inHeads(op: string, x: Tensor, heads: number | undefined): Tensor {
  if (x.shape.length === 4) return x;
  const [batch = 0, steps = 0, width = 0] = x.shape;
  if (x.shape.length !== 3 || heads === undefined || width % heads !== 0)
    throw incompatibleShapes(op, `cannot be split into ${heads ?? 'an unknown number of'} heads`, [x.shape]);
  const size = width / heads;
  const shape = [batch, heads, steps, size];
  return take(x, shape, walk(shape, [steps * width, size, width, 1]));
}

/** The inverse: heads back into the last dimension. */
function outOfHeads(x: Tensor): Tensor {
  const [batch = 0, heads = 0, steps = 0, size = 0] = x.shape;
  const [b = 0, h = 0, s = 0] = stridesOf(x.shape);
  return reshaped(take(x, [batch, steps, heads, size], walk([batch, steps, heads, size], [b, s, h, 1])), [
    batch,
    steps,
    heads * size,
  ]);
}

interface AttentionOptions {
  readonly isCausal: boolean;
  readonly queryHeads: number | undefined;
  readonly keyHeads: number | undefined;
  readonly scale: number | undefined;
  readonly softcap: number;
  /** Which scores are the fourth output: raw, capped, masked, or after the softmax. */
  readonly stage: number;
}

/** What is added to the scores: 0 or the mask's number where a query may look, −∞ where not. */
function biasOf(
  mask: Tensor | undefined,
  shape: Shape,
  o: AttentionOptions,
  past: number,
  lengths: Tensor | undefined,
) {
  const [, heads = 0, queries = 0, keys = 0] = shape;
  // A mask may be shorter than the keys: what it does not cover is hidden.
  const covered = mask?.shape.at(-1) ?? keys;
  const isShort = covered !== 1 && covered < keys;
  const shown = mask && numbersOf(broadcastTo(mask, [...shape.slice(0, 3), isShort ? covered : keys]));
  const isBool = mask?.type === 'bool';
  const known = lengths && numbersOf(lengths);
  const width = isShort ? covered : keys;
  return (i: number): number => {
    const [key, query] = [i % keys, Math.floor(i / keys) % queries];
    const batch = Math.floor(i / (keys * queries * heads));
    if (o.isCausal && key > query + past) return Number.NEGATIVE_INFINITY;
    if (known && key >= (known[batch] as number)) return Number.NEGATIVE_INFINITY;
    if (!shown) return 0;
    if (key >= width) return Number.NEGATIVE_INFINITY;
    const m = shown[Math.floor(i / keys) * width + key] as number;
    return isBool ? (m !== 0 ? 0 : Number.NEGATIVE_INFINITY) : m;
  };
}

/** Softmax of every row; a row that may look nowhere gives zeros. */
function softmaxRows(scores: Float64Array, width: number): void {
  for (let at = 0; at < scores.length; at += width) {
    const row = scores.subarray(at, at + width);
    const top = row.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY);
    let total = 0;
    for (let i = 0; i < width; i++) {
      row[i] = top === Number.NEGATIVE_INFINITY ? 0 : Math.exp((row[i] as number) - top);
      total += row[i] as number;
    }
    if (total > 0) for (let i = 0; i < width; i++) row[i] = (row[i] as number) / total;
  }
}

function attended(q: Tensor, k: Tensor, v: Tensor, o: AttentionOptions, past: number, mask?: Tensor, lengths?: Tensor) {
  const [batch = 0, heads = 0, queries = 0, size = 0] = q.shape;
  const [, keyHeads = 0, keys = 0] = k.shape;
  const width = v.shape[3] ?? 0;
  if (keyHeads === 0 || heads % keyHeads !== 0 || k.shape[3] !== size)
    throw incompatibleShapes('Attention', 'queries and keys do not fit', [q.shape, k.shape]);
  const shape = [batch, heads, queries, keys];
  const scores = new Float64Array(elementCount(shape));
  const scale = o.scale ?? 1 / Math.sqrt(size);
  const [qs, ks, vs] = [numbersOf(q), numbersOf(k), numbersOf(v)];
  const kept: Float64Array[] = [];
  const keyHead = (n: number) => Math.floor(n / heads) * keyHeads + Math.floor((n % heads) / (heads / keyHeads));
  for (let i = 0; i < scores.length; i++) {
    const n = Math.floor(i / (queries * keys));
    const [a, b] = [Math.floor(i / keys) * size, (keyHead(n) * keys + (i % keys)) * size];
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (qs[a + d] as number) * (ks[b + d] as number);
    scores[i] = sum * scale;
  }
  const keep = (stage: number) => {
    if (o.stage === stage) kept.push(scores.slice());
  };
  keep(0);
  if (o.softcap > 0)
    for (let i = 0; i < scores.length; i++) scores[i] = o.softcap * Math.tanh((scores[i] as number) / o.softcap);
  keep(1);
  const bias = biasOf(mask, shape, o, past, lengths);
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) + bias(i);
  keep(2);
  softmaxRows(scores, keys);
  keep(3);
  const out = new Float64Array(batch * heads * queries * width);
  for (let n = 0; n < batch * heads; n++)
    addProduct(scores, n * queries * keys, vs, keyHead(n) * keys * width, out, n * queries * width, [
      queries,
      keys,
      width,
    ]);
  return {
    output: resultOf(q.type, [batch, heads, queries, width], out),
    scores: resultOf(q.type, shape, kept[0] ?? scores),
  };
}

/** Old and new keys (or values) behind each other along the steps. */
const extended = (past: Tensor | undefined, now: Tensor): Tensor =>
  past
    ? ((concat as OpDef).bind(new Map([['axis', { kind: 'int', value: 2 }]]), 13).run([past, now], 1)[0] ?? now)
    : now;

/** Sizes of an operand as [batch, heads, steps, size]. */
function headDims(x: Dims | undefined, heads: number | undefined): Dims | undefined {
  if (!x || x.length === 4) return x;
  const [batch, steps, width] = x;
  if (batch === undefined || steps === undefined || width === undefined) return undefined;
  return [batch, heads ?? OPEN_SIZE, steps, typeof width === 'number' && heads ? width / heads : OPEN_SIZE];
}

/** softmax(cap(Q · Kᵀ · scale) + mask) · V per head; groups of query heads may share a key head. Further outputs: keys, values, scores. */
export const attention = {
  id: 'Attention',
  sinceOpset: 23,
  bind(attributes) {
    const read = new AttributeReader('Attention', attributes);
    const options: AttentionOptions = {
      isCausal: read.flag('is_causal'),
      queryHeads: read.int('q_num_heads'),
      keyHeads: read.int('kv_num_heads'),
      scale: read.float('scale'),
      softcap: read.float('softcap') ?? 0,
      stage: read.int('qk_matmul_output_mode') ?? 0,
    };
    return {
      infer([q, k, v, , pastKey, pastValue], outputCount) {
        const [query, key, val] = [
          headDims(q?.shape, options.queryHeads),
          headDims(k?.shape, options.keyHeads),
          headDims(v?.shape, options.keyHeads),
        ];
        const grown = (now: Dims | undefined, past: Dims | undefined, has: boolean): Dims | undefined =>
          now?.map((d, i) => (i === 2 && has ? (past ? sumOf([past[2] as Dim, d]) : OPEN_SIZE) : d));
        const [keys, values] = [grown(key, pastKey?.shape, !!pastKey), grown(val, pastValue?.shape, !!pastValue)];
        const [b, h, s] = query ?? [];
        const width = val?.[3];
        const flat = typeof h === 'number' && typeof width === 'number' ? h * width : OPEN_SIZE;
        const known = b !== undefined && h !== undefined && s !== undefined && width !== undefined;
        const output = known ? (q?.shape?.length === 3 ? [b, s, flat] : [b, h, s, width]) : undefined;
        const scores = known && keys ? [b, h, s, keys[2] as Dim] : undefined;
        return [output, keys, values, scores].slice(0, outputCount).map((shape) => value(q?.type, shape));
      },
      cost([q, k, v], [, present]) {
        const [batch = 0, heads = 0, steps = 0, size = 0] = (headDims(q?.shape, options.queryHeads) ?? []) as Shape;
        const keys = (present?.shape[2] ?? headDims(k?.shape, options.keyHeads)?.[2] ?? 0) as number;
        const width = (headDims(v?.shape, options.keyHeads)?.[3] ?? 0) as number;
        const pairs = batch * heads * steps * keys;
        return { kind: 'matmul', macs: pairs * (size + width), extraOps: 8 * pairs };
      },
      run(inputs, outputCount) {
        const [q, k, v] = [0, 1, 2].map((i) => given('Attention', inputs, i)) as [Tensor, Tensor, Tensor];
        const [queries, now, values] = [
          inHeads('Attention', q, options.queryHeads),
          inHeads('Attention', k, options.keyHeads),
          inHeads('Attention', v, options.keyHeads),
        ];
        const [keys, vals] = [extended(inputs[4], now), extended(inputs[5], values)];
        const past = inputs[4]?.shape[2] ?? 0;
        const { output, scores } = attended(queries, keys, vals, options, past, inputs[3], inputs[6]);
        return [q.shape.length === 3 ? outOfHeads(output) : output, keys, vals, scores].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

/** Turns pairs of elements by angles that grow with the position. Pairs are halves apart, or neighbours where interleaved. */
export const rotaryEmbedding = {
  id: 'RotaryEmbedding',
  sinceOpset: 23,
  bind(attributes) {
    const read = new AttributeReader('RotaryEmbedding', attributes);
    const isInterleaved = read.flag('interleaved');
    const stated = read.int('rotary_embedding_dim') ?? 0;
    const heads = read.int('num_heads');
    return {
      infer: ([x]) => [value(x?.type, x?.shape)],
      cost: (_inputs, [y]) => ({ kind: 'elementwise', extraOps: 3 * elementCount(y?.shape ?? [0]) }),
      run(inputs) {
        const input = given('RotaryEmbedding', inputs, 0, 'X');
        const x = inHeads('RotaryEmbedding', input, heads);
        const [, headCount = 0, steps = 0, size = 0] = x.shape;
        const turned = stated > 0 ? stated : size;
        const half = turned / 2;
        if (!Number.isInteger(half) || turned > size)
          throw badAttribute('RotaryEmbedding', 'rotary_embedding_dim', `is ${turned}`);
        const cos = numbersOf(given('RotaryEmbedding', inputs, 1, 'cos_cache'));
        const sin = numbersOf(given('RotaryEmbedding', inputs, 2, 'sin_cache'));
        const positions = inputs[3] && numbersOf(inputs[3]);
        const values = Float64Array.from(numbersOf(x));
        for (let row = 0; row < values.length / size; row++) {
          const token = Math.floor(row / (steps * headCount)) * steps + (row % steps);
          const angles = (positions ? (positions[token] as number) : token) * half;
          for (let i = 0; i < half; i++) {
            const a = row * size + (isInterleaved ? 2 * i : i);
            const b = isInterleaved ? a + 1 : a + half;
            const [p, q] = [values[a] as number, values[b] as number];
            const [c, s] = [cos[angles + i] as number, sin[angles + i] as number];
            values[a] = p * c - q * s;
            values[b] = p * s + q * c;
          }
        }
        const out = resultOf(x.type, x.shape, values);
        return [input.shape.length === 3 ? outOfHeads(out) : out];
      },
    };
  },
} as const satisfies OpDef;
