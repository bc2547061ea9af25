import { layerCosts, rebatch } from '../../src/analyze/index.ts';
import { sha256Hex } from '../../src/base/index.ts';
import { type GeneratedSet, generateSet, sampleGenerators } from '../../src/datasets/index.ts';
import { type Model, type SampleSet, tensorOf, weightOf } from '../../src/ir/index.ts';
import type { Engines } from '../../src/jobs/index.ts';
import { writeOnnx } from '../../src/onnx/index.ts';
import { type TrainingRecipe, train, withWeights } from '../../src/train/index.ts';
import { Layers } from './layers.ts';
import { judged, type Measured } from './measure.ts';
import type { SampleNetwork } from './networks.ts';

/** An entry of `models/index.json`: what the gallery shows of a network. */
export interface Card extends Measured {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  readonly file: string;
  readonly sha256: string;
  /** Generator of the data. */
  readonly data: string;
  readonly bytes: number;
  /** Multiply-accumulates of one sample. */
  readonly macs: number;
  /** Of training: data, order and first weights follow from it. */
  readonly seed: number;
  /** [rank, lane, share of the largest MACs] per layer that multiplies: the silhouette of the start page. */
  readonly outline: readonly (readonly [number, number, number])[];
  readonly licence: string;
  readonly source: string;
}

export interface MadeSample {
  readonly card: Card;
  readonly bytes: Uint8Array;
}

/** Seeds of data: none meets that of the page, which judges on seed 1 and calibrates on its own. */
const SEED = 1000;
const VALIDATION_SEED = 2000;
const VALIDATED = 500;

/** Trains a network and writes it for inputs of bytes, with its card. The same bytes each time, on any machine. */
export async function trainSample(
  network: SampleNetwork,
  engines: Engines,
  now: () => number,
  say: (line: string) => void,
): Promise<MadeSample> {
  const recipe = recipeFor(network);
  const untrained = network.build(new Layers(SEED));
  const request = {
    model: untrained,
    samples: unitSamples(network, network.trained, SEED, untrained),
    validation: unitSamples(network, VALIDATED, VALIDATION_SEED, untrained),
    recipe,
    fingerprint: network.id,
  };
  const { trained, epochs, kept, engine } = await train(
    request,
    {
      steps: engines.steps,
      backend: engines.floats,
      signal: new AbortController().signal,
      warn: ({ message }) => say(message),
      rebatch: (model, count) => rebatch(model, count, { warn() {} }),
      breathe: () => Promise.resolve(),
    },
    {
      now,
      gate: { waiting: undefined, stopping: false },
      onEvent(event) {
        if (event.type !== 'epoch') return;
        const { epoch, training, validation } = event.record;
        const share = validation?.accuracy === undefined ? '' : `  ${(100 * validation.accuracy).toFixed(1)} %`;
        say(
          `epoch ${epoch}/${recipe.epochs}  ${training?.loss.toFixed(4) ?? ''}  ${validation?.loss.toFixed(4)}${share}`,
        );
      },
    },
  );
  say(`${now().toFixed(0)} s, epoch ${kept} of ${epochs.length - 1} kept, ${engine}`);
  const model = forBytes(trained, network);
  const bytes = writeOnnx(model, { producer: 'paretoscope', producerVersion: 'samples' });
  const measured = await judged(model, network.data, engines.floats);
  say(JSON.stringify(measured));
  return { bytes, card: cardOf(network, model, bytes, measured) };
}

const recipeFor = (network: SampleNetwork): TrainingRecipe => ({
  version: 1,
  batch: 32,
  optimizer: { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  schedule: { id: 'cosine', warmUpEpochs: 0.3, floor: 0.01 },
  weightDecay: 0,
  loss: { id: 'cross-entropy', smoothing: 0 },
  augmentation: { shift: 0, flip: false, noise: 0, cutOut: 0 },
  batchNormalization: 'batch',
  frozen: [],
  seed: SEED,
  ...network.recipe,
});

/** Samples from 0 to 1: numbers of the size that first weights are made for. */
function unitSamples({ data }: SampleNetwork, count: number, seed: number, { graph }: Model): SampleSet {
  const { x, y, shape }: GeneratedSet = generateSet(sampleGenerators.get(data), count, seed);
  const unit = Float32Array.from(x, (code) => code / 255);
  return {
    name: `${data}, seed ${seed}`,
    count,
    inputs: [{ tensor: graph.inputs[0] as string, shape: [1, ...shape], data: unit }],
    labels: Int32Array.from(y),
    origin: 'generated',
    sha256: sha256Hex(x, y),
  };
}

/** The network for inputs from 0 to 255, as pictures and generators give them: its first weights take the scale, its last give it back. */
function forBytes(model: Model, { first, last = [] }: SampleNetwork): Model {
  const scaled = (id: string, factor: number) => {
    const tensor = weightOf(model.weights, model.graph.tensors.get(id)?.weight ?? '');
    return [
      id,
      tensorOf(
        'float32',
        tensor.shape,
        Float32Array.from(tensor.data as Float32Array, (w) => w * factor),
      ),
    ] as const;
  };
  return withWeights(model, new Map([...first.map((id) => scaled(id, 1 / 255)), ...last.map((id) => scaled(id, 255))]));
}

function cardOf({ id, title, task, data }: SampleNetwork, model: Model, bytes: Uint8Array, measured: Measured): Card {
  const { explained } = measured;
  const costs = layerCosts(model).filter(({ macs = 0 }) => macs > 0);
  const most = Math.max(...costs.map(({ macs }) => macs ?? 0));
  return {
    id,
    title,
    task: explained === undefined ? task : `${task}, ${Math.round(100 * explained)} % of the variance`,
    file: `${id}.onnx`,
    sha256: sha256Hex(bytes),
    data,
    bytes: bytes.length,
    macs: layerCosts(model).reduce((sum, { macs }) => sum + (macs ?? 0), 0),
    ...measured,
    seed: SEED,
    outline: costs.map(({ macs }, rank) => [rank, 0, Math.round((1000 * (macs ?? 0)) / most) / 1000]),
    licence: 'Apache-2.0',
    source: 'Trained by npm run samples on data generated from a seed.',
  };
}
