import { elementCount, type StoredTensor, storedBytes } from '../ir/index.ts';
import { badDim, unsupportedTensor } from './errors.ts';
import type { SparseTensorProto } from './proto.ts';
import { type ExternalFiles, storeTensor } from './tensor-proto.ts';

/** Above this a sparse weight is refused instead of made dense: 256 MiB. */
const MAX_DENSE_BYTES = 2 ** 28;

/**
 * A sparse weight as a dense one. `indices` is int64, either [NNZ] positions in the flattened tensor or [NNZ, rank].
 * Source: onnx.proto, SparseTensorProto.
 */
export function densify(sparse: SparseTensorProto, files: ExternalFiles): StoredTensor {
  const { file } = files;
  const id = sparse.values?.name ?? '';
  if (!sparse.values || !sparse.indices) throw unsupportedTensor(file, id, 'a sparse tensor without values or indices');
  const values = storeTensor(sparse.values, id, files);
  const indices = storeTensor(sparse.indices, `${id} (indices)`, files);
  const shape = sparse.dims;
  for (const dim of shape) if (!(dim >= 0 && Number.isSafeInteger(dim))) throw badDim(file, id, dim);
  const count = elementCount(shape);
  const size = storedBytes(values.type, 1);
  if (!(count * size <= MAX_DENSE_BYTES)) throw unsupportedTensor(file, id, 'a sparse tensor too large to make dense');
  const stored = elementCount(values.shape);
  const rank = indices.shape.length === 2 ? (indices.shape[1] as number) : 1;
  const fits = indices.type === 'int64' && indices.shape[0] === stored && (rank === 1 || rank === shape.length);
  if (values.type === 'string' || values.type.endsWith('int4') || !fits)
    throw unsupportedTensor(file, id, 'a sparse tensor whose indices do not fit its values');
  const bytes = new Uint8Array(count * size);
  const view = new DataView(indices.bytes.buffer, indices.bytes.byteOffset, indices.bytes.byteLength);
  for (let i = 0; i < stored; i++) {
    let at = 0;
    for (let axis = 0; axis < rank; axis++) {
      const index = Number(view.getBigInt64(8 * (i * rank + axis), true));
      const limit = rank === 1 ? count : (shape[axis] as number);
      if (index < 0 || index >= limit) throw unsupportedTensor(file, id, `index ${index} is outside its shape`);
      at = at * (rank === 1 ? 1 : limit) + index;
    }
    bytes.set(values.bytes.subarray(i * size, (i + 1) * size), at * size);
  }
  return { id, type: values.type, shape, bytes };
}
