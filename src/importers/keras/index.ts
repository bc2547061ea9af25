/** The four writings of Keras models: `.keras`, whole-model `.h5`, `to_json()`, and the Python text that adds layers. */
import { isZip, zipMembers, zipNames } from '../archive/index.ts';
import { kerasIncomplete, modelIsWeightsOnly } from '../errors.ts';
import { baseName, headOf, type Imported, type Importer, type ReadOptions, type SourceBytes } from '../importer.ts';
import { member, parseObject } from '../json.ts';
import { HDF5_SIGNATURE, type Hdf5Group, openHdf5 } from './hdf5.ts';
import { layerListOf, looksLikeLayerList } from './layer-list.ts';
import { importKeras } from './read-keras.ts';
import { weightsOfKeras3, weightsOfLegacy } from './weights.ts';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

const wholeOf = ({ source }: SourceBytes): Uint8Array => source.bytes ?? source.read(0, source.size);
const textOf = (file: SourceBytes): string => new TextDecoder().decode(wholeOf(file));

/** The one that is meant: `main`, or the first that fits. */
const chosen = (files: readonly SourceBytes[], options: ReadOptions, fits: (f: SourceBytes) => boolean): SourceBytes =>
  (files.find((f) => f.name === options.main && fits(f)) ?? files.find(fits)) as SourceBytes;

const isKerasZip = ({ name, source }: SourceBytes): boolean => {
  if (!isZip(source)) return false;
  const names = zipNames(name, source);
  return names.includes(CONFIG) && (names.includes(METADATA) || names.includes(WEIGHTS));
};

/** Keras 3: a zip of configuration, metadata and weights; the three may be dropped unpacked. */
export const keras: Importer = {
  id: 'keras',
  name: 'Keras',
  extensions: ['.keras'],
  matches: (files) => files.some(isKerasZip) || looseParts(files) !== undefined,
  async read(files, options) {
    const loose = looseParts(files);
    if (loose) return readParts(loose.config, loose, options);
    const file = chosen(files, options, isKerasZip);
    const members = zipMembers(file.name, file.source);
    const find = (name: string) => members.find((m) => m.name === name);
    return readParts(file, { config: find(CONFIG), metadata: find(METADATA), weights: find(WEIGHTS) }, options);
  },
};

interface Parts {
  readonly config: SourceBytes | undefined;
  readonly metadata: SourceBytes | undefined;
  readonly weights: SourceBytes | undefined;
}

function looseParts(files: readonly SourceBytes[]): (Parts & { readonly config: SourceBytes }) | undefined {
  const find = (name: string) => files.find((f) => baseName(f.name) === name);
  const config = find(CONFIG);
  const weights = find(WEIGHTS);
  return config && weights ? { config, metadata: find(METADATA), weights } : undefined;
}

async function readParts(file: SourceBytes, parts: Parts, options: ReadOptions): Promise<Imported> {
  const { config, metadata, weights } = parts;
  if (!config) throw kerasIncomplete(file.name, CONFIG);
  if (!weights) throw kerasIncomplete(file.name, WEIGHTS);
  const about = metadata ? parseObject(metadata.name, textOf(metadata)) : {};
  const version = member(about, 'keras_version');
  const group = await openHdf5(file.name, wholeOf(weights));
  return importKeras(
    {
      file,
      format: 'keras',
      root: parseObject(file.name, textOf(config)),
      weights: weightsOfKeras3(file.name, group, ''),
      version: typeof version === 'string' ? version : '',
    },
    options,
  );
}

const isHdf5 = (file: SourceBytes): boolean => {
  const head = headOf(file, HDF5_SIGNATURE.length);
  return head.length === HDF5_SIGNATURE.length && head.every((byte, i) => byte === HDF5_SIGNATURE.charCodeAt(i));
};

/** HDF5 with structure and weights, as Keras wrote models before 3 and still can. */
export const kerasH5: Importer = {
  id: 'keras-h5',
  name: 'Keras HDF5',
  extensions: ['.h5', '.hdf5'],
  matches: (files) => files.some(isHdf5),
  async read(files, options) {
    const file = chosen(files, options, isHdf5);
    const root = await openHdf5(file.name, wholeOf(file));
    const config = root.text('model_config');
    const weights = root.group('model_weights');
    if (config === undefined || !weights) return withStructureBeside(files, file, root, options);
    const version = root.text('keras_version') ?? weights.text('keras_version') ?? '';
    const parsed = parseObject(file.name, config);
    return importKeras(
      { file, format: 'keras-h5', root: parsed, weights: weightsOfLegacy(file.name, weights), version },
      options,
    );
  },
};

/** An HDF5 file of weights alone is a model together with the JSON of `to_json()`. */
function withStructureBeside(
  files: readonly SourceBytes[],
  file: SourceBytes,
  root: Hdf5Group,
  options: ReadOptions,
): Imported {
  const structure = files.find(isKerasJson);
  const legacy = root.texts('layer_names').length > 0;
  const isKeras3 = root.group('layers') !== undefined || root.group('_layer_checkpoint_dependencies') !== undefined;
  if (!structure || (!legacy && !isKeras3)) throw modelIsWeightsOnly(file.name, legacy || isKeras3);
  const weights = legacy ? weightsOfLegacy(file.name, root) : weightsOfKeras3(file.name, root, '');
  return importKeras({ ...jsonParts(structure), weights }, options);
}

/** Larger texts are no structure. */
const LARGEST_TEXT = 64 * 2 ** 20;

/** Keras puts `class_name` near the beginning, beside `module` or `config`. */
const isKerasJson = (file: SourceBytes): boolean => {
  if (file.source.size > LARGEST_TEXT) return false;
  const head = new TextDecoder().decode(headOf(file, 4096)).trimStart();
  return head.startsWith('{') && /"class_name"\s*:\s*"(?:\w+>)?(?:Sequential|Functional|Model)"/.test(head);
};

function jsonParts(file: SourceBytes) {
  const root = parseObject(file.name, textOf(file));
  const version = member(root, 'keras_version');
  return { file, format: 'keras-json', root, version: typeof version === 'string' ? version : '' };
}

/** The structure alone, from `model.to_json()`. */
export const kerasJson: Importer = {
  id: 'keras-json',
  name: 'Keras JSON',
  extensions: ['.json'],
  matches: (files) => files.some(isKerasJson),
  read: async (files, options) => importKeras(jsonParts(chosen(files, options, isKerasJson)), options),
};

const isLayerList = (file: SourceBytes): boolean =>
  file.source.size < LARGEST_TEXT && looksLikeLayerList(new TextDecoder().decode(headOf(file, 65536)));

/** The structure alone, from Python text: `model.add(Conv2D(32, 3))`. The text is parsed, never run. */
export const kerasLayers: Importer = {
  id: 'keras-layers',
  name: 'Keras layer list',
  extensions: ['.py', '.txt'],
  matches: (files) => files.some(isLayerList),
  async read(files, options) {
    const file = chosen(files, options, isLayerList);
    return importKeras(
      { file, format: 'keras-layers', root: layerListOf(file.name, textOf(file)), version: '' },
      options,
    );
  },
};
