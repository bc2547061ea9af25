import { sha256Hex, UserError } from '../base/index.ts';
import type { Diagnostic, Model, ModelReference } from '../ir/index.ts';
import { type Assembly, UnknownDims } from './assembly.ts';
import { noFiles, noGraph, noModel, notOnnx, tooLarge, tooMuch, twoFilesOneName, twoModels } from './errors.ts';
import { type ModelProto, readModel } from './proto.ts';
import { assemble } from './read-graph.ts';
import { likeness } from './sniff.ts';
import { baseName, type ExternalFiles } from './tensor-proto.ts';
import { WireReader } from './wire.ts';

export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface OnnxImport {
  readonly model: Model;
  readonly reference: ModelReference;
  /** Program that wrote the file, and its version; '' where the file does not say. */
  readonly producer: string;
  readonly producerVersion: string;
  readonly irVersion: number;
  /** Version of the standard operators; 0 where the model uses none. */
  readonly opset: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** 2 GiB: protobuf's own limit, and near that of one array in a browser. */
const MAX_FILE_BYTES = 2 ** 31;
const OLDEST_OPSET = 7;

/** Throws `onnx/file-too-large` at 2 GiB and above. Cheap: for use before a file's bytes are read. */
export function checkFileSize(name: string, bytes: number): void {
  if (bytes >= MAX_FILE_BYTES) throw tooLarge(name, bytes);
}

/**
 * Reads the model among `files`; the others may hold its external data and are found by their base names.
 *
 * Weights are views on the files' bytes: do not write to those afterwards. Every node is kept as it is in the file,
 * Constant nodes too. `main` names the model where it cannot be told by itself. What is repaired or left out is said
 * in `diagnostics`; everything else that is wrong throws a `UserError` with a code `onnx/…`.
 */
export function readOnnx(files: readonly OnnxFile[], main?: string): OnnxImport {
  for (const { name, bytes } of files) checkFileSize(name, bytes.length);
  const file = modelAmong(files, main);
  try {
    return readFile(file, files);
  } catch (thrown) {
    // An engine reports exhausted memory and over-long arrays as RangeError.
    if (thrown instanceof RangeError) throw tooMuch(file.name, thrown);
    throw thrown;
  }
}

/** The one that is called .onnx, or the only one that could be a model. */
function modelAmong(files: readonly OnnxFile[], main: string | undefined): OnnxFile {
  const named = main === undefined ? undefined : files.find((f) => f.name === main);
  if (named) return named;
  if (main !== undefined) throw noModel(files.map((f) => f.name));
  const [only, ...more] = files;
  if (!only) throw noFiles();
  if (more.length === 0) return only;
  const models = files.filter((f) => /\.onnx$/i.test(f.name));
  const likely = models.length > 0 ? models : files.filter((f) => f.bytes[0] === 8 && !likeness(f.bytes));
  const [first, second] = likely;
  if (!first) throw noModel(files.map((f) => f.name));
  if (second) throw twoModels(likely.map((f) => f.name));
  return first;
}

function readFile(file: OnnxFile, files: readonly OnnxFile[]): OnnxImport {
  const proto = parse(file);
  if (!proto.graph) throw noGraph(file.name);
  const diagnostics: Diagnostic[] = [];
  const opsets = readOpsets(proto, diagnostics);
  const assembly: Assembly = { files: externalFiles(file, files), opsets, diagnostics, dims: new UnknownDims() };
  const model = assemble(proto.graph, assembly);
  reportFunctions(proto, diagnostics);
  return {
    model,
    reference: { name: baseName(file.name), sha256: sha256Hex(file.bytes), bytes: file.bytes.length },
    producer: proto.producer,
    producerVersion: proto.producerVersion,
    irVersion: proto.irVersion,
    opset: opsets.get('') ?? 0,
    diagnostics,
  };
}

function parse(file: OnnxFile): ModelProto {
  const other = likeness(file.bytes);
  if (other) throw notOnnx(file.name, other.looksLike, other.hint);
  const proto: ModelProto = {
    irVersion: 0,
    producer: '',
    producerVersion: '',
    opsets: [],
    functions: [],
    graph: undefined,
    knownFields: 0,
  };
  const unknown = () =>
    notOnnx(file.name, 'its content is of no kind known here', 'Drop the .onnx file that your framework exports.');
  try {
    readModel(new WireReader(file.name, file.bytes, 'ModelProto'), proto);
  } catch (thrown) {
    if (thrown instanceof UserError && proto.knownFields === 0) throw unknown();
    throw thrown;
  }
  if (proto.knownFields === 0) throw unknown();
  return proto;
}

function readOpsets(proto: ModelProto, diagnostics: Diagnostic[]): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain: stated, version } of proto.opsets) {
    const domain = stated === 'ai.onnx' ? '' : stated;
    const before = opsets.get(domain);
    if (before !== undefined && before !== version) {
      const message = `Operator set '${domain || 'ai.onnx'}' is imported as version ${before} and ${version}; the newer is used.`;
      diagnostics.push({ code: 'onnx/duplicate-opset', severity: 'warning', message });
    }
    opsets.set(domain, Math.max(before ?? 0, version));
  }
  if (!opsets.has('') && proto.graph?.nodes.some((n) => n.domain === '' || n.domain === 'ai.onnx')) {
    const message = `The model does not say which opset it uses; its operators are read as opset ${OLDEST_OPSET} defines them.`;
    diagnostics.push({ code: 'onnx/no-opset', severity: 'warning', message });
    opsets.set('', OLDEST_OPSET);
  }
  const standard = opsets.get('');
  if (standard !== undefined && standard < OLDEST_OPSET) {
    const message = `The model uses opset ${standard}; operators are read as opset ${OLDEST_OPSET} defines them, and some may differ.`;
    diagnostics.push({ code: 'onnx/old-opset', severity: 'warning', message });
  }
  return opsets;
}

function reportFunctions(proto: ModelProto, diagnostics: Diagnostic[]): void {
  if (proto.functions.length === 0) return;
  const names = proto.functions.map((f) => `${f.domain}::${f.name}`).join(', ');
  const message = `The model defines functions of its own (${names}); nodes that call them are kept whole, their bodies are not read.`;
  diagnostics.push({ code: 'onnx/local-functions', severity: 'warning', message });
}

function externalFiles(model: OnnxFile, files: readonly OnnxFile[]): ExternalFiles {
  return {
    file: model.name,
    find(wanted) {
      const matches = files.filter((f) => f !== model && baseName(f.name) === wanted);
      if (matches.length > 1) throw twoFilesOneName(wanted);
      return matches[0]?.bytes;
    },
  };
}
