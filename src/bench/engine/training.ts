import { createWasmFloatBackend } from '../../../workers/backends/index.ts';
import { Random } from '../../base/index.ts';
import type { StepBackend, StepRunner } from '../../compute/index.ts';
import type { Tensor } from '../../ir/index.ts';
import { bindTrainingNode, stepGraph } from '../../train/index.ts';
import { type BenchFigure, goal, median } from '../suite.ts';
import { compare } from './compare.ts';
import type { EngineHost } from './host.ts';
import { matMulModel, trainableResnet8 } from './models.ts';
import { jaxStep } from './peer-jax.ts';
import { tensorflowStep } from './peer-tensorflow.ts';

export const BATCH = 32;
/** Of one image forward, convolutions and the last product. */
const FORWARD_MACS = 12_501_632;
/** The first convolution has no gradient of its input. */
const FIRST_MACS = 442_368;
/** Forward, gradient of weights, gradient of inputs; a multiply-accumulate is two operations. */
const STEP_GFLOP = (2 * BATCH * (3 * FORWARD_MACS - FIRST_MACS)) / 1e9;

/** One step of ResNet-8 with batch normalization, SGD with momentum, batch 32, and what feeds it. */
export async function resnet8Step(backend: StepBackend): Promise<{ runner: StepRunner; step: () => Promise<unknown> }> {
  const graph = stepGraph(trainableResnet8(BATCH), {
    loss: { id: 'cross-entropy', smoothing: 0 },
    optimizer: { id: 'sgd', momentum: 0.9, nesterov: false },
    weightDecay: 1e-4,
    batchNormalization: 'batch',
    frozen: [],
  });
  const runner = await backend.prepareSteps(graph.model, graph.state);
  runner.writeState(graph.initialState);
  const random = new Random(11);
  const tensor = (shape: readonly number[], make: () => number): Tensor => ({
    type: 'float32',
    shape,
    data: Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, make),
  });
  const [samples = ''] = graph.inputs.samples;
  const feeds = new Map([
    [samples, tensor([BATCH, 3, 32, 32], () => random.normal())],
    [graph.inputs.labels, tensor([BATCH], () => random.below(10))],
    [graph.inputs.rates, { type: 'float32', shape: [3], data: Float32Array.of(0.01, 1, 1) } as Tensor],
  ]);
  return { runner, step: () => runner.step(feeds) };
}

/** A training step, against our own product's rate and against other libraries' whole steps. */
export async function trainingFigures(host: EngineHost, module: WebAssembly.Module): Promise<BenchFigure[]> {
  const floats = createWasmFloatBackend(module, bindTrainingNode);
  const { runner, step } = await resnet8Step(floats);
  for (const op of new Set(runner.plainNodes.map((node) => node.op)))
    host.note(`engine: the training step ran ${op} on its reference`);
  const product = await floats.prepare(matMulModel(512));
  const feeds = new Map([
    ['a', { type: 'float32' as const, shape: [512, 512], data: new Float32Array(512 * 512).fill(0.5) }],
  ]);
  const readings = await compare(host, step, () => product.run(feeds), { peerRepeats: 4, warmUp: 8 });
  const ours = STEP_GFLOP / readings.ours;
  const gemm = (2 * 512 ** 3) / 1e9 / readings.peer;
  const figures: BenchFigure[] = [
    {
      name: 'Training step of ResNet-8, batch 32',
      unit: 'GFLOP/s',
      median: ours,
      runs: readings.runs,
      reference: gemm,
      peer: 'our own GEMM 512³',
      ratio: ours / gemm,
      goal: { ...goal('>=', 0.75, ours / gemm), of: 'ratio' },
    },
  ];
  for (const peer of [await tensorflowStep(host), await jaxStep(host)]) {
    if (!peer) continue;
    const mine = await secondsOf(host, step, 10);
    const theirs = await secondsOf(host, peer.step, peer.runs);
    peer.dispose();
    figures.push({
      name: `Training of ResNet-8, batch 32, against ${peer.name}`,
      unit: 'images/s',
      median: BATCH / mine,
      runs: peer.runs,
      reference: BATCH / theirs,
      peer: peer.name,
      ratio: theirs / mine,
      goal: { ...goal('>=', 60, theirs / mine), of: 'ratio' },
    });
  }
  for (const used of [runner, product]) used.dispose();
  return figures;
}

async function secondsOf({ now }: EngineHost, step: () => Promise<unknown>, runs: number): Promise<number> {
  const readings: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = now();
    await step();
    readings.push(now() - start);
  }
  return median(readings);
}
