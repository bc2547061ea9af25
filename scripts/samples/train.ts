import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as jax from '@jax-js/jax';
import { Random } from '../../src/base/index.ts';
import { generateSet, sampleGenerators } from '../../src/datasets/index.ts';
import type { Attribute, Model, Node, Tensor, TensorInfo } from '../../src/ir/index.ts';
import { encodeWeight, tensorOf } from '../../src/ir/index.ts';
import { writeOnnx } from '../../src/onnx/index.ts';

/**
 * Trains the bundled sample networks with jax-js (Adam, cross entropy) and writes them as ONNX.
 * Data come from the seeded generators; training uses seed 1000, evaluation in the page other seeds, so nothing is shared.
 */
const { numpy: np, lax, nn } = jax;
type Array = jax.Array;

interface ConvLayer {
  readonly type: 'conv';
  readonly name: string;
  readonly channels: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly groups: number;
  readonly relu: boolean;
  /** Adds the output of this earlier layer before the ReLU. */
  readonly skip?: string;
}
interface HeadLayer {
  readonly type: 'head';
  readonly name: string;
  readonly channels: readonly [number, number];
}
type Layer = ConvLayer | HeadLayer;

interface Network {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  readonly layers: readonly Layer[];
  readonly steps: number;
}

const conv = (
  name: string,
  channels: readonly [number, number],
  kernel: readonly [number, number],
  options: Partial<ConvLayer> = {},
): ConvLayer => ({
  type: 'conv',
  name,
  channels,
  kernel,
  stride: 1,
  groups: 1,
  relu: true,
  ...options,
});

const networks: readonly Network[] = [
  {
    id: 'figures',
    title: 'Figures residual CNN',
    task: 'Eight figures, 20×20 grey pictures, top-1',
    steps: 1300,
    layers: [
      conv('stem', [1, 8], [3, 3]),
      conv('down1', [8, 10], [3, 3], { stride: 2 }),
      conv('block1a', [10, 10], [3, 3]),
      conv('block1b', [10, 10], [3, 3], { skip: 'down1' }),
      conv('down2', [10, 16], [3, 3], { stride: 2 }),
      conv('block2a', [16, 16], [3, 3]),
      conv('block2b', [16, 16], [3, 3], { skip: 'down2' }),
      { type: 'head', name: 'classifier', channels: [16, 8] },
    ],
  },
  {
    id: 'tones',
    title: 'Tones DS-CNN',
    task: 'Six kinds of tone, 32×12 spectrograms, top-1',
    steps: 900,
    layers: [
      conv('stem', [1, 16], [5, 3], { stride: 2 }),
      conv('depthwise1', [16, 16], [3, 3], { groups: 16 }),
      conv('pointwise1', [16, 24], [1, 1]),
      conv('depthwise2', [24, 24], [3, 3], { groups: 24 }),
      conv('pointwise2', [24, 24], [1, 1]),
      conv('depthwise3', [24, 24], [3, 3], { groups: 24, stride: 2 }),
      conv('pointwise3', [24, 32], [1, 1]),
      { type: 'head', name: 'classifier', channels: [32, 6] },
    ],
  },
];

/** [rank, lane, share of the largest MACs] per drawn layer: the silhouette of the start page. */
function outlineOf(network: Network): [number, number, number][] {
  const macs = layerMacs(network);
  const top = Math.max(...macs);
  return macs.map((m, rank) => [rank, 0, Math.round((1000 * m) / top) / 1000]);
}

const macsOf = (network: Network): number => layerMacs(network).reduce((a, b) => a + b, 0);

function layerMacs(network: Network): number[] {
  let [, height, width] = sampleGenerators.get(network.id).shape as [number, number, number];
  return network.layers.map((layer) => {
    if (layer.type === 'head') {
      return layer.channels[0] * layer.channels[1];
    }
    height = Math.ceil(height / layer.stride);
    width = Math.ceil(width / layer.stride);
    return height * width * layer.channels[1] * sizes(layer).fanIn;
  });
}

type Parameters = Record<string, Array>;
const sizes = (layer: Layer): { weight: number[]; bias: number[]; fanIn: number } => {
  if (layer.type === 'head')
    return { weight: [layer.channels[0], layer.channels[1]], bias: [layer.channels[1]], fanIn: layer.channels[0] };
  const [input, output] = layer.channels;
  const weight = [output, input / layer.groups, ...layer.kernel];
  return { weight, bias: [output], fanIn: (input / layer.groups) * layer.kernel[0] * layer.kernel[1] };
};
const pads = (layer: ConvLayer): [number, number][] => layer.kernel.map((k) => [(k - 1) / 2, (k - 1) / 2]);

