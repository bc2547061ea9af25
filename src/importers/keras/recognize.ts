/** What Keras files look like, told from their first bytes: the code that reads them is fetched only when one comes. */
import { isZip, zipNames } from '../archive/index.ts';
import { baseName, headOf, type SourceBytes } from '../importer.ts';

export const CONFIG = 'config.json';
export const METADATA = 'metadata.json';
export const WEIGHTS = 'model.weights.h5';

export const HDF5_SIGNATURE = '\x89HDF\r\n\x1a\n';

export const isKerasZip = ({ name, source }: SourceBytes): boolean => {
  if (!isZip(source)) return false;
  const names = zipNames(name, source);
  return names.includes(CONFIG) && (names.includes(METADATA) || names.includes(WEIGHTS));
};

export interface Parts {
  readonly config: SourceBytes | undefined;
  readonly metadata: SourceBytes | undefined;
  readonly weights: SourceBytes | undefined;
}

/** The three files of a `.keras` where they were dropped unpacked. */
export function looseParts(files: readonly SourceBytes[]): (Parts & { readonly config: SourceBytes }) | undefined {
  const find = (name: string) => files.find((f) => baseName(f.name) === name);
  const config = find(CONFIG);
  const weights = find(WEIGHTS);
  return config && weights ? { config, metadata: find(METADATA), weights } : undefined;
}

export const isHdf5 = (file: SourceBytes): boolean => {
  const head = headOf(file, HDF5_SIGNATURE.length);
  return head.length === HDF5_SIGNATURE.length && head.every((byte, i) => byte === HDF5_SIGNATURE.charCodeAt(i));
};

/** Larger texts are no structure. */
const LARGEST_TEXT = 64 * 2 ** 20;

/** Keras puts `class_name` near the beginning, beside `module` or `config`. */
export const isKerasJson = (file: SourceBytes): boolean => {
  if (file.source.size > LARGEST_TEXT) return false;
  const head = new TextDecoder().decode(headOf(file, 4096)).trimStart();
  return head.startsWith('{') && /"class_name"\s*:\s*"(?:\w+>)?(?:Sequential|Functional|Model)"/.test(head);
};

const ADD = /(^|\n)\s*[A-Za-z_]\w*\.add\s*\(/;
const LIST = /\bSequential\s*\(\s*\[/;

/** Whether a text adds layers to a model. */
export const looksLikeLayerList = (text: string): boolean =>
  !text.includes('\0') &&
  (ADD.test(text) || LIST.test(text)) &&
  /\b(Conv|Dense|LSTM|GRU|Pool|Input|Embedding)/.test(text);

export const isLayerList = (file: SourceBytes): boolean =>
  file.source.size < LARGEST_TEXT && looksLikeLayerList(new TextDecoder().decode(headOf(file, 65536)));
