import { createWasmProgramBackend } from '../../../workers/backends/index.ts';
import { Random } from '../../base/index.ts';
import type { FloatBackend } from '../../compute/index.ts';
import { createPlainProgramBackend, plainKernels } from '../../emulate/index.ts';
import { type BenchFigure, goal } from '../suite.ts';
import { compare, rate } from './compare.ts';
import type { EngineHost } from './host.ts';
import { denseProgram, matMulIntegerModel, resnet8Int8 } from './models.ts';

const SIZE = 512;

/** Integer kernels: a product against onnxruntime's, a network against the plain emulator. */
export async function integerFigures(
  host: EngineHost,
  module: WebAssembly.Module,
  floats: FloatBackend,
  ort: FloatBackend,
): Promise<BenchFigure[]> {
  const programs = createWasmProgramBackend(module, plainKernels);
  const random = new Random(9);
  const codes = Uint8Array.from({ length: SIZE * SIZE }, () => random.below(256));
  const dense = programs.load(denseProgram(SIZE));
  const peer = await ort.prepare(matMulIntegerModel(SIZE));
  const feeds = new Map([['a', { type: 'uint8', shape: [SIZE, SIZE], data: codes } as const]]);
  const product = await compare(
    host,
    () => dense.run([codes]),
    () => peer.run(feeds),
  );
  const program = await resnet8Int8(floats);
  const fast = programs.load(program);
  const plain = createPlainProgramBackend().load(program);
  const image = [Int8Array.from({ length: 3072 }, () => random.below(256) - 128)];
  const network = await compare(
    host,
    () => fast.run(image),
    () => plain.run(image),
    { repeats: 20, peerRepeats: 1 },
  );
  for (const used of [dense, peer, fast, plain]) used.dispose();
  const work = (2 * SIZE ** 3) / 1e9;
  const images = rate('ResNet-8 as integer program', 'images/s', 1, network, 'plain TypeScript emulator');
  return [
    rate('int8 GEMM 512³', 'GOP/s', work, product, 'onnxruntime-web MatMulInteger', 1),
    { ...images, goal: goal('>=', 1500, images.median) },
  ];
}