function forward(network: Network, parameters: Parameters, x: Array): Array {
  const kept = new Map<string, Array>();
  const wanted = new Set(network.layers.flatMap((l) => (l.type === 'conv' && l.skip ? [l.skip] : [])));
  let h = x;
  for (const layer of network.layers) {
    const w = parameters[`${layer.name}.weight`] as Array;
    const b = parameters[`${layer.name}.bias`] as Array;
    if (layer.type === 'head') {
      h = np.matmul(np.mean(h, [2, 3]), w).add(b);
      continue;
    }
    h = lax.convGeneralDilated(h, w, [layer.stride, layer.stride], pads(layer), { featureGroupCount: layer.groups });
    h = h.add(b.reshape([1, layer.channels[1], 1, 1]));
    if (layer.skip) h = h.add(kept.get(layer.skip) as Array);
    if (layer.relu) h = nn.relu(h);
    if (wanted.has(layer.name)) kept.set(layer.name, h.ref);
  }
  return h;
}

const BATCH = 32;
const TRAIN = 6000;
const SEED = 1000;
const JUDGED = 500;

async function train(network: Network): Promise<Record<string, Float32Array>> {
  const generator = sampleGenerators.get(network.id);
  const data = generateSet(generator, TRAIN, SEED);
  const size = data.x.length / data.count;
  const random = new Random(SEED + 1);
  let parameters: Parameters = {};
  for (const layer of network.layers) {
    const { weight, bias, fanIn } = sizes(layer);
    const scale = Math.sqrt(2 / fanIn);
    const values = Float32Array.from({ length: weight.reduce((a, b) => a * b, 1) }, () => scale * random.normal());
    parameters[`${layer.name}.weight`] = np.array(values, { shape: weight });
    parameters[`${layer.name}.bias`] = np.array(new Float32Array(bias[0] as number), { shape: bias });
  }
  let first = jax.tree.map((p: Array) => np.zerosLike(p), jax.tree.ref(parameters)) as Parameters;
  let second = jax.tree.map((p: Array) => np.zerosLike(p), jax.tree.ref(parameters)) as Parameters;
  const loss = (p: Parameters, x: Array, y: Array): Array =>
    np.mean(np.sum(nn.logSoftmax(forward(network, p, x), -1).mul(y), -1)).neg();
  const gradient = jax.jit(jax.valueAndGrad(loss));
  const update = jax.jit((p: Parameters, m: Parameters, v: Parameters, g: Parameters, rate: Array) => {
    const out: [Parameters, Parameters, Parameters] = [{}, {}, {}];
    for (const key of Object.keys(p)) {
      const grad = g[key] as Array;
      const mean = (m[key] as Array).mul(0.9).add(grad.ref.mul(0.1));
      const square = (v[key] as Array).mul(0.99).add(grad.ref.mul(grad).mul(0.01));
      out[0][key] = (p[key] as Array).sub(rate.ref.mul(mean.ref.div(np.sqrt(square.ref).add(1e-6))));
      out[1][key] = mean;
      out[2][key] = square;
    }
    rate.dispose();
    return out;
  });
  let order = random.shuffle(indices(TRAIN));
  let position = 0;
  let smooth: number | undefined;
  for (let step = 0; step < network.steps; step++) {
    if (position + BATCH > TRAIN) {
      order = random.shuffle(order);
      position = 0;
    }
    const x = new Float32Array(BATCH * size);
    const y = new Float32Array(BATCH * generator.classes.length);
    for (let i = 0; i < BATCH; i++) {
      const sample = order[position++] as number;
      for (let k = 0; k < size; k++) x[i * size + k] = (data.x[sample * size + k] as number) / 255;
      y[i * generator.classes.length + (data.y[sample] as number)] = 1;
    }
    const rate = 0.004 * Math.min(1, (step + 1) / 30) * (0.5 + 0.5 * Math.cos((Math.PI * step) / network.steps)) + 1e-5;
    const [value, grads] = gradient(
      jax.tree.ref(parameters),
      np.array(x, { shape: [BATCH, ...generator.shape] }),
      np.array(y, { shape: [BATCH, generator.classes.length] }),
    ) as [Array, Parameters];
    [parameters, first, second] = update(parameters, first, second, grads, np.array(rate)) as [
      Parameters,
      Parameters,
      Parameters,
    ];
    const now = Number(await value.jsAsync());
    smooth = smooth === undefined ? now : 0.95 * smooth + 0.05 * now;
    if (step % 50 === 49) console.log(`${network.id} step ${step + 1}/${network.steps} loss ${smooth.toFixed(4)}`);
  }
  const out: Record<string, Float32Array> = {};
  for (const [key, value] of Object.entries(parameters)) out[key] = new Float32Array(await value.data());
  return out;
}

const indices = (n: number): number[] => globalThis.Array.from({ length: n }, (_, i) => i);

