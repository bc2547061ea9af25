import { createPlainBackend, type FloatBackend } from '../../compute/index.ts';
import type { LayerBits, Model, QuantScheme, StageContext, TensorId, ThresholdRecord } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { addSignal, decibels, fakeQuantize, layerQuality, noError, type SignalError } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import type { DesignPoint } from '../design-point.ts';
import { evaluateChoices, runProgram } from './evaluate.ts';
import { layerBits, programOf } from './pipeline.ts';
import { fidelity, type Judged, labelsOf, type Outputs, sameShare } from './score.ts';
import { runFloat, type Session, scoreOf } from './session.ts';

/** Samples the SQNR of every layer is measured on: a mean over elements is steady long before a share of labels is. */
const LAYER_SAMPLES = 16;

export interface QuantizedLayerReport extends LayerBits {
  /** Of the weights; one, or one per output channel. */
  readonly scale?: readonly number[];
  /** Of the layer's output, fake-quantized against float. */
  readonly sqnrDecibel?: number;
  /** Of the weights. */
  readonly weightSqnrDecibel?: number;
  readonly threshold?: ThresholdRecord;
  readonly clippedShare?: number;
}

export interface QuantizeReport {
  readonly point: DesignPoint;
  /** What `score` is: accuracy, agreement with the float model, or fidelity (1 − RMS error / RMS signal). */
  readonly judged: Judged;
  /** Cumulative, in the order of methods A.7: the differences add up to the whole loss. */
  readonly chain: readonly { readonly stage: string; readonly score: number }[];
  readonly layers: readonly QuantizedLayerReport[];
  readonly integer: { readonly score: number; readonly agreementWithFake: number };
  readonly fake: { readonly score: number };
  readonly float: { readonly score: number };
}

/** One design in detail: where accuracy goes, stage by stage and layer by layer (methods A.7). Progress in stages of 6. */
export async function quantizeReport(session: Session, choices: Choices, ctx: StageContext): Promise<QuantizeReport> {
  const { opened, record, samples, float } = session;
  const quiet = { ...ctx, progress() {} };
  const step = (done: number) => ctx.progress(done, 6);
  const { scheme, program } = programOf(opened, record, choices, quiet);
  step(1);
  const asRead = await runFloat(opened.asRead, samples, opened.asRead.graph.outputs, session.backends.float, ctx);
  step(2);
  const weightsOnly = await runFake(session, onlyWeights(opened.prepared, scheme), float.tensors, ctx);
  step(3);
  const fake = await runFake(session, scheme, float.tensors, ctx);
  step(4);
  const integer = runProgram(session, program, ctx);
  step(5);
  const [point] = await evaluateChoices(session, [choices], 'manual', quiet);
  const layers = await layerReports(session, choices, scheme, ctx);
  step(6);
  const scores = { fake: scoreOf(session, fake), integer: scoreOf(session, integer) };
  return {
    point: point as DesignPoint,
    judged: session.judged,
    chain: [
      { stage: 'float', score: floatScore(session, asRead) },
      { stage: 'prepared', score: float.score },
      { stage: 'weights', score: scoreOf(session, weightsOnly) },
      { stage: 'activations', score: scores.fake },
      { stage: 'integer', score: scores.integer },
    ],
    layers,
    integer: {
      score: scores.integer,
      agreementWithFake:
        session.judged === 'fidelity' ? fidelity(fake, integer) : sameShare(labelsOf(fake), labelsOf(integer)),
    },
    fake: { score: scores.fake },
    float: { score: float.score },
  };
}

/** Its outputs may lie behind a Softmax, so they are compared by label only. */
function floatScore(session: Session, asRead: Outputs): number {
  const { judged, samples, float } = session;
  if (judged === 'fidelity') return 1;
  return sameShare(labelsOf(asRead), judged === 'accuracy' && samples.labels ? samples.labels : float.labels);
}

/** The scheme without activations. */
function onlyWeights({ graph }: Model, scheme: QuantScheme): QuantScheme {
  return only(scheme, (id) => graph.tensors.get(id)?.weight !== undefined);
}

/** The scheme with only those tensors that `keep` names; the others stay float. */
export const only = (scheme: QuantScheme, keep: (id: TensorId) => boolean): QuantScheme => ({
  ...scheme,
  tensors: new Map([...scheme.tensors].filter(([id]) => keep(id))),
});

/** Outputs of the float twin of a scheme on all samples. */
export async function runFake(
  session: Session,
  scheme: QuantScheme,
  tensors: readonly TensorId[],
  ctx: StageContext,
): Promise<Outputs> {
  const { model, transform } = fakeQuantize(session.opened.prepared, scheme);
  const backend = await transforming(session.backends.float, model, ctx);
  return runFloat(model, session.samples, tensors, backend, ctx, { transform });
}

/** Whether a backend can replace values on their way; asked once, because preparing a network takes time. */
const ableToTransform = new WeakMap<FloatBackend, boolean>();

/** The backend, if it can replace values on their way; else the plain one, and a word about it. */
async function transforming(backend: FloatBackend, model: Model, ctx: StageContext): Promise<FloatBackend> {
  let able = ableToTransform.get(backend);
  if (able === undefined) {
    const runner = await backend.prepare(model);
    able = runner.canTransform;
    runner.dispose();
    ableToTransform.set(backend, able);
    if (!able) {
      const message = `${backend.description} cannot round values on their way; the plain reference does it, slowly.`;
      ctx.warn({ code: 'explore/plain-backend', severity: 'info', message });
    }
  }
  return able ? backend : createPlainBackend();
}

/** Tensor id of a layer's weights. */
export function weightTensorOf({ graph }: Model, node: string): TensorId | undefined {
  const found = graph.nodes.find((n) => n.id === node);
  const traits = found && bindNode(found, graph.opsets)?.quant;
  return traits?.role === 'weighted' ? found?.inputs[traits.weight] : undefined;
}

async function layerReports(
  session: Session,
  choices: Choices,
  scheme: QuantScheme,
  ctx: StageContext,
): Promise<QuantizedLayerReport[]> {
  const { prepared } = session.opened;
  const quality = new Map(layerQuality(prepared, scheme).map((q) => [q.node, q]));
  const taps = [...new Set([...quality.values()].map((q) => q.output))];
  const few = { ...session, samples: { ...session.samples, count: Math.min(LAYER_SAMPLES, session.samples.count) } };
  const exact = await runFloat(prepared, few.samples, taps, session.backends.float, ctx);
  const rounded = await runFake(few, scheme, taps, ctx);
  return layerBits(session.opened, choices).map((layer) => {
    const found = quality.get(layer.node);
    const weight = weightTensorOf(prepared, layer.node);
    const scale = weight === undefined ? undefined : scheme.tensors.get(weight)?.scale;
    const threshold = found && scheme.thresholds.get(found.output);
    const sqnr = found && decibels(signalAt(exact, rounded, taps.indexOf(found.output)));
    return {
      ...layer,
      ...(scale ? { scale } : {}),
      ...(sqnr === undefined ? {} : { sqnrDecibel: sqnr }),
      ...(found?.weightSqnr === undefined ? {} : { weightSqnrDecibel: found.weightSqnr }),
      ...(threshold ? { threshold } : {}),
      ...(found?.clippedShare === undefined ? {} : { clippedShare: found.clippedShare }),
    };
  });
}

const signalAt = (exact: Outputs, rounded: Outputs, tap: number): SignalError =>
  exact.reduce((sum, sample, i) => addSignal(sum, sample[tap] ?? [], rounded[i]?.[tap] ?? []), noError);
