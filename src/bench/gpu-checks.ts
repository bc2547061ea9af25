import {
  createWebGpuBackend,
  GPU_TOLERANCE,
  type GpuPort,
  type WebGpuBackend,
} from '../../workers/backends/webgpu/index.ts';
import { BugError, messageOf, UserError } from '../base/index.ts';
import { createPlainBackend, type FloatBackend, type StepBackend, type StepRunner } from '../compute/index.ts';
import type { Model, Tensor, TensorId, TensorInfo } from '../ir/index.ts';
import { bindTrainingNode, type StepGraph, trainingOps } from '../train/index.ts';
import { caseModel } from './gpu-cases.ts';
import { batched, checkedNetworks, type GpuNetwork, samplesOf, stepFeeds, stepOf } from './gpu-networks.ts';
import { operatorCases } from './gpu-operators.ts';
import { GraphDraft } from './graph-draft.ts';

/** One comparison of WebGPU with the plain reference, of networks with WebAssembly too. */
export interface CheckResult {
  readonly name: string;
  /** Largest difference, as a share of the largest magnitude of its tensor; absent where that is not what is checked. */
  readonly difference?: number;
  readonly tolerance?: number;
  /** What is wrong; absent: it agrees. */
  readonly fault?: string;
}

type Reference = FloatBackend & StepBackend;
const plain: Reference = createPlainBackend(trainingOps);

/** Of gradients that cancel out, what is left is rounding: below this, differences count as they are. */
const LEAST_MAGNITUDE = 1e-3;

/** Every operator, whole networks forward and in six training steps, and what happens when something is wrong. `open` gives a device of its own. */
export async function* gpuChecks(open: () => Promise<GpuPort>, wasm: Reference): AsyncGenerator<CheckResult> {
  const port = await open();
  try {
    const gpu = createWebGpuBackend(port, bindTrainingNode);
    for (const [i, operator] of operatorCases.entries()) {
      const name = `${operator.op.replace('paretoscope.train::', '')}, ${operator.note}`;
      yield await checked(name, () => checkOperator(gpu, i));
    }
    for (const network of checkedNetworks) {
      yield await checked(`${network.title}, forward`, () => checkForward(gpu, network, [plain, wasm]));
      yield await checked(`${network.title}, six training steps`, () => checkSteps(gpu, network, [plain, wasm]));
    }
    yield await checked('Values inside a network', () => checkTaps(gpu));
    yield await checked('A layer without a kernel', () => checkReadBack(gpu));
    yield await checked('A label that is no class', () => checkLabel(gpu));
  } finally {
    port.close();
  }
  yield await checked('A device that is lost', async () => checkLoss(await open()));
}

type Outcome = Omit<CheckResult, 'name'>;

interface Difference extends Outcome {
  readonly difference: number;
  readonly tolerance: number;
}

async function checked(name: string, check: () => Promise<Outcome>): Promise<CheckResult> {
  try {
    return { name, ...(await check()) };
  } catch (thrown) {
    return { name, fault: messageOf(thrown) };
  }
}

async function checkOperator(gpu: WebGpuBackend, index: number): Promise<Outcome> {
  const operator = operatorCases[index];
  if (!operator) throw new BugError(`There is no case ${index}.`);
  const { model, feeds } = caseModel(operator, index + 1);
  return compareRuns(gpu, model, feeds, 'all');
}

function checkForward(gpu: WebGpuBackend, network: GpuNetwork, references: readonly Reference[]): Promise<Outcome> {
  const model = batched(network, network.checkedBatch);
  const feeds = new Map([['input', samplesOf(network, network.checkedBatch, 5)]]);
  return compareRuns(gpu, model, feeds, 'all', [], references);
}

