import { deferredTensor, elementCount, type StoredTensor, storedBytes } from '../ir/index.ts';
import { badDim, unsupportedTensor } from './errors.ts';
import type { SparseTensorProto } from './proto.ts';
import { MOST_DIMENSIONS, type ModelFiles, storeTensor } from './tensor-proto.ts';

/** Above this a sparse weight is refused instead of made dense: 256 MiB. */
const MAX_DENSE_BYTES = 2 ** 28;

/**
 * A sparse weight as a dense one, which is made at its first use. `indices` is int64, either [NNZ] positions in the
 * flattened tensor or [NNZ, rank]. Source: onnx.proto, SparseTensorProto.
 */
export function densify(sparse: SparseTensorProto, files: ModelFiles): StoredTensor {
  const { file } = files;
  const id = sparse.values?.name ?? '';
  if (!sparse.values || !sparse.indices) throw unsupportedTensor(file, id, 'a sparse tensor without values or indices');
  const values = storeTensor(sparse.values, id, files);
  const indices = storeTensor(sparse.indices, `${id} (indices)`, files);
  const shape = sparse.dims;
  if (shape.length > MOST_DIMENSIONS) throw unsupportedTensor(file, id, `it has ${shape.length} dimensions`);
  for (const dim of shape) if (!(dim >= 0 && Number.isSafeInteger(dim))) throw badDim(file, id, dim);
  const count = elementCount(shape);
  const size = storedBytes(values.type, 1);
  if (!(count * size <= MAX_DENSE_BYTES)) throw unsupportedTensor(file, id, 'a sparse tensor too large to make dense');
  const stored = elementCount(values.shape);
  const rank = indices.shape.length === 2 ? (indices.shape[1] as number) : 1;
  const fits = indices.type === 'int64' && indices.shape[0] === stored && (rank === 1 || rank === shape.length);
  if (values.type === 'string' || values.type.endsWith('int4') || !fits)
    throw unsupportedTensor(file, id, 'a sparse tensor whose indices do not fit its values');
  const positions = positionsOf(indices, rank === 1 ? [count] : shape, stored);
  if (typeof positions === 'string') throw unsupportedTensor(file, id, `index ${positions} is outside its shape`);
  return deferredTensor({ id, type: values.type, shape }, () => {
    const bytes = new Uint8Array(count * size);
    positions.forEach((position, i) => {
      bytes.set(values.bytes.subarray(i * size, (i + 1) * size), position * size);
    });
    return bytes;
  });
}

/** Places in the flattened tensor, from `count` rows of one index per dimension; the first index outside `shape` as text. */
function positionsOf(indices: StoredTensor, shape: readonly number[], count: number): Float64Array | string {
  const { bytes } = indices;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const positions = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let at = 0;
    for (const [axis, limit] of shape.entries()) {
      const index = view.getBigInt64(8 * (i * shape.length + axis), true);
      if (index < 0n || index >= BigInt(limit)) return `${index}`;
      at = at * limit + Number(index);
    }
    positions[i] = at;
  }
  return positions;
}
