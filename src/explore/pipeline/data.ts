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
} from '../../datasets/index.ts';
import { type Diagnostic, elementCount, isKnown, type SampleSet, type Tensor } from '../../ir/index.ts';
import type { DataRecipe, DataReference } from '../exploration.ts';
import type { ModelFile, OpenedModel } from './open.ts';

export interface DataRequest {
  /** Arrays and labels; none: samples are generated. */
  readonly files: readonly ModelFile[];
  readonly seed: number;
  /** How many to generate. */
  readonly count: number;
  /** Where one set serves for both: 'calibration' is a quarter, at most 512, spread evenly; 'evaluation' the rest. */
  readonly part?: 'calibration' | 'evaluation' | 'training' | 'calibration of training' | 'validation';
  readonly preprocessing?: Preprocessing;
  /** A labelled data set made from the seed (ids of `sampleGenerators`), in place of files. */
  readonly generator?: string;
  /** Where the files are from; default 'given'. */
  readonly origin?: DataReference['origin'];
}

export interface BoundData {
  readonly samples: SampleSet;
  readonly reference: DataReference;
  readonly diagnostics: readonly Diagnostic[];
}

const MOST_CALIBRATION = 512;

/** Samples for a model, from files or generated. Throws `datasets/…` naming the array and both shapes. */
export function bindData(opened: OpenedModel, request: DataRequest): BoundData {
  const ports = inputPorts(opened);
  const diagnostics: Diagnostic[] = [];
  let samples: SampleSet;
  if (request.generator !== undefined) {
    const bound = bindSamples(generatedArrays(request.generator, request), ports, {
      name: `${request.generator}, seed ${request.seed}`,
    });
    samples = bound.samples;
    diagnostics.push(...bound.diagnostics);
  } else if (request.files.length === 0) {
    samples = generateSamples(ports, request.count, request.seed);
    diagnostics.push(generationNotice(samples));
  } else {
    const classes = classesOf(opened);
    const bound = bindSamples(readArrays(request.files), ports, {
      name: request.files.map((file) => file.name).join(', '),
      ...(classes === undefined ? {} : { classes }),
      ...(request.preprocessing ? { preprocessing: request.preprocessing } : {}),
    });
    samples = bound.samples;
    diagnostics.push(...bound.diagnostics);
  }
  if (request.part) {
    const split = splitSamples(samples, Math.min(MOST_CALIBRATION, Math.floor(samples.count / 4)));
    samples = request.part === 'calibration' ? split.calibration : split.evaluation;
    diagnostics.push(...split.diagnostics);
  }
  const reference = referenceOf(samples, originOf(request));
  return {
    samples,
    reference: request.files.length > 0 ? reference : { ...reference, recipe: recipeOf(request) },
    diagnostics,
  };
}

const recipeOf = ({ generator, seed, count }: DataRequest): DataRecipe => ({
  ...(generator === undefined ? {} : { generator }),
  seed,
  count,
});

const originOf = ({ generator, origin }: DataRequest): DataReference['origin'] | undefined =>
  generator === undefined ? origin : 'sample';

function generatedArrays(id: string, { count, seed }: DataRequest): ReadonlyMap<string, Tensor> {
  const { x, y, shape } = generateSet(sampleGenerators.get(id), count, seed);
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
