import { rebatch } from '../../analyze/index.ts';
import { BugError, throwIfCancelled, UserError } from '../../base/index.ts';
import type { FloatRunner, Recording, Variation } from '../../compute/index.ts';
import {
  elementCount,
  isKnown,
  type Model,
  type NodeId,
  numbersOf,
  type QuantScheme,
  type StageContext,
  type Tensor,
  type TensorId,
} from '../../ir/index.ts';
import { addSignal, fakeQuantize, layerQuality, noError, type SignalError } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import { ACTIVATION_BITS, WEIGHT_BITS } from '../space.ts';
import { schemeOf } from './pipeline.ts';
import { only, runFake, weightTensorOf } from './report.ts';
import { EXACT_DECIBEL, fidelityOfSignal, largest, type Outputs, sqnrOfSignal } from './score.ts';
import type { Session } from './session.ts';

/** What one tensor at few bits costs, everything else in float (methods D.7, F.4). */
export interface LayerLoss {
  readonly node: NodeId;
  readonly bits: number;
  readonly what: 'weights' | 'activations';
  /** Score of the float model minus score with only this tensor at `bits`. */
  readonly loss: number;
  /** Of the network's outputs; 150 where they did not change. */
  readonly sqnrDecibel: number;
}

/** One tensor at one width. */
interface Trial extends Pick<LayerLoss, 'node' | 'bits' | 'what'> {
  readonly scheme: QuantScheme;
}

/** Values a recording keeps may take this much, twice: they are kept to be put back. */
const RECORDED_BYTES = 96e6;
const MOST_SAMPLES = 32;

/**
 * Loss of every layer's weights and activations at every width a search may choose, one at a time. `choices` give method and
 * granularity; their widths do not matter. Layers in graph order, weights before activations, narrow before wide; `onLoss`
 * hears of each. (7 + 5) trials per layer: where the backend records, a trial runs only what lies behind its tensor.
 */
export async function sensitivity(
  session: Session,
  choices: Choices,
  ctx: StageContext,
  onLoss: (loss: LayerLoss) => void = () => {},
): Promise<LayerLoss[]> {
  const trials = trialsOf(session, choices);
  const runner = await session.backends.float.prepare(session.opened.prepared);
  const records = runner.record !== undefined;
  runner.dispose();
  const tallies = trials.map((): Tally => ({ same: 0, signal: noError }));
  if (records) await tallyRecorded(session, trials, tallies, ctx);
  else await tallyAnew(session, trials, tallies, ctx);
  return trials.map(({ node, what, bits }, i) => {
    const { same, signal } = tallies[i] as Tally;
    const score = session.judged === 'fidelity' ? fidelityOfSignal(signal) : same / session.samples.count;
    const loss = {
      node,
      what,
      bits,
      loss: session.float.score - score,
      sqnrDecibel: sqnrOfSignal(signal) ?? EXACT_DECIBEL,
    };
    onLoss(loss);
    return loss;
  });
}

function trialsOf({ opened, record }: Session, choices: Choices): readonly Trial[] {
  const schemeAt = (bits: number) => {
    const uniform = opened.layers.map(() => [bits, bits] as const);
    return schemeOf(opened, record, { ...choices, quantize: { ...choices.quantize, bits: uniform } });
  };
  const outputOf = new Map(layerQuality(opened.prepared, schemeAt(8)).map((q) => [q.node, q.output]));
  return opened.layers.flatMap((node) => {
    const tensors = { weights: weightTensorOf(opened.prepared, node), activations: outputOf.get(node) };
    return (['weights', 'activations'] as const).flatMap((what) =>
      (what === 'weights' ? WEIGHT_BITS : ACTIVATION_BITS).map((bits) => ({
        node,
        what,
        bits,
        scheme: only(schemeAt(bits), (id) => id === tensors[what]),
      })),
    );
  });
}

/** What a score is made of, sample by sample. */
interface Tally {
  readonly same: number;
  readonly signal: SignalError;
}

/** Adds one sample's outputs, in the order of samples: sums then have the same bits however samples are grouped. */
function addSample(session: Session, tally: Tally, index: number, outputs: readonly Float32Array[]): Tally {
  const { judged, samples, float } = session;
  const labels = judged === 'accuracy' && samples.labels ? samples.labels : float.labels;
  const exact = float.outputs[index] ?? [];
  return {
    same: tally.same + (largest(outputs[0] ?? []) === labels[index] ? 1 : 0),
    signal: exact.reduce((sum, values, o) => addSignal(sum, values, outputs[o] ?? []), tally.signal),
  };
}

