import {
  bindSamples,
  generateSamples,
  generateSet,
  generationNotice,
  holdsPictures,
  type ImageDecoder,
  type InputPort,
  type Layout,
  layoutOf,
  type PictureOptions,
  type Preprocessing,
  type ReadData,
  readDataFiles,
  readPictures,
  sampleGenerators,
  splitSamples,
  TRAINING_PARTS,
  type TrainingPart,
  trainingPart,
} from '../../datasets/index.ts';
import { type Diagnostic, elementCount, isKnown, type SampleSet, type Tensor } from '../../ir/index.ts';
import type { DataRecipe, DataReference } from '../exploration.ts';
import type { ModelFile, OpenedModel } from './open.ts';

/** What is done to data as it is read; travels with it to every user of it. */
export interface DataSettings {
  /** Normalization: (value · scale − mean) / deviation, per channel. Absent: none. */
  readonly preprocessing?: Preprocessing;
  /** Where the channels of pictures lie in the arrays. Absent: told from the shape. */
  readonly layout?: Layout;
  /** Pictures of other sizes are resized to the input's. Absent: they are refused. */
  readonly resize?: boolean;
}

export interface DataRequest extends DataSettings {
  /** Arrays and labels; none: samples are generated. */
  readonly files: readonly ModelFile[];
  readonly seed: number;
  /** How many to generate; with `part`, of that part. */
  readonly count: number;
  /**
   * Where one set of files serves for more: 'calibration' is a quarter, at most 512, spread evenly; 'evaluation' the rest. For
   * training: three parts that share no sample (see `splitForTraining`). Generated parts come from seeds of their own.
   */
  readonly part?: 'calibration' | 'evaluation' | TrainingPart;
  /** A labelled data set made from the seed (ids of `sampleGenerators`), in place of files. */
  readonly generator?: string;
  /** Of a generator, 0 … 1; absent: as it is meant for small networks. */
  readonly difficulty?: number;
  /** Where the files are from; default 'given'. */
  readonly origin?: DataReference['origin'];
  /** What the files hold, where they had to be decoded (`decodePictures`). */
  readonly read?: ReadData;
}

