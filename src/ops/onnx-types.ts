import type { DataType } from '../ir/index.ts';

/** Element types by the numbers ONNX gives them (TensorProto.DataType); attributes such as Cast's `to` use these. */
const TYPES: readonly (DataType | undefined)[] = [
  undefined,
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
];

/** The element type with this ONNX number; `undefined` for unknown ones. */
export const dataTypeOf = (code: number): DataType | undefined => TYPES[code];
