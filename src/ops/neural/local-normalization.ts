import { numbersOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt, stridesOf } from '../dims.ts';
import { given, resultOf, take, walk } from '../elements.ts';
import { sameAsInput, sizeOf } from '../inference.ts';
import type { OpDef } from '../op-def.ts';
import { innerSize, standardized } from './normalization.ts';

/** Normalizations without parameters: local response, mean and variance, p-norm. */

/** Local response: divides by (bias + alpha / size · Σ squares over `size` neighbouring channels)^beta. */
export const lrn = {
  id: 'LRN',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LRN', attributes);
    const size = read.int('size') ?? 1;
    const alpha = read.float('alpha') ?? 1e-4;
    const beta = read.float('beta') ?? 0.75;
    const bias = read.float('bias') ?? 1;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: (2 * size + 6) * sizeOf(y) }),
      run(inputs) {
        const x = given('LRN', inputs, 0);
        const values = numbersOf(x);
        const channels = x.shape[1] as number;
        const inner = innerSize(x.shape, 2);
        const before = Math.floor((size - 1) / 2);
        const after = Math.ceil((size - 1) / 2);
        const out = new Float64Array(values.length);
        for (let i = 0; i < out.length; i++) {
          const c = Math.floor(i / inner) % channels;
          let squares = 0;
          for (let k = Math.max(0, c - before); k <= Math.min(channels - 1, c + after); k++)
            squares += (values[i + (k - c) * inner] as number) ** 2;
          out[i] = (values[i] as number) / (bias + (alpha / size) * squares) ** beta;
        }
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Over the given axes (default: all but the channel), without parameters; variance plus 1e-9 as the definition has it. */
export const meanVarianceNormalization = {
  id: 'MeanVarianceNormalization',
  sinceOpset: 9,
  bind(attributes) {
    const axes = new AttributeReader('MeanVarianceNormalization', attributes).ints('axes') ?? [0, 2, 3];
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: 7 * sizeOf(y) }),
      run(inputs) {
        const x = given('MeanVarianceNormalization', inputs, 0);
        const rank = x.shape.length;
        const over = axes.map((a) => axisIn('MeanVarianceNormalization', a, rank));
        // Reduced axes behind the kept ones: each group is then one run of elements.
        const order = [...x.shape.keys()].sort((a, b) => Number(over.includes(a)) - Number(over.includes(b)) || a - b);
        const strides = stridesOf(x.shape);
        const shape = order.map((d) => x.shape[d] as number);
        const map = walk(
          shape,
          order.map((d) => strides[d] as number),
        );
        const { values } = standardized(
          take(x, shape, map),
          over.reduce((n, d) => n * (x.shape[d] as number), 1),
          1e-9,
        );
        const out = new Float64Array(values.length);
        map.forEach((to, i) => {
          out[to] = values[i] as number;
        });
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Divides by the p-norm (p = 1 or 2) along an axis; a line of zeros stays. */
export const lpNormalization = {
  id: 'LpNormalization',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LpNormalization', attributes);
    const axis = read.int('axis') ?? -1;
    const p = read.int('p') ?? 2;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: 3 * sizeOf(y) }),
      run(inputs) {
        const x = given('LpNormalization', inputs, 0);
        const values = numbersOf(x);
        const [outer, size, inner] = splitAt(x.shape, axisIn('LpNormalization', axis, x.shape.length));
        const out = new Float64Array(values.length);
        for (let o = 0; o < outer; o++)
          for (let k = 0; k < inner; k++) {
            const at = (i: number) => (o * size + i) * inner + k;
            let total = 0;
            for (let i = 0; i < size; i++) total += Math.abs(values[at(i)] as number) ** p;
            const norm = total ** (1 / p);
            for (let i = 0; i < size; i++) out[at(i)] = norm === 0 ? 0 : (values[at(i)] as number) / norm;
          }
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;
