import { type Model, type Shape, storedBytes } from '../ir/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { GraphDraft } from './graph-draft.ts';

/** Networks made for measuring how fast graphs are read and drawn: structure and size as published, weights without meaning. */

/** A graph in the making: convolutions with weights that are cheap to make, for files of real size. */
class Network {
  readonly draft = new GraphDraft(1);
  #count = 0;

  weight(shape: Shape): string {
    const elements = shape.reduce((n, d) => n * d, 1);
    const data = new Float32Array(elements);
    // A pattern that no file system or transport compresses away to nothing, made in no time.
    for (let i = 0; i < elements; i++) data[i] = ((Math.imul(i + 1, 2654435761) >>> 8) - 8388608) / 2 ** 27;
    return this.draft.constant(`w${this.#count++}`, { type: 'float32', shape, data });
  }

  conv(x: string, from: number, to: number, size: number, stride = 1, group = 1): string {
    const pad = size >> 1;
    return this.draft.node('Conv', [x, this.weight([to, from / group, size, size]), this.weight([to])], {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      group,
    });
  }

  relu = (x: string): string => this.draft.node('Relu', [x]);
  add = (a: string, b: string): string => this.draft.node('Add', [a, b]);

  head(x: string, channels: number): string {
    const pooled = this.draft.node('Flatten', [this.draft.node('GlobalAveragePool', [x])]);
    return this.draft.node('Gemm', [pooled, this.weight([channels, 1000]), this.weight([1000])]);
  }
}

const image = (net: Network): string => net.draft.input('input', 'float32', [1, 3, 224, 224]);

/** SqueezeNet 1.0: eight fire modules, 5 MB. */
export function squeezeNet(): Model {
  const net = new Network();
  const input = image(net);
  let x = net.relu(net.conv(input, 3, 96, 7, 2));
  let from = 96;
  for (const [squeeze, expand] of [16, 16, 32, 32, 48, 48, 64, 64].map((s) => [s, 4 * s] as const)) {
    const s = net.relu(net.conv(x, from, squeeze, 1));
    const narrow = net.relu(net.conv(s, squeeze, expand, 1));
    const wide = net.relu(net.conv(s, squeeze, expand, 3));
    x = net.draft.node('Concat', [narrow, wide], { axis: 1 });
    from = 2 * expand;
  }
  const classes = net.relu(net.conv(x, from, 1000, 1));
  return net.draft.model('squeezenet', [input], net.draft.node('GlobalAveragePool', [classes]));
}

/** MobileNetV2: inverted residuals, 14 MB. */
export function mobileNetV2(): Model {
  const net = new Network();
  const input = image(net);
  let x = net.relu(net.conv(input, 3, 32, 3, 2));
  let from = 32;
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [factor, to, repeats, stride] of stages) {
    for (let i = 0; i < repeats; i++) {
      const wide = from * factor;
      const expanded = factor === 1 ? x : net.relu(net.conv(x, from, wide, 1));
      const depthwise = net.relu(net.conv(expanded, wide, wide, 3, i === 0 ? stride : 1, wide));
      const narrow = net.conv(depthwise, wide, to, 1);
      x = i > 0 ? net.add(x, narrow) : narrow;
      from = to;
    }
  }
  return net.draft.model('mobilenetv2', [input], net.head(net.relu(net.conv(x, from, 1280, 1)), 1280));
}

/** ResNet-50: bottlenecks, 102 MB. */
export function resNet50(): Model {
  const net = new Network();
  const input = image(net);
  let x = net.relu(net.conv(input, 3, 64, 7, 4));
  let from = 64;
  for (const [width, repeats, stride] of [
    [64, 3, 1],
    [128, 4, 2],
    [256, 6, 2],
    [512, 3, 2],
  ] as const) {
    for (let i = 0; i < repeats; i++) {
      const step = i === 0 ? stride : 1;
      const a = net.relu(net.conv(x, from, width, 1));
      const b = net.relu(net.conv(a, width, width, 3, step));
      const c = net.conv(b, width, 4 * width, 1);
      const shortcut = i === 0 ? net.conv(x, from, 4 * width, 1, step) : x;
      x = net.relu(net.add(c, shortcut));
      from = 4 * width;
    }
  }
  return net.draft.model('resnet50', [input], net.head(x, 2048));
}

/** `nodes` nodes in a row of diamonds: Conv, Relu, Sigmoid, Mul (of both), over and over. */
export function chain(nodes: number): Model {
  const net = new Network();
  const input = net.draft.input('input', 'float32', [1, 4, 8, 8]);
  const weight = net.weight([4, 4, 1, 1]);
  let x = input;
  while (net.draft.nodes.length + 4 <= nodes) {
    const y = net.draft.node('Conv', [x, weight], { kernel_shape: [1, 1] });
    x = net.draft.node('Mul', [net.relu(y), net.draft.node('Sigmoid', [y])]);
  }
  while (net.draft.nodes.length < nodes) x = net.relu(x);
  return net.draft.model(`chain_${nodes}`, [input], x);
}

const BRANCHES = 8;

/** `nodes` nodes in eight branches side by side, with skips over a hundred layers from branch to branch, joined at the end. */
export function wide(nodes: number): Model {
  const net = new Network();
  const input = net.draft.input('input', 'float32', [1, 4, 8, 8]);
  const weight = net.weight([4, 4, 1, 1]);
  const branches = Array.from({ length: BRANCHES }, () => [input]);
  for (let i = 0; net.draft.nodes.length < nodes - BRANCHES; i++) {
    branches.forEach((branch, b) => {
      if (net.draft.nodes.length >= nodes - BRANCHES) return;
      const last = branch.at(-1) as string;
      const neighbour = branches[(b + 1) % BRANCHES] as string[];
      const skip = i % 25 === 24 ? neighbour[Math.max(0, neighbour.length - 100)] : undefined;
      branch.push(skip ? net.add(last, skip) : net.draft.node('Conv', [last, weight], { kernel_shape: [1, 1] }));
    });
  }
  const joined = branches.map((branch) => branch.at(-1) as string).reduce((a, b) => net.add(a, b));
  return net.draft.model(`wide_${nodes}`, [input], joined);
}

/** Ten dense layers with `megabytes` of weights together. */
export function heavy(megabytes: number): Model {
  const net = new Network();
  const layers = 10;
  const size = Math.floor(Math.sqrt((megabytes * 1e6) / storedBytes('float32', layers)));
  const input = net.draft.input('input', 'float32', [1, size]);
  let x = input;
  for (let i = 0; i < layers; i++) x = net.relu(net.draft.node('MatMul', [x, net.weight([size, size])]));
  return net.draft.model(`heavy_${megabytes}`, [input], x);
}

export const fileOf = (model: Model): Uint8Array => writeOnnx(model);