/** `kernels`: whether every node must have one, or some must not. */
async function compareRuns(
  gpu: WebGpuBackend,
  model: Model,
  feeds: ReadonlyMap<TensorId, Tensor>,
  kernels: 'all' | 'some',
  taps: readonly TensorId[] = [],
  references: readonly Reference[] = [plain],
): Promise<Outcome> {
  const ours = await gpu.prepare(model);
  try {
    const missing = ours.plainNodes.map((node) => node.op);
    if (missing.length > 0 !== (kernels === 'some'))
      return { fault: `nodes without a kernel: ${missing.join(', ') || 'none'}` };
    const actual = await ours.run(feeds, { taps });
    const outcomes: Difference[] = [];
    for (const reference of references) {
      const runner = await reference.prepare(model);
      outcomes.push(against(reference, worst(await runner.run(feeds, { taps }), actual, GPU_TOLERANCE)));
      runner.dispose();
    }
    return largest(outcomes);
  } finally {
    ours.dispose();
  }
}

/** Losses and gradient norms of each step, then all parameters and statistics. */
async function checkSteps(gpu: WebGpuBackend, network: GpuNetwork, references: readonly Reference[]): Promise<Outcome> {
  const step = stepOf(network, network.checkedBatch);
  const ours = await gpu.prepareSteps(step.model, step.state);
  try {
    if (ours.plainNodes.length > 0) return { fault: `${ours.plainNodes[0]?.op} has no kernel` };
    const own = await sixSteps(ours, network, step);
    const outcomes: Difference[] = [];
    for (const reference of references) {
      const runner = await reference.prepareSteps(step.model, step.state);
      const found = await sixSteps(runner, network, step);
      runner.dispose();
      found.forEach((expected, i) => {
        outcomes.push(against(reference, worst(expected, own[i] as Values, network.tolerance)));
      });
    }
    return largest(outcomes);
  } finally {
    ours.dispose();
  }
}

type Values = ReadonlyMap<TensorId, Tensor>;

/** Results of each step, and at the end all parameters and statistics. */
async function sixSteps(runner: StepRunner, network: GpuNetwork, step: StepGraph): Promise<readonly Values[]> {
  runner.writeState(step.initialState);
  const results: Values[] = [];
  for (let number = 0; number < 6; number++)
    results.push(await runner.step(stepFeeds(network, step, network.checkedBatch, number)));
  const kept = new Set([...step.parameters.map(({ id }) => id), ...step.statistics]);
  return [...results, new Map([...(await runner.readState())].filter(([id]) => kept.has(id)))];
}

const against = ({ id }: Reference, outcome: Difference): Difference =>
  outcome.fault === undefined ? outcome : { ...outcome, fault: `against '${id}': ${outcome.fault}` };

/** The first that is at fault, or the one that differs most. */
const largest = (outcomes: readonly Difference[]): Outcome =>
  outcomes.find(({ fault }) => fault !== undefined) ??
  outcomes.reduce((most, outcome) => (outcome.difference > most.difference ? outcome : most));

/** A Relu that is done on the way is seen all the same when somebody looks before it. */
function checkTaps(gpu: WebGpuBackend): Promise<Outcome> {
  const draft = new GraphDraft(21);
  const x = draft.input('x', 'float32', [3, 5]);
  const product = draft.node('MatMul', [x, draft.weight('w', [5, 7], 1)]);
  const clamped = draft.node('Relu', [product]);
  draft.node('Exp', [clamped]);
  const model = shaped(draft, ['x'], 'Exp_2', [3, 7]);
  return compareRuns(gpu, model, new Map([['x', ramp([3, 5])]]), 'all', [x, product, clamped]);
}

/** Before and after a node that runs on the reference the device goes on. */
function checkReadBack(gpu: WebGpuBackend): Promise<Outcome> {
  const draft = new GraphDraft(22);
  const x = draft.input('x', 'float32', [3, 5]);
  const axis = draft.constant('axis', { type: 'int64', shape: [], data: BigInt64Array.of(1n) });
  draft.node('Mul', [draft.node('CumSum', [draft.node('Exp', [x]), axis]), x]);
  return compareRuns(gpu, shaped(draft, ['x'], 'Mul_2', [3, 5]), new Map([['x', ramp([3, 5])]]), 'some');
}

