import type { DataType } from './tensor.ts';

/**
 * Element types by their number in `TensorProto.DataType` (onnx.proto, IR version 13): in files, and in attributes such as
 * Cast's `to`. Missing ones have no name here yet.
 */
const NAMES: readonly (DataType | undefined)[] = [
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

/** `undefined` for 0 (not stated) and for types this tool does not know. */
export const dataTypeOf = (code: number): DataType | undefined => NAMES[code];

/** Its number in ONNX. */
export const dataTypeCode = (type: DataType): number => NAMES.indexOf(type);
