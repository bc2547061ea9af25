import { displayName } from '../base/index.ts';
import type { Dim, TensorId } from '../ir/index.ts';
import { type Assembly, say } from './assembly.ts';
import { badDim } from './errors.ts';

/**
 * The shape a value is stated to have. −1, which some exporters write for a dynamic size, becomes an unknown dimension
 * and is reported; other negative or inexact sizes throw `onnx/bad-dimension`.
 */
export function valueShape(id: TensorId, dims: readonly (number | string | undefined)[], a: Assembly): Dim[] {
  return dims.map((dim) => {
    if (typeof dim === 'string') return dim;
    if (dim === undefined) return a.dims.next();
    if (dim === -1) {
      say(
        a,
        'onnx/negative-dimension',
        'warning',
        `'${displayName(id)}' has a dimension of -1; it is taken as not known.`,
      );
      return a.dims.next();
    }
    if (dim < 0 || !Number.isSafeInteger(dim)) throw badDim(a.files.file, id, dim);
    return dim;
  });
}
