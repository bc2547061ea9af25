import {
  bindSamples,
  generateSamples,
  generateSet,
  generationNotice,
  type InputPort,
  type Preprocessing,
  readArrays,
  sampleGenerators,
  splitSamples,
  TRAINING_PARTS,
  type TrainingPart,
  trainingPart,
} from '../../datasets/index.ts';
import { type Diagnostic, elementCount, isKnown, type SampleSet, type Tensor } from '../../ir/index.ts';
import type { DataRecipe, DataReference } from '../exploration.ts';
import type { ModelFile, OpenedModel } from './open.ts';

export interface DataRequest {
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
  readonly preprocessing?: Preprocessing;
  /** A labelled data set made from the seed (ids of `sampleGenerators`), in place of files. */
  readonly generator?: string;
  /** Of a generator, 0 … 1; absent: as it is meant for small networks. */
  readonly difficulty?: number;
  /** Where the files are from; default 'given'. */
  readonly origin?: DataReference['origin'];
}

export interface BoundData {
  readonly samples: SampleSet;
  readonly reference: DataReference;
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

/** Samples for a model, from files or generated. Throws `datasets/…` naming the array and both shapes. */
export function bindData(opened: OpenedModel, request: DataRequest): BoundData {
  if (request.files.length === 0) return bindGenerated(opened, request);
  const classes = classesOf(opened);
  const bound = bindSamples(readArrays(request.files), inputPorts(opened), {
    name: request.files.map((file) => file.name).join(', '),
    ...(classes === undefined ? {} : { classes }),
    ...(request.preprocessing ? { preprocessing: request.preprocessing } : {}),
  });
  const { samples, diagnostics } = partOf(bound.samples, request.part, classes);
  return {
    samples,
    reference: referenceOf(samples, request.origin),
    diagnostics: [...bound.diagnostics, ...diagnostics],
  };
}

/** A labelled set of a generator, or inputs made from the model's shapes; a part has a seed of its own. */
function bindGenerated(opened: OpenedModel, request: DataRequest): BoundData {
  const { generator, difficulty, count, part } = request;
  const seed = request.seed + (part === undefined ? 0 : PART_SEED_OFFSETS[part]);
  const ports = inputPorts(opened);
  const hard = difficulty === undefined ? {} : { difficulty };
  const recipe: DataRecipe = { ...(generator === undefined ? {} : { generator, ...hard }), seed, count };
  if (generator === undefined) {
    const samples = generateSamples(ports, count, seed);
    return { samples, reference: { ...referenceOf(samples), recipe }, diagnostics: [generationNotice(samples)] };
  }
  const name = `${generator}, seed ${seed}${difficulty === undefined ? '' : `, difficulty ${difficulty}`}`;
  const { samples, diagnostics } = bindSamples(generatedArrays(generator, count, seed, difficulty), ports, { name });
  return { samples, reference: { ...referenceOf(samples, 'sample'), recipe }, diagnostics };
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