/** Every trial from the start: backends that do not record. */
async function tallyAnew(
  session: Session,
  trials: readonly Trial[],
  tallies: Tally[],
  ctx: StageContext,
): Promise<void> {
  for (const [t, { scheme }] of trials.entries()) {
    const outputs: Outputs = await runFake(session, scheme, session.float.tensors, ctx);
    for (const [i, sample] of outputs.entries()) tallies[t] = addSample(session, tallies[t] as Tally, i, sample);
    ctx.progress(t + 1, trials.length);
  }
}

/** Samples in groups that are run once and recorded; the trials then are variants of the recorded run. */
async function tallyRecorded(
  session: Session,
  trials: readonly Trial[],
  tallies: Tally[],
  ctx: StageContext,
): Promise<void> {
  const { samples, opened } = session;
  const most = groupSize(opened.prepared, ctx);
  const total = trials.length * Math.ceil(samples.count / most);
  let done = 0;
  for (let first = 0; first < samples.count; first += most) {
    const count = Math.min(most, samples.count - first);
    const model = count === 1 ? opened.prepared : rebatch(opened.prepared, count, ctx);
    const runner = await session.backends.float.prepare(model);
    try {
      const recording = await recordGroup(session, model, runner, first, count);
      for (const [t, { scheme }] of trials.entries()) {
        throwIfCancelled(ctx.signal);
        const values = recording.variant(variationOf(model, scheme));
        const outputs = session.float.tensors.map((id) => values.get(id));
        for (let i = 0; i < count; i++)
          tallies[t] = addSample(session, tallies[t] as Tally, first + i, partsOf(outputs, i, count));
        ctx.progress(++done, total);
      }
    } finally {
      runner.dispose();
    }
  }
}

/** How many samples to record at once. A network that does not take several goes one by one, and it is said. */
function groupSize(model: Model, ctx: StageContext): number {
  const bytes = [...model.graph.tensors.values()].reduce((sum, { shape, weight }) => {
    return weight === undefined && isKnown(shape) ? sum + 4 * elementCount(shape) : sum;
  }, 0);
  const fitting = Math.max(1, Math.min(MOST_SAMPLES, Math.floor(RECORDED_BYTES / Math.max(1, bytes))));
  if (fitting === 1) return 1;
  try {
    rebatch(model, fitting, ctx);
    return fitting;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    ctx.warn({ code: thrown.code, severity: 'info', message: `Samples are run one by one: ${thrown.message}` });
    return 1;
  }
}

async function recordGroup(
  { samples, float }: Session,
  { graph }: Model,
  runner: FloatRunner,
  first: number,
  count: number,
): Promise<Recording> {
  const feeds = new Map(
    samples.inputs.map(({ tensor, data, shape }): readonly [TensorId, Tensor] => {
      const size = elementCount(shape);
      const part = data.subarray(first * size, (first + count) * size);
      const whole = graph.tensors.get(tensor)?.shape;
      return [tensor, { type: 'float32', shape: isKnown(whole) ? whole : shape, data: part }];
    }),
  );
  const recording = await runner.record?.(feeds, float.tensors);
  if (!recording) throw new BugError('A backend that records did not.');
  return recording;
}

/** What makes the float network the fake-quantized one of a scheme. */
function variationOf(model: Model, scheme: QuantScheme): Variation {
  const { model: changed, transform } = fakeQuantize(model, scheme);
  const weights = new Map([...changed.weights].filter(([id, stored]) => model.weights.get(id) !== stored));
  const isWeight = (id: TensorId) => model.graph.tensors.get(id)?.weight !== undefined;
  return { weights, values: new Set([...scheme.tensors.keys()].filter((id) => !isWeight(id))), transform };
}

/** Outputs of sample `i` of a group of `count`. */
const partsOf = (outputs: readonly (Tensor | undefined)[], i: number, count: number): Float32Array[] =>
  outputs.map((tensor) => {
    const values = tensor ? numbersOf(tensor) : [];
    const size = values.length / count;
    return Float32Array.from(values.slice(i * size, (i + 1) * size));
  });
