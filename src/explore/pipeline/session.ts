import { throwIfCancelled } from '../../base/index.ts';
import type { FloatBackend, FloatRunner, ProgramBackend, RunOptions } from '../../compute/index.ts';
import { type Model, numbersOf, type SampleSet, type StageContext, type TensorId } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { type CalibrationRecord, calibrate, feedsOf } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import { cannotQuantize } from '../errors.ts';
import type { DataReference } from '../exploration.ts';
import { designPointId, TOOL_VERSION } from '../ids.ts';
import { uniformChoices } from '../space.ts';
import { classesOf, referenceOf } from './data.ts';
import type { OpenedModel } from './open.ts';
import { programOf } from './pipeline.ts';
import { fidelity, type Judged, labelsOf, type Outputs, sameShare } from './score.ts';

/** What computes: handed in by the host. */
export interface Backends {
  readonly float: FloatBackend;
  readonly program: ProgramBackend;
}

/** The float network's answers on the samples: what quantized ones are compared with. */
export interface FloatAnswers {
  /** Values that are compared: those the integer program gives (before a final Softmax that it leaves out). */
  readonly tensors: readonly TensorId[];
  readonly outputs: Outputs;
  readonly labels: Int32Array;
  /** Accuracy with labels, else 1. */
  readonly score: number;
}

/** All that evaluating designs of one model on one data set needs; made once, read by every evaluation. */
export interface Session {
  readonly opened: OpenedModel;
  readonly samples: SampleSet;
  readonly data: DataReference;
  readonly calibration: DataReference;
  readonly record: CalibrationRecord;
  readonly backends: Backends;
  readonly judged: Judged;
  readonly float: FloatAnswers;
}

export interface SessionRequest {
  readonly samples: SampleSet;
  readonly calibration: SampleSet;
  /** What is remembered of both; default: from the sets themselves. */
  readonly data?: DataReference;
  readonly calibrationReference?: DataReference;
  /** A calibration made before on the same samples: not made again. */
  readonly record?: CalibrationRecord;
}

/** Ranges and histograms of every value on calibration samples: once per model and samples. Progress in sample runs. */
export async function calibrateModel(
  opened: OpenedModel,
  calibration: SampleSet,
  backend: FloatBackend,
  ctx: StageContext,
): Promise<CalibrationRecord> {
  mustBeQuantizable(opened);
  return calibrate(opened.prepared, calibration, backend, ctx);
}

export function mustBeQuantizable({ layers, notQuantizable }: OpenedModel): void {
  if (layers.length === 0) throw cannotQuantize(notQuantizable?.message ?? 'it has no layer with weights.');
}

/** Calibrates (unless `request.record` is given) and runs the float network on all samples. Throws `explore/cannot-quantize`. */
export async function startSession(
  opened: OpenedModel,
  request: SessionRequest,
  backends: Backends,
  ctx: StageContext,
): Promise<Session> {
  mustBeQuantizable(opened);
  const { samples, calibration } = request;
  const record = request.record ?? (await calibrateModel(opened, calibration, backends.float, ctx));
  const judged = judgedBy(opened, samples);
  const anyTarget = { platform: '', runtime: '', clockHertz: 0 };
  const { program } = programOf(opened, record, uniformChoices(anyTarget, opened.layers.length, 8, 8), ctx);
  const tensors = program.outputs.map((port) => computedOutput(opened.prepared, port.tensor));
  const outputs = await runFloat(opened.prepared, samples, tensors, backends.float, ctx);
  const labels = labelsOf(outputs);
  return {
    opened,
    samples,
    data: request.data ?? referenceOf(samples),
    calibration: request.calibrationReference ?? referenceOf(calibration),
    record,
    backends,
    judged,
    float: {
      tensors,
      outputs,
      labels,
      score: judged === 'accuracy' && samples.labels ? sameShare(labels, samples.labels) : 1,
    },
  };
}

/** The value an integer program really gives for an output: what goes into a final Softmax, which such programs leave out. */
function computedOutput({ graph }: Pick<Model, 'graph'>, output: TensorId): TensorId {
  const producer = graph.nodes.find((node) => node.outputs.includes(output));
  const dropped = producer && bindNode(producer, graph.opsets)?.quant?.role === 'dropped';
  return dropped ? computedOutput({ graph }, producer.inputs[0] as TensorId) : output;
}

function judgedBy(opened: OpenedModel, samples: SampleSet): Judged {
  if (classesOf(opened) === undefined) return 'fidelity';
  return samples.labels ? 'accuracy' : 'agreement';
}

/** Values `tensors` of a float network on every sample. `options` as for the runner, taps aside. */
export async function runFloat(
  model: Model,
  samples: SampleSet,
  tensors: readonly TensorId[],
  backend: FloatBackend,
  ctx: Pick<StageContext, 'signal'>,
  options: Omit<RunOptions, 'taps'> = {},
): Promise<Outputs> {
  const runner: FloatRunner = await backend.prepare(model);
  try {
    const outputs: Float32Array[][] = [];
    for (let i = 0; i < samples.count; i++) {
      throwIfCancelled(ctx.signal);
      const values = await runner.run(feedsOf(model.graph.inputs, samples, i), { ...options, taps: tensors });
      outputs.push(
        tensors.map((id) => {
          const tensor = values.get(id);
          return tensor ? Float32Array.from(numbersOf(tensor)) : new Float32Array(0);
        }),
      );
    }
    return outputs;
  } finally {
    runner.dispose();
  }
}

/** How good outputs are, by what the session judges by. */
export function scoreOf(session: Session, outputs: Outputs): number {
  const { judged, samples, float } = session;
  if (judged === 'fidelity') return fidelity(float.outputs, outputs);
  return sameShare(labelsOf(outputs), judged === 'accuracy' && samples.labels ? samples.labels : float.labels);
}

/** Id of a design in this session. */
export const idOf = (session: Session, choices: Choices): string =>
  designPointId(
    {
      model: session.opened.reference,
      changes: session.opened.changes,
      data: session.data,
      calibration: session.calibration,
      toolVersion: TOOL_VERSION,
    },
    choices,
  );