export interface BoundData {
  readonly samples: SampleSet;
  readonly reference: DataReference;
  /** Where files or the generator name the classes. */
  readonly classNames?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const MOST_CALIBRATION = 512;

/** Far from any seed a user types, so that generated parts never meet. */
const PART_SEED_OFFSETS: Readonly<Record<NonNullable<DataRequest['part']>, number>> = {
  evaluation: 0,
  calibration: 1_000_003,
  validation: 0,
  'calibration of training': 1_000_003,
  training: 2_000_003,
};

/** Reads pictures among the files, which takes a decoder for what is no PNG; other requests come back as they are. */
export async function decodePictures(
  opened: OpenedModel,
  request: DataRequest,
  decodeImage: ImageDecoder | undefined,
): Promise<DataRequest> {
  if (!holdsPictures(request.files)) return request;
  const { others, ...pictures } = await readPictures(request.files, {
    ...pictureInput(inputPorts(opened)),
    ...(request.resize ? { resize: true } : {}),
    ...(decodeImage ? { decodeImage } : {}),
  });
  if (others.length === 0) return { ...request, read: pictures };
  const beside = readDataFiles(others);
  return {
    ...request,
    read: {
      arrays: new Map([...beside.arrays, ...pictures.arrays]),
      diagnostics: [...beside.diagnostics, ...pictures.diagnostics],
      ...((pictures.classNames ?? beside.classNames) && { classNames: pictures.classNames ?? beside.classNames ?? [] }),
    },
  };
}

/** Size and channels of the first input that takes pictures. */
function pictureInput(ports: readonly InputPort[]): Pick<PictureOptions, 'channels' | 'input'> {
  for (const { id, shape } of ports) {
    const layout = isKnown(shape) ? layoutOf(shape) : undefined;
    if (!layout) continue;
    const [, a, b, c] = shape as readonly [number, number, number, number];
    const [channels, height, width] = layout === 'NCHW' ? [a, b, c] : [c, a, b];
    return { channels, input: { id, width, height } };
  }
  return {};
}

/** Samples for a model, from files or generated. Throws `datasets/…` naming the array and both shapes. */
export function bindData(opened: OpenedModel, request: DataRequest): BoundData {
  if (request.files.length === 0) return bindGenerated(opened, request);
  const classes = classesOf(opened);
  const ports = inputPorts(opened);
  const [only] = ports;
  const size = ports.length === 1 && only && isKnown(only.shape) ? elementCount(only.shape) : undefined;
  const read = request.read ?? readDataFiles(request.files, size);
  const bound = bindSamples(read.arrays, ports, {
    name: nameOf(request.files),
    ...(classes === undefined ? {} : { classes }),
    ...(request.layout ? { layout: request.layout } : {}),
    ...(request.preprocessing ? { preprocessing: request.preprocessing } : {}),
  });
  const { samples, diagnostics } = partOf(bound.samples, request.part, classes);
  return {
    samples,
    reference: referenceOf(samples, request.origin),
    ...(read.classNames ? { classNames: read.classNames } : {}),
    diagnostics: [...read.diagnostics, ...bound.diagnostics, ...diagnostics],
  };
}

const MOST_NAMED = 3;

/** The names of a few files; of many, their folder and number. */
function nameOf(files: readonly ModelFile[]): string {
  if (files.length <= MOST_NAMED) return files.map((file) => file.name).join(', ');
  const [first = ''] = files.map((file) => file.name);
  const folder = first.includes('/') ? first.slice(0, first.indexOf('/')) : first;
  return `${folder} (${files.length} files)`;
}

/** A labelled set of a generator, or inputs made from the model's shapes; a part has a seed of its own. */
function bindGenerated(opened: OpenedModel, request: DataRequest): BoundData {
  const { generator, difficulty, count, part, preprocessing } = request;
  const seed = request.seed + (part === undefined ? 0 : PART_SEED_OFFSETS[part]);
  const ports = inputPorts(opened);
  const own = {
    ...(difficulty === undefined ? {} : { difficulty }),
    ...(preprocessing === undefined ? {} : { preprocessing }),
  };
  const recipe: DataRecipe = { ...(generator === undefined ? {} : { generator, ...own }), seed, count };
  if (generator === undefined) {
    const samples = generateSamples(ports, count, seed);
    return { samples, reference: { ...referenceOf(samples), recipe }, diagnostics: [generationNotice(samples)] };
  }
  const name = `${generator}, seed ${seed}${difficulty === undefined ? '' : `, difficulty ${difficulty}`}`;
  const arrays = generatedArrays(generator, count, seed, difficulty);
  const classes = classesOf(opened);
  const { samples, diagnostics } = bindSamples(arrays, ports, {
    name,
    ...(classes === undefined ? {} : { classes }),
    ...(preprocessing ? { preprocessing } : {}),
  });
  const { classes: classNames } = sampleGenerators.get(generator);
  return { samples, reference: { ...referenceOf(samples, 'sample'), recipe }, classNames, diagnostics };
}

function partOf(
  samples: SampleSet,
  part: DataRequest['part'],
  classes: number | undefined,
): Pick<BoundData, 'samples' | 'diagnostics'> {
  if (part === undefined) return { samples, diagnostics: [] };
  if (isTrainingPart(part)) return trainingPart(samples, part, classes);
  const split = splitSamples(samples, Math.min(MOST_CALIBRATION, Math.floor(samples.count / 4)));
  return { samples: split[part], diagnostics: split.diagnostics };
}

const isTrainingPart = (part: NonNullable<DataRequest['part']>): part is TrainingPart =>
  TRAINING_PARTS.some((known) => known === part);

function generatedArrays(
  id: string,
  count: number,
  seed: number,
  difficulty: number | undefined,
): ReadonlyMap<string, Tensor> {
  const { x, y, shape } = generateSet(sampleGenerators.get(id), count, seed, difficulty);
  return new Map<string, Tensor>([
    ['x', { type: 'uint8', shape: [count, ...shape], data: x }],
    ['y', { type: 'uint8', shape: [count], data: y }],
  ]);
}

/** What an exploration remembers of samples. */
export const referenceOf = (samples: SampleSet, origin: DataReference['origin'] = 'given'): DataReference => ({
  name: samples.name,
  sha256: samples.sha256,
  count: samples.count,
  labelled: samples.labels !== undefined,
  origin: samples.origin === 'generated' ? 'generated' : origin,
});

/** Inputs of the network as samples meet them. */
export function inputPorts({ prepared }: OpenedModel): InputPort[] {
  return prepared.graph.inputs.map((id) => {
    const info = prepared.graph.tensors.get(id);
    return { id, shape: info?.shape ?? [], ...(info?.type ? { type: info.type } : {}) };
  });
}

/**
 * Number of classes, if the network tells classes apart: one output that is a vector, of another size than the input (an
 * auto-encoder's output is a vector too, and the place of its largest element means nothing).
 */
export function classesOf({ prepared }: Pick<OpenedModel, 'prepared'>): number | undefined {
  const { graph } = prepared;
  const [output, another] = graph.outputs;
  if (output === undefined || another !== undefined) return undefined;
  const shape = graph.tensors.get(output)?.shape;
  if (!isKnown(shape) || shape.filter((d) => d > 1).length !== 1) return undefined;
  const size = elementCount(shape);
  const isEcho = graph.inputs.some((id) => {
    const input = graph.tensors.get(id)?.shape;
    return isKnown(input) && elementCount(input) === size;
  });
  return isEcho ? undefined : size;
}
