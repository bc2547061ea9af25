import { throwIfCancelled } from '../base/index.ts';
import type { FloatBackend, FloatRunner } from '../compute/index.ts';
import {
  type Model,
  numbersOf,
  type SampleSet,
  type StageContext,
  sampleOf,
  type Tensor,
  type TensorId,
} from '../ir/index.ts';
import { missingSamples, noSamples, notFinite } from './errors.ts';
import { planQuantization } from './plan.ts';
import {
  type ActivationStatistics,
  addToHistogram,
  addToTotals,
  emptyHistogram,
  emptyTotals,
  finishStatistics,
  type RangeTotals,
} from './statistics.ts';

/** What one calibration learnt: serves every bit width, granularity and observer. Plain data, structured-clone safe. */
export interface CalibrationRecord {
  readonly version: 1;
  /** How many samples it saw, and which. */
  readonly samples: number;
  readonly sha256: string;
  /** Every value of the network that becomes codes. */
  readonly tensors: ReadonlyMap<TensorId, ActivationStatistics>;
}

/**
 * Runs the float model over the samples twice: once for ranges, once for histograms (methods A.4.2, A.4.3). `model` is a
 * prepared model with known shapes. Progress counts sample runs (2 · count). Cancels between samples.
 * Throws `quantize/no-samples`, `quantize/missing-input`, `quantize/not-finite`, and what `quantizableLayers` throws.
 */
export async function calibrate(
  model: Model,
  samples: SampleSet,
  backend: FloatBackend,
  ctx: StageContext,
): Promise<CalibrationRecord> {
  if (samples.count === 0) throw noSamples();
  const plan = planQuantization(model);
  const taps = [...plan.groupOf.keys()];
  const totals = new Map<TensorId, RangeTotals>(taps.map((id) => [id, emptyTotals()]));
  const runner = await backend.prepare(model);
  try {
    await eachSample(runner, model, samples, taps, ctx, 0, (id, values) => {
      if (!addToTotals(totals.get(id) as RangeTotals, values))
        throw notFinite(id, plan.producers.get(id)?.node.id ?? 'input');
    });
    const histograms = new Map([...totals].map(([id, { min, max }]) => [id, emptyHistogram(min, max)] as const));
    await eachSample(runner, model, samples, taps, ctx, samples.count, (id, values) => {
      const histogram = histograms.get(id);
      if (histogram) addToHistogram(histogram, values);
    });
    const tensors = new Map<TensorId, ActivationStatistics>();
    for (const [id, histogram] of histograms)
      tensors.set(id, finishStatistics(totals.get(id) as RangeTotals, histogram));
    return { version: 1, samples: samples.count, sha256: samples.sha256, tensors };
  } finally {
    runner.dispose();
  }
}

async function eachSample(
  runner: FloatRunner,
  { graph }: Model,
  samples: SampleSet,
  taps: readonly TensorId[],
  ctx: StageContext,
  done: number,
  take: (id: TensorId, values: ArrayLike<number>) => void,
): Promise<void> {
  for (let i = 0; i < samples.count; i++) {
    throwIfCancelled(ctx.signal);
    const feeds = feedsOf(graph.inputs, samples, i);
    const values = await runner.run(feeds, { taps });
    for (const id of taps) {
      const tensor = values.get(id) ?? feeds.get(id);
      if (tensor) take(id, numbersOf(tensor));
    }
    ctx.progress(done + i + 1, 2 * samples.count);
  }
}

/** Feeds of one sample for a float runner. Throws `quantize/missing-input`. */
export function feedsOf(inputs: readonly TensorId[], samples: SampleSet, index: number): ReadonlyMap<TensorId, Tensor> {
  return new Map(
    inputs.map((id) => {
      const input = samples.inputs.find((s) => s.tensor === id);
      if (!input)
        throw missingSamples(
          id,
          samples.inputs.map((s) => s.tensor),
        );
      return [id, { type: 'float32', shape: input.shape, data: sampleOf(input, index) }];
    }),
  );
}
