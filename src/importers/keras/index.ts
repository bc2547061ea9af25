/** The four writings of Keras models: `.keras`, whole-model `.h5`, `to_json()`, and the Python text that adds layers. */
import type { Importer } from '../importer.ts';
import { isHdf5, isKerasJson, isKerasZip, isLayerList, looseParts } from './recognize.ts';

/** The HDF5 library waits until a file needs it; the rest comes with the first Keras model, or once the page stands. */
const load = () => import('./read-files.ts');

/** Keras 3: a zip of configuration, metadata and weights; the three may be dropped unpacked. */
export const keras: Importer = {
  id: 'keras',
  name: 'Keras',
  extensions: ['.keras'],
  matches: (files) => files.some(isKerasZip) || looseParts(files) !== undefined,
  read: async (files, options) => (await load()).readKeras(files, options),
  load,
};

/** HDF5 with structure and weights, as Keras wrote models before 3 and still can. */
export const kerasH5: Importer = {
  id: 'keras-h5',
  name: 'Keras HDF5',
  extensions: ['.h5', '.hdf5'],
  matches: (files) => files.some(isHdf5),
  read: async (files, options) => (await load()).readKerasH5(files, options),
  load,
};

/** The structure alone, from `model.to_json()`. */
export const kerasJson: Importer = {
  id: 'keras-json',
  name: 'Keras JSON',
  extensions: ['.json'],
  matches: (files) => files.some(isKerasJson),
  read: async (files, options) => (await load()).readKerasJson(files, options),
  load,
};

/** The structure alone, from Python text: `model.add(Conv2D(32, 3))`. The text is parsed, never run. */
export const kerasLayers: Importer = {
  id: 'keras-layers',
  name: 'Keras layer list',
  extensions: ['.py', '.txt'],
  matches: (files) => files.some(isLayerList),
  read: async (files, options) => (await load()).readKerasLayers(files, options),
  load,
};
