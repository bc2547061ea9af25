import { displayName as name, UserError } from '../base/index.ts';

/** Codes and texts of the room. Every message names the file; what the reader wants next is in the hint. */

const REEXPORT = 'Export the model again, or download it again, and drop the new file.';

/** Where in a file something was found. */
export interface Place {
  readonly file: string;
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** Path of messages and fields, as onnx.proto names them: 'ModelProto.graph.node'. */
  readonly field: string;
}

export const truncated = (at: Place, missing: number): UserError =>
  new UserError(
    'onnx/truncated',
    `'${name(at.file)}' ends too early: ${at.field} at byte ${at.offset} needs ${missing} more bytes than the file has.`,
    `The file was cut off, often by a broken download or copy. ${REEXPORT}`,
    { ...at, missing },
  );

export const malformed = (at: Place, reason: string): UserError =>
  new UserError(
    'onnx/malformed',
    `'${name(at.file)}' is damaged at byte ${at.offset}, in ${at.field}: ${reason}.`,
    REEXPORT,
    { ...at, reason },
  );

export const tooLarge = (file: string, bytes: number): UserError =>
  new UserError(
    'onnx/file-too-large',
    `'${name(file)}' has ${(bytes / 2 ** 30).toFixed(2)} GiB; the ONNX format (protobuf) ends at 2 GiB.`,
    'Save the model with its weights as external data, which may have any size, and drop those files together with the model.',
    { file, bytes },
  );

export const notOnnx = (file: string, looksLike: string, hint: string): UserError =>
  new UserError('onnx/not-onnx', `'${name(file)}' is not an ONNX model: ${looksLike}.`, hint, { file, looksLike });

export const noFiles = (): UserError => new UserError('onnx/no-model', 'No file was given.', 'Drop an .onnx file.', {});

export const noModel = (files: readonly string[]): UserError =>
  new UserError(
    'onnx/no-model',
    `None of the ${files.length} files is an ONNX model: ${files.map((f) => `'${name(f)}'`).join(', ')}.`,
    'Drop the .onnx file together with its weight files.',
    { files },
  );

export const twoModels = (files: readonly string[]): UserError =>
  new UserError(
    'onnx/two-models',
    `${files.length} models were given at once: ${files.map((f) => `'${name(f)}'`).join(', ')}.`,
    'Drop one model at a time; its weight files may come with it.',
    { files },
  );

export const twoFilesOneName = (file: string): UserError =>
  new UserError(
    'onnx/duplicate-file',
    `Two of the files given are called '${name(file)}', so it is not clear which one holds the weights.`,
    'Drop only the weight file that belongs to the model.',
    { file },
  );

export const noGraph = (file: string): UserError =>
  new UserError('onnx/no-graph', `'${name(file)}' holds no graph, so there is no network in it.`, REEXPORT, { file });

export const missingExternal = (file: string, tensor: string, wanted: string): UserError =>
  new UserError(
    'onnx/missing-external-data',
    `The weights of '${name(file)}' lie in a second file, '${name(wanted)}', which was not given (first needed by '${name(tensor)}').`,
    `Drop '${name(wanted)}' together with '${name(file)}'.`,
    { file, tensor, wanted },
  );

export const externalRange = (file: string, tensor: string, external: string, needs: number, has: number): UserError =>
  new UserError(
    'onnx/external-data-range',
    `Weight '${name(tensor)}' of '${name(file)}' needs '${name(external)}' up to byte ${needs}, but that file has ${has} bytes.`,
    `Drop the '${name(external)}' that was saved together with '${name(file)}'.`,
    { file, tensor, external, needs, has },
  );

export const externalEntry = (file: string, tensor: string, key: string, value: string): UserError =>
  new UserError(
    'onnx/external-data-entry',
    `Weight '${name(tensor)}' of '${name(file)}' has an external_data entry that cannot be used: ${key} = '${name(value)}'.`,
    REEXPORT,
    { file, tensor, key, value },
  );

export const badDim = (file: string, tensor: string, dim: number): UserError =>
  new UserError(
    'onnx/bad-dimension',
    `Tensor '${name(tensor)}' of '${name(file)}' has a dimension of ${dim}.`,
    'Export the model with sizes of 0 or more, or with a named (dynamic) dimension.',
    { file, tensor, dim },
  );

