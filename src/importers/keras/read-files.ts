/** Reads the four writings of Keras models. Fetched with the first of them. */
import { zipMembers } from '../archive/index.ts';
import { kerasIncomplete, modelIsWeightsOnly } from '../errors.ts';
import type { Imported, ReadOptions, SourceBytes } from '../importer.ts';
import { member, parseObject } from '../json.ts';
import { type Hdf5Group, openHdf5 } from './hdf5.ts';
import { layerListOf } from './layer-list.ts';
import { importKeras } from './read-keras.ts';
import {
  CONFIG,
  isHdf5,
  isKerasJson,
  isKerasZip,
  isLayerList,
  looseParts,
  METADATA,
  type Parts,
  WEIGHTS,
} from './recognize.ts';
import { weightsOfKeras3, weightsOfLegacy } from './weights.ts';

const wholeOf = ({ source }: SourceBytes): Uint8Array => source.bytes ?? source.read(0, source.size);
const textOf = (file: SourceBytes): string => new TextDecoder().decode(wholeOf(file));

/** The one that is meant: `main`, or the first that fits. */
const chosen = (files: readonly SourceBytes[], options: ReadOptions, fits: (f: SourceBytes) => boolean): SourceBytes =>
  (files.find((f) => f.name === options.main && fits(f)) ?? files.find(fits)) as SourceBytes;

export async function readKeras(files: readonly SourceBytes[], options: ReadOptions): Promise<Imported> {
  const loose = looseParts(files);
  if (loose) return readParts(loose.config, loose, options);
  const file = chosen(files, options, isKerasZip);
  const members = zipMembers(file.name, file.source);
  const find = (name: string) => members.find((m) => m.name === name);
  return readParts(file, { config: find(CONFIG), metadata: find(METADATA), weights: find(WEIGHTS) }, options);
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

export async function readKerasH5(files: readonly SourceBytes[], options: ReadOptions): Promise<Imported> {
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
}

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

function jsonParts(file: SourceBytes) {
  const root = parseObject(file.name, textOf(file));
  const version = member(root, 'keras_version');
  return { file, format: 'keras-json', root, version: typeof version === 'string' ? version : '' };
}

export const readKerasJson = (files: readonly SourceBytes[], options: ReadOptions): Imported =>
  importKeras(jsonParts(chosen(files, options, isKerasJson)), options);

export function readKerasLayers(files: readonly SourceBytes[], options: ReadOptions): Imported {
  const file = chosen(files, options, isLayerList);
  return importKeras(
    { file, format: 'keras-layers', root: layerListOf(file.name, textOf(file)), version: '' },
    options,
  );
}
