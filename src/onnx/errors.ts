import { UserError } from '../base/index.ts';

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
    `'${at.file}' ends too early: ${at.field} at byte ${at.offset} needs ${missing} more bytes than the file has.`,
    `The file was cut off, often by a broken download or copy. ${REEXPORT}`,
    { ...at, missing },
  );

export const malformed = (at: Place, reason: string): UserError =>
  new UserError(
    'onnx/malformed',
    `'${at.file}' is damaged at byte ${at.offset}, in ${at.field}: ${reason}.`,
    REEXPORT,
    { ...at, reason },
  );

export const tooLarge = (file: string, bytes: number): UserError =>
  new UserError(
    'onnx/file-too-large',
    `'${file}' has ${(bytes / 2 ** 30).toFixed(2)} GiB; files of 2 GiB and more cannot be opened.`,
    'Save the model with its weights as external data in files below 2 GiB, and drop them together with the model.',
    { file, bytes },
  );

export const notOnnx = (file: string, looksLike: string, hint: string): UserError =>
  new UserError('onnx/not-onnx', `'${file}' is not an ONNX model: ${looksLike}.`, hint, { file, looksLike });

export const noFiles = (): UserError => new UserError('onnx/no-model', 'No file was given.', 'Drop an .onnx file.', {});

export const noModel = (files: readonly string[]): UserError =>
  new UserError(
    'onnx/no-model',
    `None of the ${files.length} files is an ONNX model: ${files.map((f) => `'${f}'`).join(', ')}.`,
    'Drop the .onnx file together with its weight files.',
    { files },
  );

export const twoModels = (files: readonly string[]): UserError =>
  new UserError(
    'onnx/two-models',
    `${files.length} models were given at once: ${files.map((f) => `'${f}'`).join(', ')}.`,
    'Drop one model at a time; its weight files may come with it.',
    { files },
  );

export const twoFilesOneName = (name: string): UserError =>
  new UserError(
    'onnx/duplicate-file',
    `Two of the files given are called '${name}', so it is not clear which one holds the weights.`,
    'Drop only the weight file that belongs to the model.',
    { file: name },
  );

export const noGraph = (file: string): UserError =>
  new UserError('onnx/no-graph', `'${file}' holds no graph, so there is no network in it.`, REEXPORT, { file });

export const missingExternal = (file: string, tensor: string, wanted: string): UserError =>
  new UserError(
    'onnx/missing-external-data',
    `The weights of '${file}' lie in a second file, '${wanted}', which was not given (first needed by '${tensor}').`,
    `Drop '${wanted}' together with '${file}'.`,
    { file, tensor, wanted },
  );

export const externalRange = (file: string, tensor: string, external: string, needs: number, has: number): UserError =>
  new UserError(
    'onnx/external-data-range',
    `Weight '${tensor}' of '${file}' needs '${external}' up to byte ${needs}, but that file has ${has} bytes.`,
    `Drop the '${external}' that was saved together with '${file}'.`,
    { file, tensor, external, needs, has },
  );

export const externalEntry = (file: string, tensor: string, key: string, value: string): UserError =>
  new UserError(
    'onnx/external-data-entry',
    `Weight '${tensor}' of '${file}' has an external_data entry that cannot be used: ${key} = '${value}'.`,
    REEXPORT,
    { file, tensor, key, value },
  );

export const badDim = (file: string, tensor: string, dim: number): UserError =>
  new UserError(
    'onnx/bad-dimension',
    `Tensor '${tensor}' of '${file}' has a dimension of ${dim}.`,
    'Export the model with sizes of 0 or more, or with a named (dynamic) dimension.',
    { file, tensor, dim },
  );

export const tensorSize = (file: string, tensor: string, shape: readonly number[], needs: number, has: number) =>
  new UserError(
    'onnx/tensor-size',
    `Weight '${tensor}' of '${file}', [${shape.join(', ')}], needs ${needs} bytes but ${has} are stored.`,
    REEXPORT,
    { file, tensor, shape, needs, has },
  );

export const unsupportedType = (file: string, tensor: string, type: number): UserError =>
  new UserError(
    'onnx/unsupported-type',
    `Weight '${tensor}' of '${file}' has element type ${type} of TensorProto.DataType, which this tool does not know.`,
    'Export the model with float32, float16 or integer weights.',
    { file, tensor, type },
  );

export const unsupportedTensor = (file: string, tensor: string, reason: string): UserError =>
  new UserError(
    'onnx/unsupported-tensor',
    `Weight '${tensor}' of '${file}' cannot be read: ${reason}.`,
    'Export the model with plain dense weights.',
    { file, tensor, reason },
  );

export const missingValue = (file: string, node: string, value: string): UserError =>
  new UserError(
    'onnx/missing-value',
    `Node '${node}' of '${file}' reads '${value}', which nothing in the model produces.`,
    'The exporter left a part out or misspelt a name. Export the model again, and check it with onnx.checker.',
    { file, node, value },
  );

export const missingOutput = (file: string, value: string): UserError =>
  new UserError(
    'onnx/missing-output',
    `Output '${value}' of '${file}' is produced by nothing in the model.`,
    'The exporter left a part out or misspelt a name. Export the model again, and check it with onnx.checker.',
    { file, value },
  );

export const duplicateValue = (file: string, value: string, where: string): UserError =>
  new UserError(
    'onnx/duplicate-value',
    `'${value}' is defined twice in '${file}', the second time by ${where}.`,
    'Every value of an ONNX model has one origin. Give one of the two another name and export again.',
    { file, value, where },
  );

export const cycle = (file: string, nodes: readonly string[]): UserError =>
  new UserError(
    'onnx/cycle',
    `The nodes of '${file}' feed each other in a circle: ${nodes.map((n) => `'${n}'`).join(' → ')}.`,
    'An ONNX graph has no cycles; recurrent parts use Loop, Scan, LSTM or GRU. Export the model again.',
    { file, nodes },
  );

export const noOperator = (at: Place): UserError => malformed(at, 'a node has no operator (op_type is empty)');

export const tooMuch = (file: string, cause: unknown): UserError =>
  new UserError(
    'onnx/out-of-memory',
    `'${file}' needs more memory than this browser or computer gives.`,
    'Close other tabs, or try a smaller model.',
    { file },
    { cause },
  );
