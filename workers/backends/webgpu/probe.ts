import { messageOf, UserError } from '../../../src/base/index.ts';
import type { FloatBackend, StepBackend } from '../../../src/compute/index.ts';
import { allocate, elementCount, isKnown, type Model, type Tensor, type TensorId } from '../../../src/ir/index.ts';
import type { BindOperator } from '../float-machine.ts';
import { type GpuPort, openGpu } from './device.ts';
import { noEngine } from './errors.ts';
import { createWebGpuBackend } from './webgpu.ts';

/** An engine that could do the work, or why it is out of the question. */
export type EngineCandidate =
  | { readonly name: string; readonly backend: FloatBackend & StepBackend }
  | { readonly name: string; readonly refused: string };

/** What is to be computed again and again: a network, or (with `state`) a training step. Shapes are known; `batch` is in them. */
export interface ProbedWork {
  readonly model: Model;
  readonly state?: ReadonlyMap<TensorId, TensorId>;
  readonly batch: number;
}

export interface ProbeFigure {
  readonly engine: string;
  readonly description: string;
  /** Median seconds of one run or step, feeding inputs and reading results included. Absent: refused. */
  readonly seconds?: number;
  readonly samplesPerSecond?: number;
  readonly runs?: number;
  /** Nodes without a kernel of that engine. */
  readonly plainNodes?: number;
  readonly refused?: string;
}

export interface ProbeResult {
  readonly backend: FloatBackend & StepBackend;
  /** `backend.id`. */
  readonly engine: string;
  /** In words for the user, with the figures that decided. */
  readonly reason: string;
  readonly figures: readonly ProbeFigure[];
}

/** Each engine runs this often after warming up, or for so long; one whose first run takes longer is judged by it. */
const RUNS = 7;
const LONGEST_SECONDS = 1;
/** Clocks of browsers move in steps of 0.1 ms: short runs are read several at a time. */
const LEAST_READING = 0.01;
const MOST_REPEATS = 100;
/** How much faster another engine than the first must be: the first gives the same bits on every machine. */
const WORTH_IT = 1.2;

/**
 * Times each engine on this very work and chooses the fastest; the first is kept unless another is clearly faster. Engines that are
 * refused, or that fail on the work, are in the figures with the reason. Inputs are zeros: time does not depend on values.
 * Throws where no engine can do the work: what the first one threw, if it was tried.
 */
export async function probeEngines(
  work: ProbedWork,
  engines: readonly EngineCandidate[],
  now: () => number,
): Promise<ProbeResult> {
  const trials: { readonly backend: FloatBackend & StepBackend; readonly figure: ProbeFigure }[] = [];
  const figures: ProbeFigure[] = [];
  let failure: unknown;
  for (const engine of engines) {
    if ('refused' in engine) {
      figures.push({ engine: engine.name, description: engine.name, refused: engine.refused });
      continue;
    }
    const { id, description } = engine.backend;
    try {
      const figure = { engine: id, description, ...(await timed(work, engine.backend, now)) };
      trials.push({ backend: engine.backend, figure });
      figures.push(figure);
    } catch (thrown) {
      failure ??= thrown;
      figures.push({ engine: id, description, refused: messageOf(thrown) });
    }
  }
  const [first, ...others] = trials;
  if (!first) throw failure ?? noEngine(figures.map(({ description, refused = '' }) => `${description}: ${refused}`));
  const seconds = ({ figure }: typeof first): number => figure.seconds ?? Number.POSITIVE_INFINITY;
  const fastest = others.reduce((best, trial) => (seconds(trial) < seconds(best) ? trial : best), first);
  const chosen = seconds(first) / seconds(fastest) >= WORTH_IT ? fastest : first;
  return { backend: chosen.backend, engine: chosen.backend.id, reason: reasonFor(chosen.figure, figures), figures };
}

/**
 * Training steps on whichever engine is fastest at them: each step that is new is probed, others follow what was found. Until then, and in
 * `description` afterwards, it speaks for the first engine or the chosen one. `onChoice` hears figures and reason of each probe.
 */
