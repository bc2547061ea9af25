export { checkDataSize, readNpz, writeNpz } from './archive.ts';
export { type BindOptions, type Bound, bindSamples, type InputPort } from './bind.ts';
export { beforeNormalization, type Preview, previewsOf, type ValueFigures, valueFigures } from './describe.ts';
export { type Layout, layoutOf } from './fit.ts';
export { generateSamples, generationNotice } from './generate.ts';
export {
  type ClassTree,
  type GeneratedSet,
  generateSet,
  groupsOf,
  leavesOf,
  type SampleGenerator,
  USUAL_DIFFICULTY,
} from './generators/generator.ts';
export { sampleGenerators } from './generators/registry.ts';
export { type LayerMetric, type MatchedMetric, matchMetric, readMetric } from './layer-metric.ts';
export { readNpy, writeNpy } from './npy.ts';
export { holdsPictures, type ImageDecoder, type PictureOptions, readPictures } from './pictures.ts';
export { type DecodedImage, decodePng } from './png.ts';
export type { Preprocessing } from './preprocess.ts';
export { type DataFile, type ReadData, readArrays, readDataFiles } from './read-arrays.ts';
export { looksLikeSeries } from './series.ts';
export { pickSamples, splitSamples } from './split.ts';
export {
  splitForTraining,
  TRAINING_PARTS,
  type TrainingPart,
  type TrainingSplit,
  trainingPart,
} from './split-training.ts';
