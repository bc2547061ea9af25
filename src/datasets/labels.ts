import type { Tensor } from '../ir/index.ts';
import { labelCount, labelValue } from './errors.ts';

/** 'y', 'labels', 't10k-labels-idx1-ubyte', 'targets' … */
export const isLabelName = (name: string): boolean =>
  /^(y|ys|y_(test|train|val)|classes|targets?)$/i.test(name) || /(^|[^a-z])labels?([^a-z]|$)/i.test(name);

/**
 * Class indices from an array [N] or [N, 1] of whole numbers, or [N, classes] of one-hot rows. Throws when their number
 * is not that of the samples, and where one is negative, no whole number, or not below `classes`.
 */
export function labelsFrom(name: string, tensor: Tensor, samples: number, classes: number | undefined): Int32Array {
  const { shape } = tensor;
  const width = shape.slice(1).reduce((n, d) => n * d, 1);
  if (shape[0] !== samples || tensor.type === 'string') throw labelCount(name, shape, samples);
  if (width > 1) {
    if (shape.length !== 2 || (classes !== undefined && width !== classes)) throw labelCount(name, shape, samples);
    return fromOneHot(name, tensor, width);
  }
  const out = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const value = Number(tensor.data[i]);
    if (!Number.isInteger(value) || value < 0 || value >= (classes ?? 2 ** 31))
      throw labelValue(name, i, value, classes);
    out[i] = value;
  }
  return out;
}

function fromOneHot(name: string, tensor: Tensor, classes: number): Int32Array {
  const out = new Int32Array(tensor.shape[0] as number);
  for (let i = 0; i < out.length; i++) {
    let ones = 0;
    for (let c = 0; c < classes; c++) {
      const value = Number(tensor.data[i * classes + c]);
      if (value === 1) {
        ones++;
        out[i] = c;
      } else if (value !== 0) throw labelValue(name, i, value, classes);
    }
    if (ones !== 1) throw labelValue(name, i, ones === 0 ? -1 : Number.NaN, classes);
  }
  return out;
}