export function createProbedSteps(
  engines: readonly [EngineCandidate, ...EngineCandidate[]],
  now: () => number,
  onChoice: (result: ProbeResult) => void = () => {},
): StepBackend {
  const known = new Map<string, ProbeResult>();
  const [first] = engines;
  let speaker: Pick<StepBackend, 'id' | 'description'> =
    'backend' in first ? first.backend : { id: 'probed', description: first.name };
  return {
    get id() {
      return speaker.id;
    },
    get description() {
      return speaker.description;
    },
    async prepareSteps(model, state) {
      const key = sizesOf(model);
      let result = known.get(key);
      if (!result) {
        result = await probeEngines({ model, state, batch: batchOf(model, state) }, engines, now);
        known.set(key, result);
        onChoice(result);
      }
      speaker = result.backend;
      return result.backend.prepareSteps(model, state);
    },
  };
}

/** What time depends on: every operator, and the sizes of what is fed. */
const sizesOf = ({ graph }: Model): string =>
  JSON.stringify([graph.nodes.map(({ op }) => op), graph.inputs.map((id) => graph.tensors.get(id)?.shape)]);

/** First size of the first input that is no state. */
function batchOf({ graph }: Model, state: ReadonlyMap<TensorId, TensorId>): number {
  const shape = graph.tensors.get(graph.inputs.find((id) => !state.has(id)) ?? '')?.shape;
  return typeof shape?.[0] === 'number' ? shape[0] : 1;
}

/** The graphics processor of a browser as a candidate: refused where there is none, or where a program plays one. */
export async function gpuCandidate(gpu: GPU | undefined, bind: BindOperator): Promise<EngineCandidate> {
  let port: GpuPort;
  try {
    port = await openGpu(gpu);
  } catch (thrown) {
    const reason = thrown instanceof UserError ? thrown.facts['reason'] : undefined;
    return { name: 'WebGPU', refused: typeof reason === 'string' ? reason : messageOf(thrown) };
  }
  if (!port.isSoftware) return { name: 'WebGPU', backend: createWebGpuBackend(port, bind) };
  port.close();
  return {
    name: 'WebGPU',
    refused: `${port.name} is no graphics processor but a program that plays one; WebAssembly is faster on the same cores`,
  };
}

async function timed({ model, state, batch }: ProbedWork, backend: FloatBackend & StepBackend, now: () => number) {
  const feeds = zerosFor(model, state);
  const runner = state ? await backend.prepareSteps(model, state) : await backend.prepare(model);
  const once = (): Promise<unknown> => ('step' in runner ? runner.step(feeds) : runner.run(feeds));
  const reading = async (repeats: number): Promise<number> => {
    const start = now();
    for (let i = 0; i < repeats; i++) await once();
    return (now() - start) / repeats;
  };
  try {
    // The first run compiles and allocates: it counts only where there is no time for others.
    const readings = [await reading(1)];
    if ((readings[0] as number) < LONGEST_SECONDS) {
      readings.pop();
      const repeats = Math.ceil(Math.min(MOST_REPEATS, LEAST_READING / Math.max(await reading(1), 1e-5)));
      const start = now();
      while (readings.length < RUNS && (readings.length === 0 || now() - start < LONGEST_SECONDS))
        readings.push(await reading(repeats));
    }
    const seconds = readings.sort((a, b) => a - b)[readings.length >> 1] as number;
    const plainNodes = 'plainNodes' in runner ? (runner.plainNodes as readonly unknown[]).length : 0;
    return { seconds, samplesPerSecond: batch / seconds, runs: readings.length, plainNodes };
  } finally {
    runner.dispose();
  }
}

function zerosFor({ graph }: Model, state: ProbedWork['state']): ReadonlyMap<TensorId, Tensor> {
  const feeds = new Map<TensorId, Tensor>();
  for (const id of graph.inputs) {
    const { type, shape } = graph.tensors.get(id) ?? {};
    if (!state?.has(id) && type && isKnown(shape))
      feeds.set(id, { type, shape, data: allocate(type, elementCount(shape)) });
  }
  return feeds;
}

function reasonFor(chosen: ProbeFigure, figures: readonly ProbeFigure[]): string {
  const rate = (figure: ProbeFigure): string => `${Number((figure.samplesPerSecond ?? 0).toPrecision(3))} samples/s`;
  const others = figures
    .filter((figure) => figure.engine !== chosen.engine)
    .map(
      (figure) => `${figure.description} ${figure.refused === undefined ? rate(figure) : `not (${figure.refused})`}`,
    );
  return [`${chosen.description}: ${rate(chosen)}`, ...others].join('; ');
}