/** Top-1 on samples that training never saw: those the page judges on (seed 1). */
async function accuracyOf(network: Network, values: Record<string, Float32Array>): Promise<number> {
  const generator = sampleGenerators.get(network.id);
  const { x, y, count } = generateSet(generator, JUDGED, 1);
  const parameters: Parameters = {};
  for (const layer of network.layers) {
    const { weight, bias } = sizes(layer);
    parameters[`${layer.name}.weight`] = np.array(values[`${layer.name}.weight`] as Float32Array, { shape: weight });
    parameters[`${layer.name}.bias`] = np.array(values[`${layer.name}.bias`] as Float32Array, { shape: bias });
  }
  const input = np.array(
    Float32Array.from(x, (v) => v / 255),
    { shape: [count, ...generator.shape] },
  );
  const scores = await forward(network, parameters, input).data();
  const classes = generator.classes.length;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) === y[i]) right++;
  }
  return right / count;
}

/** The network as an ONNX model that takes codes 0 … 255: the scaling by 1/255 is folded into the first layer. */
function toModel(network: Network, parameters: Record<string, Float32Array>): Model {
  const generator = sampleGenerators.get(network.id);
  const tensors = new Map<string, TensorInfo>();
  const weights = new Map<string, ReturnType<typeof encodeWeight>>();
  const nodes: Node[] = [];
  const constant = (id: string, tensor: Tensor): string => {
    tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    weights.set(id, encodeWeight(id, tensor));
    return id;
  };
  const add = (id: string, op: string, inputs: string[], attributes: [string, Attribute][] = []): string => {
    const output = `${id}_out`;
    tensors.set(output, { id: output, type: 'float32' });
    nodes.push({ id, op, domain: '', inputs, outputs: [output], attributes: new Map(attributes) });
    return output;
  };
  const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
  tensors.set('input', { id: 'input', type: 'float32', shape: [1, ...generator.shape] });
  const outputs = new Map<string, string>();
  let h = 'input';
  for (const [index, layer] of network.layers.entries()) {
    const { weight, bias } = sizes(layer);
    const w = parameters[`${layer.name}.weight`] as Float32Array;
    const b = parameters[`${layer.name}.bias`] as Float32Array;
    if (layer.type === 'head') {
      h = add('pool', 'GlobalAveragePool', [h]);
      h = add('flatten', 'Flatten', [h], [['axis', { kind: 'int', value: 1 }]]);
      h = add(layer.name, 'Gemm', [
        h,
        constant(`${layer.name}.weight`, tensorOf('float32', weight, w)),
        constant(`${layer.name}.bias`, tensorOf('float32', bias, b)),
      ]);
      continue;
    }
    const padding = pads(layer).map(([p]) => p);
    if (index === 0) for (let k = 0; k < w.length; k++) w[k] = (w[k] as number) / 255;
    h = add(
      layer.name,
      'Conv',
      [
        h,
        constant(`${layer.name}.weight`, tensorOf('float32', weight, w)),
        constant(`${layer.name}.bias`, tensorOf('float32', bias, b)),
      ],
      [
        ['kernel_shape', ints(layer.kernel)],
        ['strides', ints([layer.stride, layer.stride])],
        ['pads', ints([...padding, ...padding] as number[])],
        ['group', { kind: 'int', value: layer.groups }],
      ],
    );
    if (layer.skip) h = add(`${layer.name}_add`, 'Add', [h, outputs.get(layer.skip) as string]);
    if (layer.relu) h = add(`${layer.name}_relu`, 'Relu', [h]);
    outputs.set(layer.name, h);
  }
  tensors.set('scores', { id: 'scores', type: 'float32', shape: [1, generator.classes.length] });
  const last = nodes.pop() as Node;
  tensors.delete(h);
  nodes.push({ ...last, outputs: ['scores'] });
  return {
    graph: {
      version: 1,
      name: network.id,
      opsets: new Map([['', 13]]),
      inputs: ['input'],
      outputs: ['scores'],
      tensors,
      nodes,
    },
    weights,
  };
}

await jax.init('wasm');
jax.defaultDevice('wasm');
const folder = resolve('public/models');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
const index = resolve(folder, 'index.json');
const entries = new Map<string, object>(
  (existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as { id: string }[]) : []).map((e) => [e.id, e]),
);
for (const network of networks.filter((n) => wanted.length === 0 || wanted.includes(n.id))) {
  const learnt = await train(network);
  const accuracy = await accuracyOf(network, learnt);
  const bytes = writeOnnx(toModel(network, learnt), {
    producer: 'paretoscope',
    producerVersion: 'samples',
  });
  writeFileSync(resolve(folder, `${network.id}.onnx`), bytes);
  entries.set(network.id, {
    id: network.id,
    title: network.title,
    task: network.task,
    file: `${network.id}.onnx`,
    data: network.id,
    bytes: bytes.length,
    macs: macsOf(network),
    accuracy,
    samples: JUDGED,
    outline: outlineOf(network),
    licence: 'Apache-2.0',
    source: 'Trained by scripts/train-samples.mjs on data generated from a seed.',
  });
}
const listed = networks.map((n) => entries.get(n.id)).filter(Boolean);
writeFileSync(index, `[\n${listed.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`);
