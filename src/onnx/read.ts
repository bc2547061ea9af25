import { type ByteSource, displayName, memorySource, sha256OfSource, UserError } from '../base/index.ts';
import type { Diagnostic, FunctionDef, Model, ModelReference } from '../ir/index.ts';
import { type Assembly, Notes, UnknownDims } from './assembly.ts';
import { noFiles, noGraph, noModel, notOnnx, tooLarge, tooMuch, twoFilesOneName, twoModels } from './errors.ts';
import { type ModelProto, type NodeProto, readModel } from './proto.ts';
import { type StoredQuantization, storedQuantization } from './quantized.ts';
import { readFunctions } from './read-functions.ts';
import { assemble, domainOf } from './read-graph.ts';
import { HEAD_BYTES, likeness } from './sniff.ts';
import { baseName, type ModelFiles } from './tensor-proto.ts';
import { WireReader } from './wire.ts';

/** A file in memory. */
export interface OnnxFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file that may be read in parts. */
export interface OnnxSource {
  readonly name: string;
  readonly source: ByteSource;
}

export interface OnnxReadOptions {
  /** Name of the file that is the model, where it cannot be told by itself. */
  readonly main?: string;
  /** Fingerprint of the model file, where it is known: computing it reads the whole file. */
  readonly sha256?: string;
  /** Up to this many bytes a file that is not in memory is read at once; default 8 MiB. */
  readonly readWhole?: number;
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
  /** How the file stores a network that is quantized already. Absent: a float network. */
  readonly quantized?: StoredQuantization;
  /** Bytes held or read for the structure: all of files in memory, what was looked at of others. The fingerprint's pass is not counted. */
  readonly bytesRead: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** 2 GiB: protobuf's own limit. */
const MAX_FILE_BYTES = 2 ** 31;
const OLDEST_OPSET = 7;

/** Throws `onnx/file-too-large` at 2 GiB and above, for model files. Cheap: for use before a file's bytes are read. */
export function checkFileSize(name: string, bytes: number): void {
  if (bytes >= MAX_FILE_BYTES) throw tooLarge(name, bytes);
}

/** `readOnnxSources` for files that lie in memory. */
export function readOnnx(files: readonly OnnxFile[], main?: string): OnnxImport {
  const sources = files.map(({ name, bytes }) => ({ name, source: memorySource(bytes) }));
  return readOnnxSources(sources, main === undefined ? {} : { main });
}

/**
 * Reads the model among `files`; the others may hold its external data and are found by the path the model states, or by
 * their base names.
 *
 * Of files in memory weights are views: do not write to those bytes afterwards. Of files larger than 8 MiB that are not in memory
 * only the structure is read, and each weight at its first use. Every node is kept as it is in the file, Constant nodes
 * too. What is repaired or left out is said in `diagnostics`; everything else that is wrong throws a `UserError` with a
 * code `onnx/…`.
 */
export function readOnnxSources(files: readonly OnnxSource[], options: OnnxReadOptions = {}): OnnxImport {
  const file = modelAmong(files, options.main);
  checkFileSize(file.name, file.source.size);
  try {
    return readFile(file, files, options);
  } catch (thrown) {
    // An engine reports exhausted memory and over-long arrays as RangeError.
    if (thrown instanceof RangeError) throw tooMuch(file.name, thrown);
    throw thrown;
  }
}

/** The one that is called .onnx, or the only one that could be a model. */
function modelAmong(files: readonly OnnxSource[], main: string | undefined): OnnxSource {
  const named = main === undefined ? undefined : files.find((f) => f.name === main);
  if (named) return named;
  if (main !== undefined) throw noModel(files.map((f) => f.name));
  const [only, ...more] = files;
  if (!only) throw noFiles();
  if (more.length === 0) return only;
  const models = files.filter((f) => /\.onnx$/i.test(f.name));
  const likely = models.length > 0 ? models : files.filter(looksLikeModel);
  const [first, second] = likely;
  if (!first) throw noModel(files.map((f) => f.name));
  if (second) throw twoModels(likely.map((f) => f.name));
  return first;
}

const headOf = (source: ByteSource): Uint8Array => source.read(0, Math.min(HEAD_BYTES, source.size));

function looksLikeModel({ source }: OnnxSource): boolean {
  const head = headOf(source);
  return head[0] === 8 && !likeness(head);
}

function readFile(file: OnnxSource, files: readonly OnnxSource[], options: OnnxReadOptions): OnnxImport {
  const { proto, reader } = parse(file, options.readWhole);
  if (!proto.graph) throw noGraph(file.name);
  const notes = new Notes();
  const opsets = readOpsets(proto.opsets, proto.graph.nodes, notes);
  const functions = new Map<string, FunctionDef>();
  const assembly: Assembly = {
    files: modelFiles(file, reader.source, files),
    opsets,
    notes,
    dims: new UnknownDims(),
    ...(proto.functions.length > 0 && { functions }),
  };
  readFunctions(proto.functions, functions, assembly, (f) => functionOpsets(f, opsets));
  const model = assemble(proto.graph, assembly);
  const quantized = storedQuantization(model);
  const { size } = file.source;
  return {
    model,
    reference: { name: baseName(file.name), sha256: options.sha256 ?? sha256OfSource(reader.source), bytes: size },
    producer: proto.producer,
    producerVersion: proto.producerVersion,
    irVersion: proto.irVersion,
    opset: opsets.get('') ?? 0,
    ...(quantized && { quantized }),
    bytesRead: files.reduce((sum, f) => sum + (f === file ? 0 : (f.source.bytes?.length ?? 0)), reader.bytesRead),
    diagnostics: notes.all(),
  };
}

function parse(file: OnnxSource, readWhole: number | undefined): { proto: ModelProto; reader: WireReader } {
  const other = likeness(headOf(file.source));
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
  const reader = new WireReader(file.name, file.source, 'ModelProto', readWhole);
  try {
    readModel(reader, proto);
  } catch (thrown) {
    if (thrown instanceof UserError && proto.knownFields === 0) throw unknown();
    throw thrown;
  }
  if (proto.knownFields === 0) throw unknown();
  return { proto, reader };
}

type Imports = readonly { readonly domain: string; readonly version: number }[];

function readOpsets(imports: Imports, nodes: readonly NodeProto[], notes: Notes): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain: stated, version } of imports) {
    const domain = domainOf(stated);
    const before = opsets.get(domain);
    if (before !== undefined && before !== version) {
      const message = `Operator set '${displayName(domain || 'ai.onnx')}' is imported as version ${before} and ${version}; the newer is used.`;
      notes.add('onnx/duplicate-opset', 'warning', message);
    }
    opsets.set(domain, Math.max(before ?? 0, version));
  }
  if (!opsets.has('') && nodes.some((n) => domainOf(n.domain) === '')) {
    const message = `The model does not say which opset it uses; its operators are read as opset ${OLDEST_OPSET} defines them.`;
    notes.add('onnx/no-opset', 'warning', message);
    opsets.set('', OLDEST_OPSET);
  }
  const standard = opsets.get('');
  if (standard !== undefined && standard < OLDEST_OPSET) {
    const message = `The model uses opset ${standard}; operators are read as opset ${OLDEST_OPSET} defines them, and some may differ.`;
    notes.add('onnx/old-opset', 'warning', message);
  }
  return opsets;
}

/** A function states the operator sets it uses; for those it does not, the model's count. */
function functionOpsets({ opsets }: { readonly opsets: Imports }, model: ReadonlyMap<string, number>) {
  const own = new Map(model);
  for (const { domain, version } of opsets) own.set(domainOf(domain), version);
  return own;
}

/** External data: the file at the stated path beside the model where there is one, else the only one of that name. */
function modelFiles(model: OnnxSource, source: ByteSource, files: readonly OnnxSource[]): ModelFiles {
  const slashes = (path: string): string => path.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  const path = slashes(model.name);
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const byPath = new Map<string, OnnxSource>();
  const byName = new Map<string, OnnxSource[]>();
  for (const file of files) {
    if (file === model) continue;
    byPath.set(slashes(file.name), file);
    const base = baseName(file.name);
    byName.set(base, [...(byName.get(base) ?? []), file]);
  }
  return {
    file: model.name,
    source,
    find(location) {
      const exact = byPath.get(`${folder}${slashes(location)}`);
      const named = byName.get(baseName(location)) ?? [];
      if (!exact && named.length > 1) throw twoFilesOneName(baseName(location));
      return (exact ?? named[0])?.source;
    },
  };
}
