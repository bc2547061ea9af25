import { Registry } from '../base/index.ts';
import { annette } from './annette/index.ts';
import type { Importer } from './importer.ts';
import { keras, kerasH5, kerasJson, kerasLayers } from './keras/index.ts';
import { onnx } from './onnx.ts';

/** Every format a network can come in, asked in this order. To add one: a folder here, and its line in this list. */
export const importers = new Registry<Importer>('file format', [onnx, keras, kerasH5, kerasJson, kerasLayers, annette]);
