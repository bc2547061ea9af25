import { openSymbols, prepare, setShapes } from '../../analyze/index.ts';
import { Random } from '../../base/index.ts';
import type { FloatBackend } from '../../compute/index.ts';
import { elementCount, type Model, type Tensor } from '../../ir/index.ts';
import { readOnnx } from '../../onnx/index.ts';
import type { BenchFigure } from '../suite.ts';
import { type CompareOptions, compare, rate } from './compare.ts';
import type { EngineHost } from './host.ts';
import { convModel, matMulModel, silentContext } from './models.ts';

const PEER = 'onnxruntime-web';

/** Both engines on the same model and inputs: whole runs, copying inputs in and results out. */
async function sameRuns(
  host: EngineHost,
  model: Model,
  ours: FloatBackend,
  theirs: FloatBackend,
  options: CompareOptions = {},
) {
  const random = new Random(9);
  const feeds = new Map(
    model.graph.inputs.map((id): [string, Tensor] => {
      const shape = model.graph.tensors.get(id)?.shape as readonly number[];
      const data = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
      return [id, { type: 'float32', shape, data }];
    }),
  );
  const [mine, peer] = [await ours.prepare(model), await theirs.prepare(model)];
  try {
    return await compare(
      host,
      () => mine.run(feeds),
      () => peer.run(feeds),
      options,
    );
  } finally {
    mine.dispose();
    peer.dispose();
  }
}

/** Products and convolutions, GFLOP/s; a multiply-accumulate is two operations. */
export async function kernelFigures(host: EngineHost, ours: FloatBackend, peer: FloatBackend): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const size of [256, 512]) {
    const readings = await sameRuns(host, matMulModel(size), ours, peer, { repeats: size === 256 ? 8 : 1 });
    const work = (2 * size ** 3) / 1e9;
    figures.push(rate(`float32 GEMM ${size}³`, 'GFLOP/s', work, readings, `${PEER} MatMul`, 1.6));
  }
  for (const [channels, side] of [
    [16, 32],
    [32, 16],
    [64, 8],
  ] as const) {
    const model = convModel({ batch: 32, channels, side, groups: 1 });
    const readings = await sameRuns(host, model, ours, peer, { repeats: 2 });
    const work = (2 * 32 * channels * channels * 9 * side * side) / 1e9;
    const name = `Convolution 3×3, ${channels} channels, ${side}×${side}, batch 32`;
    figures.push(rate(name, 'GFLOP/s', work, readings, `${PEER} Conv`, 1.4));
  }
  const depthwise = convModel({ batch: 1, channels: 64, side: 48, groups: 64 });
  const readings = await sameRuns(host, depthwise, ours, peer, { repeats: 10 });
  const work = (2 * 64 * 9 * 48 * 48) / 1e9;
  figures.push(rate('Depthwise 3×3, 64 channels, 48×48', 'GFLOP/s', work, readings, `${PEER} Conv`, 1.5));
  return figures;
}

/** Networks of the data folder, and the ratio each is to reach. */
const NETWORKS: readonly (readonly [file: string, title: string, ratio: number, repeats: number])[] = [
  ['mnist_cnn.onnx', 'MNIST CNN', 1.5, 40],
  ['dscnn_kws_small_fp32.onnx', 'DS-CNN', 1.5, 20],
  ['resnet8_cifar10_fp32.onnx', 'ResNet-8', 1.5, 20],
  ['mobilenetv1_vww_fp32.onnx', 'MobileNetV1-VWW', 1.5, 10],
  ['ultraface_rfb320_raw.onnx', 'UltraFace 320', 1, 2],
  ['light_resnet50.onnx', 'ResNet-50', 1, 1],
];

/** Whole networks at batch 1, runs per second. */
export async function networkFigures(host: EngineHost, ours: FloatBackend, peer: FloatBackend): Promise<BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const [file, title, least, repeats] of NETWORKS) {
    const bytes = await host.data(`onnx-models/${file}`);
    if (!bytes) {
      host.note(`engine: ${file} is not in the data folder`);
      continue;
    }
    const { model } = readOnnx([{ name: file, bytes }]);
    const shaped = setShapes(model, { symbols: new Map(openSymbols(model).map((name) => [name, 1])) });
    const prepared = prepare(shaped, silentContext()).model;
    const runs = file.startsWith('light') ? { runs: 5, warmUp: 2 } : {};
    const readings = await sameRuns(host, prepared, ours, peer, { repeats, ...runs });
    figures.push(rate(`${title}, float32, batch 1`, 'runs/s', 1, readings, PEER, least));
  }
  return figures;
}