export const tensorSize = (file: string, tensor: string, shape: readonly number[], needs: number, has: number) =>
  new UserError(
    'onnx/tensor-size',
    `Weight '${name(tensor)}' of '${name(file)}', [${shape.join(', ')}], needs ${needs} bytes but ${has} are stored.`,
    REEXPORT,
    { file, tensor, shape, needs, has },
  );

export const unsupportedType = (file: string, tensor: string, type: number): UserError =>
  new UserError(
    'onnx/unsupported-type',
    `Weight '${name(tensor)}' of '${name(file)}' has element type ${type} of TensorProto.DataType, which this tool does not know.`,
    'Export the model with float32, float16 or integer weights.',
    { file, tensor, type },
  );

export const unsupportedTensor = (file: string, tensor: string, reason: string): UserError =>
  new UserError(
    'onnx/unsupported-tensor',
    `Weight '${name(tensor)}' of '${name(file)}' cannot be read: ${reason}.`,
    'Export the model with plain dense weights.',
    { file, tensor, reason },
  );

/** `inside`: the function whose body it is, where it is one. */
export const missingValue = (file: string, node: string, value: string, inside?: string): UserError =>
  new UserError(
    'onnx/missing-value',
    `Node '${name(node)}' of ${bodyOf(inside)}'${name(file)}' reads '${name(value)}', which nothing in ${inside === undefined ? 'the model' : 'it'} produces.`,
    'The exporter left a part out or misspelt a name. Export the model again, and check it with onnx.checker.',
    { file, node, value, ...(inside !== undefined && { function: inside }) },
  );

const bodyOf = (inside: string | undefined): string => (inside === undefined ? '' : `function '${name(inside)}' in `);

export const missingOutput = (file: string, value: string, inside?: string): UserError =>
  new UserError(
    'onnx/missing-output',
    `Output '${name(value)}' of ${bodyOf(inside)}'${name(file)}' is produced by nothing in ${inside === undefined ? 'the model' : 'it'}.`,
    'The exporter left a part out or misspelt a name. Export the model again, and check it with onnx.checker.',
    { file, value, ...(inside !== undefined && { function: inside }) },
  );

export const duplicateValue = (file: string, value: string, where: string): UserError =>
  new UserError(
    'onnx/duplicate-value',
    `'${name(value)}' is defined twice in '${name(file)}', the second time by ${where}.`,
    'Every value of an ONNX model has one origin. Give one of the two another name and export again.',
    { file, value, where },
  );

export const cycle = (file: string, nodes: readonly string[]): UserError =>
  new UserError(
    'onnx/cycle',
    `The nodes of '${name(file)}' feed each other in a circle: ${nodes.map((n) => `'${name(n)}'`).join(' → ')}.`,
    'An ONNX graph has no cycles; recurrent parts use Loop, Scan, LSTM or GRU. Export the model again.',
    { file, nodes },
  );

export const duplicateFunction = (file: string, key: string): UserError =>
  new UserError(
    'onnx/duplicate-function',
    `'${name(file)}' defines its function '${name(key)}' twice.`,
    'Give one of the two another name (or an overload) and export again.',
    { file, function: key },
  );

export const recursiveFunction = (file: string, keys: readonly string[]): UserError =>
  new UserError(
    'onnx/recursive-function',
    `Functions of '${name(file)}' call each other without end: ${keys.map((n) => `'${name(n)}'`).join(' → ')}.`,
    'An ONNX function must not call itself, directly or through others; repetition is written with Loop or Scan. Export the model again.',
    { file, functions: keys },
  );

export const functionTooLarge = (file: string, key: string, reason: string): UserError =>
  new UserError(
    'onnx/function-too-large',
    `Function '${name(key)}' of '${name(file)}' ${reason} once the functions it calls are written out.`,
    'Export the model with its repetition as Loop or Scan, or split it.',
    { file, function: key, reason },
  );

export const noOperator = (at: Place): UserError => malformed(at, 'a node has no operator (op_type is empty)');

export const tooMuch = (file: string, cause: unknown): UserError =>
  new UserError(
    'onnx/out-of-memory',
    `'${name(file)}' needs more memory than this browser or computer gives.`,
    'Close other tabs, or try a smaller model.',
    { file },
    { cause },
  );
