import type { LayerReader } from '../layer-scope.ts';
import { activationLayers } from './activation.ts';
import { arrangements } from './arrange.ts';
import { attentions } from './attention.ts';
import { convolutions } from './convolution.ts';
import { denseLayers } from './dense.ts';
import { merges } from './merge.ts';
import { normalizations } from './normalization.ts';
import { operations } from './operations.ts';
import { pools } from './pool.ts';
import { recurrents } from './recurrent.ts';

/** Every layer of Keras that is known, by its class. To add one: an entry in the table of its kind. */
export const layerReaders: ReadonlyMap<string, LayerReader> = new Map(
  [
    activationLayers,
    arrangements,
    attentions,
    convolutions,
    denseLayers,
    merges,
    normalizations,
    operations,
    pools,
    recurrents,
  ].flatMap((table) => Object.entries(table)),
);

export { sharedNames, tensorflowOperation } from './operations.ts';
