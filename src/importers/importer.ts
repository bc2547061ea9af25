import { type ByteSource, sha256OfSource } from '../base/index.ts';
import type { Diagnostic, Model, ModelReference } from '../ir/index.ts';
import type { StoredQuantization } from '../onnx/index.ts';

/** One file as it was dropped or named. */
export interface SourceBytes {
  /** As given; for display and to find files by. */
  readonly name: string;
  readonly source: ByteSource;
}

/** A network as it was read, whatever its format was. */
export interface Imported {
  readonly model: Model;
  readonly reference: ModelReference;
  /** Id in the registry: 'onnx', 'keras', 'keras-h5', … */
  readonly format: string;
  /** Program that wrote the file, with its version where the file says it; '' where it does not. */
  readonly producer: string;
  /** Version of the standard operators the graph is in; 0 where it uses none. */
  readonly opset: number;
  readonly diagnostics: readonly Diagnostic[];
  /** Structure only: the file holds no weights. Constants have their shapes, and the numbers of an untrained network. */
  readonly weightless: boolean;
  /** Absent: a float network. */
  readonly quantized?: StoredQuantization;
  /** Bytes of the files that were read to open it; weights read later are not among them. */
  readonly bytesRead: number;
}

export interface ReadOptions {
  /** Name of the file that holds the network, where it cannot be told by itself. */
  readonly main?: string;
  /** Known fingerprint of that file: it is then not computed again. */
  readonly sha256?: string;
}

/** One file format networks come in. To add one: a folder or file in this room, and its line in `registry.ts`. */
export interface Importer {
  readonly id: string;
  /** In words for the user: 'Keras (.keras)'. */
  readonly name: string;
  /** Lower case, with the dot; the first is the usual one. */
  readonly extensions: readonly string[];
  /** Whether the files hold a network of this format, by content first and name second. Reads little. */
  matches(files: readonly SourceBytes[]): boolean;
  /** Throws a `UserError` that names file, layer, reason and remedy for what cannot be read. */
  read(files: readonly SourceBytes[], options: ReadOptions): Promise<Imported>;
  /** Fetches code that `read` needs and the first load does not have; absent: all is here. */
  load?(): Promise<unknown>;
}

/** The last part of a path, whichever way its slashes lean. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** The first `count` bytes, or as many as there are. */
export const headOf = ({ source }: SourceBytes, count: number): Uint8Array =>
  source.read(0, Math.min(count, source.size));

/** What manifests and links say of the file the network came from. */
export const referenceOf = (file: SourceBytes, sha256?: string): ModelReference => ({
  name: baseName(file.name),
  sha256: sha256 ?? sha256OfSource(file.source),
  bytes: file.source.size,
});
