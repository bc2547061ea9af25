import { createOrtBackend, createWasmFloatBackend, createWasmProgramBackend } from '../../workers/backends/index.ts';
import { Random } from '../base/index.ts';
import { createPlainProgramBackend, plainKernels } from '../emulate/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { bindNode } from '../ops/index.ts';
import { denseProgram, matMulIntegerModel, matMulModel, resnet8, resnet8Int8 } from './engine-models.ts';
import { type BenchFigure, goal, median } from './suite.ts';

/** What the suite needs of its host. */
export interface EngineHost {
  /** Seconds of a clock that only moves forward. */
  now(): number;
  /** The compiled kernels. */
  kernels(): Promise<WebAssembly.Module>;
}

const RUNS = 15;
const SIZE = 512;
/** Operations of one 512³ product: a multiply-accumulate is two. */
const GEMM_OPS = 2 * SIZE ** 3;

/**
 * Suite 'engine': one thread. Figures are of whole runs, copying inputs in and results out, for ours and the peer alike; the
 * two take turns, so that a busy machine slows both.
 */
export async function engineSuite(host: EngineHost): Promise<readonly BenchFigure[]> {
  const module = await host.kernels();
  const programs = createWasmProgramBackend(module, plainKernels);
  const floats = createWasmFloatBackend(module, bindNode);
  const ort = createOrtBackend(writeOnnx);
  const random = new Random(9);
  const codes = Uint8Array.from({ length: SIZE * SIZE }, () => random.below(256));
  const values = Float32Array.from({ length: SIZE * SIZE }, () => random.normal());
  const shape = [SIZE, SIZE];
  const dense = programs.load(denseProgram(SIZE));
  const integerPeer = await ort.prepare(matMulIntegerModel(SIZE));
  const codeFeeds = new Map([['a', { type: 'uint8', shape, data: codes } as const]]);
  const gemm = await compare(
    host,
    1,
    async () => dense.run([codes]),
    () => integerPeer.run(codeFeeds),
  );
  const product = await floats.prepare(matMulModel(SIZE));
  const floatPeer = await ort.prepare(matMulModel(SIZE));
  const feeds = new Map([['a', { type: 'float32', shape, data: values } as const]]);
  const floatGemm = await compare(
    host,
    1,
    () => product.run(feeds),
    () => floatPeer.run(feeds),
  );
  const network = await networks(host, programs, floats, ort);
  for (const runner of [dense, integerPeer, product, floatPeer]) runner.dispose();
  return [
    rate('int8 GEMM 512³, one thread', 'GOP/s', GEMM_OPS / 1e9, gemm, 'onnxruntime-web MatMulInteger', 100),
    rate('float32 GEMM 512³, one thread', 'GFLOP/s', GEMM_OPS / 1e9, floatGemm, 'onnxruntime-web MatMul'),
    ...network,
  ];
}

async function networks(
  host: EngineHost,
  programs: ReturnType<typeof createWasmProgramBackend>,
  floats: ReturnType<typeof createWasmFloatBackend>,
  ort: ReturnType<typeof createOrtBackend>,
): Promise<readonly BenchFigure[]> {
  const random = new Random(10);
  const program = await resnet8Int8(floats);
  const runner = programs.load(program);
  const plain = createPlainProgramBackend().load(program);
  const codes = [Int8Array.from({ length: 3072 }, () => random.below(256) - 128)];
  const integer = await compare(
    host,
    20,
    async () => runner.run(codes),
    async () => plain.run(codes),
    1,
  );
  const model = resnet8();
  const [ours, theirs] = [await floats.prepare(model), await ort.prepare(model)];
  const image = { type: 'float32', shape: [1, 3, 32, 32], data: new Float32Array(3072).fill(0.5) } as const;
  const feeds = new Map([['input', image]]);
  const float = await compare(
    host,
    20,
    () => ours.run(feeds),
    () => theirs.run(feeds),
  );
  for (const used of [runner, plain, ours, theirs]) used.dispose();
  return [
    rate('ResNet-8 as integer program, one thread', 'images/s', 1, integer, 'plain TypeScript emulator', 1500),
    rate('ResNet-8 in float32, batch 1, one thread', 'images/s', 1, float, 'onnxruntime-web'),
  ];
}

interface Seconds {
  readonly ours: number;
  readonly peer: number;
}

/** Median seconds of one run of each, `repeats` runs per reading, after warming up until the optimizing compiler is done. */
async function compare(
  host: EngineHost,
  repeats: number,
  ours: () => Promise<unknown>,
  peer: () => Promise<unknown>,
  peerRepeats = repeats,
): Promise<Seconds> {
  const reading = async (action: () => Promise<unknown>, times: number): Promise<number> => {
    const start = host.now();
    for (let i = 0; i < times; i++) await action();
    return (host.now() - start) / times;
  };
  for (let i = 0; i < 5; i++) {
    await reading(ours, repeats * 5);
    await reading(peer, peerRepeats);
  }
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    mine.push(await reading(ours, repeats));
    theirs.push(await reading(peer, peerRepeats));
  }
  return { ours: median(mine), peer: median(theirs) };
}

/** `work` units done in the measured time. */
function rate(name: string, unit: string, work: number, seconds: Seconds, peer: string, least?: number): BenchFigure {
  const figure = work / seconds.ours;
  const reference = work / seconds.peer;
  const aim = least === undefined ? {} : { goal: goal('>=', least, figure) };
  return { name, unit, median: figure, runs: RUNS, reference, peer, ratio: figure / reference, ...aim };
}