/** The draft's model, all values of the shape of its output. */
function shaped(draft: GraphDraft, inputs: readonly string[], output: string, shape: readonly number[]): Model {
  const model = draft.model('check', inputs, output);
  const tensors = new Map<TensorId, TensorInfo>(
    [...model.graph.tensors].map(([id, info]) => [id, info.shape ? info : { id, type: 'float32', shape }]),
  );
  return { ...model, graph: { ...model.graph, tensors } };
}

const ramp = (shape: readonly [number, number]): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => (i % 7) / 4 - 0.7),
});

async function checkLabel(gpu: WebGpuBackend): Promise<Outcome> {
  const [network] = checkedNetworks as readonly [GpuNetwork];
  const step = stepOf(network, 2);
  const runner = await gpu.prepareSteps(step.model, step.state);
  const labels: Tensor = { type: 'float32', shape: [2], data: Float32Array.of(0, 10) };
  try {
    return await refusal('workers/label-outside', () =>
      runner.step(new Map([...stepFeeds(network, step, 2, 0), [step.inputs.labels, labels]])),
    );
  } finally {
    runner.dispose();
  }
}

/** State read before the loss stays as it was; everything after it says what happened. */
async function checkLoss(port: GpuPort): Promise<Outcome> {
  const [network] = checkedNetworks as readonly [GpuNetwork];
  const step = stepOf(network, 2);
  const runner = await createWebGpuBackend(port, bindTrainingNode).prepareSteps(step.model, step.state);
  runner.writeState(step.initialState);
  await runner.step(stepFeeds(network, step, 2, 0));
  const saved = await runner.readState();
  const [id, first] = [...saved][0] as [TensorId, Tensor];
  const sum = (tensor: Tensor) => (tensor.data as Float32Array).reduce((total, x) => total + x, 0);
  const before = sum(first);
  const under = runner.step(stepFeeds(network, step, 2, 1));
  port.device.destroy();
  const outcomes = [
    await refusal('workers/gpu-lost', () => under),
    await refusal('workers/gpu-lost', () => runner.readState()),
    await refusal('workers/gpu-lost', () => runner.step(stepFeeds(network, step, 2, 1))),
  ];
  if (sum(saved.get(id) as Tensor) !== before) return { fault: 'what was read before has changed' };
  return outcomes.find((outcome) => outcome.fault) ?? {};
}

async function refusal(code: string, action: () => Promise<unknown>): Promise<Outcome> {
  try {
    await action();
    return { fault: 'it was not refused' };
  } catch (thrown) {
    if (thrown instanceof UserError && thrown.code === code) return {};
    return { fault: `refused otherwise: ${messageOf(thrown)}` };
  }
}

function worst(
  expected: ReadonlyMap<TensorId, Tensor>,
  actual: ReadonlyMap<TensorId, Tensor>,
  tolerance: number,
): Difference {
  let difference = 0;
  for (const [id, tensor] of expected) {
    const found = actual.get(id);
    if (!found || found.type !== tensor.type || found.shape.join() !== tensor.shape.join())
      return { difference: Number.POSITIVE_INFINITY, tolerance, fault: `'${id}' has another type or shape` };
    const share = differenceOf(tensor, found);
    if (!(share <= tolerance))
      return {
        difference: share,
        tolerance,
        fault: `'${id}' differs by ${share.toExponential(1)} of its largest value`,
      };
    difference = Math.max(difference, share);
  }
  return { difference, tolerance };
}

function differenceOf(expected: Tensor, actual: Tensor): number {
  let [largest, difference] = [LEAST_MAGNITUDE, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(expected.data[i]), Number(actual.data[i])];
    if (Object.is(a, b)) continue;
    largest = Math.max(largest, Math.abs(a));
    // Not a number on one side only stays so, and is within no tolerance.
    if (!(Math.abs(a - b) <= difference)) difference = Math.abs(a - b);
  }
  return difference / largest;
}
