import type { DiagramInput } from '../diagram/index.ts';

/** Networks to draw: layers are added in any order of operands; -1 is the graph input. */
export class DrawnNetwork {
  readonly #nodes: DiagramInput['nodes'][number][] = [];
  readonly #values: DiagramInput['values'][number][] = [];
  /** Of the layers that `chain` adds. */
  shape = '';

  /** Adds a layer; returns its index. `kind`: 'Conv 3×3 /2'; `shape` of its result. */
  add(op: string, from: readonly number[], kind: string = op, shape = '', scope = ''): number {
    const index = this.#nodes.length;
    const id = `${op.toLowerCase()}_${index}`;
    this.#nodes.push({ id, op, scope, title: id, subtitle: kind, signature: `${kind} ${shape}` });
    for (const f of from) this.#value(f, index);
    return index;
  }

  /** Layers one after the other. */
  chain(from: number, ...kinds: readonly string[]): number {
    return kinds.reduce((at, kind) => this.add(kind.split(' ')[0] as string, [at], kind, this.shape), from);
  }

  input(...ends: readonly number[]): DiagramInput {
    for (const end of ends) this.#value(end, -1);
    return {
      nodes: this.#nodes,
      values: this.#values,
      inputs: ['input'],
      outputs: ends.map((end) => `v${end}`),
    };
  }

  #value(from: number, to: number): void {
    const tensor = from < 0 ? 'input' : `v${from}`;
    this.#values.push({ from, to, tensor, bytes: 1024, label: '16×32×32' });
  }
}

/** Bottleneck residual network: 3, 4, 6, 3 blocks, the first of each stage with a projection. */
export function resNet50(): DiagramInput {
  const net = new DrawnNetwork();
  let x = net.chain(-1, 'Conv 7×7 /2', 'Relu', 'MaxPool 3×3 /2');
  [3, 4, 6, 3].forEach((blocks, stage) => {
    for (let b = 0; b < blocks; b++) {
      const conv = (from: number, kind: string): number => net.add('Conv', [from], kind, `stage ${stage}`);
      const relu = (from: number): number => net.add('Relu', [from], 'Relu', `stage ${stage}`);
      const stride = b === 0 && stage > 0 ? ' /2' : '';
      const main = conv(relu(conv(relu(conv(x, 'Conv 1×1')), `Conv 3×3${stride}`)), 'Conv 1×1');
      const side = b === 0 ? conv(x, `Conv 1×1${stride}`) : x;
      x = relu(net.add('Add', [main, side], 'Add', `stage ${stage}`));
    }
  });
  return net.input(net.chain(x, 'GlobalAveragePool', 'Flatten', 'Gemm'));
}

/** Inverted residuals without names: those of stride 2 or with more channels have no skip. */
export function mobileNetV2(): DiagramInput {
  const net = new DrawnNetwork();
  let x = net.chain(-1, 'Conv 3×3 /2', 'Clip', 'Depthwise 3×3', 'Clip', 'Conv 1×1');
  for (const [stage, blocks] of [2, 3, 4, 3, 3, 1].entries()) {
    net.shape = `stage ${stage}`;
    for (let b = 0; b < blocks; b++) {
      const stride = b === 0 && stage !== 3 ? ' /2' : '';
      const body = net.chain(x, 'Conv 1×1', 'Clip', `Depthwise 3×3${stride}`, 'Clip', 'Conv 1×1');
      x = b === 0 ? body : net.add('Add', [x, body], 'Add', net.shape);
    }
  }
  return net.input(net.chain(x, 'Conv 1×1', 'Clip', 'GlobalAveragePool', 'Gemm'));
}

/** Four branches that meet in a Concat, with pools between. */
export function inception(): DiagramInput {
  const net = new DrawnNetwork();
  let x = net.chain(-1, 'Conv 7×7 /2', 'Relu', 'MaxPool 3×3 /2', 'Conv 3×3', 'Relu', 'MaxPool 3×3 /2');
  for (const modules of [2, 5, 2]) {
    for (let m = 0; m < modules; m++) {
      x = net.add('Concat', [
        net.chain(x, 'Conv 1×1', 'Relu'),
        net.chain(x, 'Conv 1×1', 'Relu', 'Conv 3×3', 'Relu'),
        net.chain(x, 'Conv 1×1', 'Relu', 'Conv 5×5', 'Relu'),
        net.chain(x, 'MaxPool 3×3', 'Conv 1×1', 'Relu'),
      ]);
    }
    x = net.chain(x, 'MaxPool 3×3 /2');
  }
  return net.input(net.chain(x, 'GlobalAveragePool', 'Gemm'));
}

/** Fire modules: squeeze, then two expansions that meet. */
export function squeezeNet(): DiagramInput {
  const net = new DrawnNetwork();
  let x = net.chain(-1, 'Conv 7×7 /2', 'Relu', 'MaxPool 3×3 /2');
  for (const modules of [3, 4, 1]) {
    for (let m = 0; m < modules; m++) {
      const s = net.chain(x, 'Conv 1×1', 'Relu');
      x = net.add('Concat', [net.chain(s, 'Conv 1×1', 'Relu'), net.chain(s, 'Conv 3×3', 'Relu')]);
    }
    if (modules > 1) x = net.chain(x, 'MaxPool 3×3 /2');
  }
  return net.input(net.chain(x, 'Conv 1×1', 'Relu', 'GlobalAveragePool'));
}

/** Encoder layers, pre-norm, every one fed by the same mask. */
export function transformer(layers = 12): DiagramInput {
  const net = new DrawnNetwork();
  const mask = net.chain(-1, 'Unsqueeze', 'Sub', 'Mul');
  let x = net.chain(-1, 'Gather', 'LayerNormalization');
  const linear = (from: number): number => net.chain(from, 'MatMul', 'Add');
  const heads = (from: number): number => net.chain(linear(from), 'Reshape', 'Transpose');
  for (let l = 0; l < layers; l++) {
    const n = net.chain(x, 'LayerNormalization');
    const scores = net.add('Add', [net.chain(net.add('MatMul', [heads(n), heads(n)]), 'Div'), mask]);
    const mixed = net.add('MatMul', [net.chain(scores, 'Softmax'), heads(n)]);
    x = net.add('Add', [linear(net.chain(mixed, 'Transpose', 'Reshape')), x]);
    const wide = linear(net.chain(x, 'LayerNormalization'));
    x = net.add('Add', [linear(net.chain(wide, 'Gelu')), x]);
  }
  return net.input(net.chain(x, 'LayerNormalization', 'Gemm', 'Tanh'));
}

/** Down and up with skips from each level to its mirror. */
export function uNet(levels = 4): DiagramInput {
  const net = new DrawnNetwork();
  const double = (from: number): number => net.chain(from, 'Conv 3×3', 'Relu', 'Conv 3×3', 'Relu');
  const skips: number[] = [];
  let x = -1;
  for (let l = 0; l < levels; l++) {
    skips.push(double(x));
    x = net.chain(skips.at(-1) as number, 'MaxPool 2×2 /2');
  }
  x = double(x);
  for (const skip of skips.reverse()) x = double(net.add('Concat', [net.chain(x, 'ConvTranspose 2×2 /2'), skip]));
  return net.input(net.chain(x, 'Conv 1×1'));
}

/** Depthwise and pointwise layers in one chain. */
export function mobileNetV1(): DiagramInput {
  const net = new DrawnNetwork();
  let x = net.chain(-1, 'Conv 3×3 /2', 'Relu');
  for (let b = 0; b < 13; b++) x = net.chain(x, `Depthwise 3×3${b % 2 ? ' /2' : ''}`, 'Relu', 'Conv 1×1', 'Relu');
  return net.input(net.chain(x, 'GlobalAveragePool', 'Gemm'));
}

/** `count` layers as a chain of diamonds: one layer, two side by side, where they meet. */
export function diamonds(count: number): DiagramInput {
  const net = new DrawnNetwork();
  let x = -1;
  for (let made = 0; made < count; made += 5) {
    const top = net.add('Conv', [x], 'Conv 3×3');
    x = net.add('Add', [net.add('Conv', [top], 'Conv 3×3'), net.add('Relu', [top])]);
    x = net.add('Relu', [x]);
  }
  return net.input(x);
}

/** Eight chains side by side, linked now and then over a long way. */
export function branches(count: number, width = 8): DiagramInput {
  const net = new DrawnNetwork();
  const root = net.add('Conv', [-1]);
  const ends = new Array<number>(width).fill(root);
  const made: number[][] = ends.map(() => []);
  for (let i = 1; i < count - 1; i++) {
    const b = i % width;
    const earlier = made[(b + 3) % width] as number[];
    const skip = i % 25 === 0 ? earlier[Math.floor(earlier.length / 2)] : undefined;
    const op = skip === undefined ? 'Conv' : 'Add';
    ends[b] = net.add(op, skip === undefined ? [ends[b] as number] : [ends[b] as number, skip]);
    made[b]?.push(ends[b] as number);
  }
  return net.input(net.add('Concat', ends));
}

/** Each layer takes one to three results of the `reach` layers before it, at random. */
export function randomNetwork(count: number, reach: number, random: () => number, ops = 5): DiagramInput {
  const net = new DrawnNetwork();
  for (let i = 0; i < count; i++) {
    const least = Math.max(0, i - reach);
    const from = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      i === 0 ? -1 : least + Math.floor(random() * (i - least)),
    );
    net.add(`Op${Math.floor(random() * ops)}`, [...new Set(from)]);
  }
  return net.input(count - 1);
}

/** One layer whose result many take; all meet again. */
export function fan(consumers: number): DiagramInput {
  const net = new DrawnNetwork();
  const root = net.add('Conv', [-1]);
  return net.input(
    net.add(
      'Concat',
      Array.from({ length: consumers }, () => net.add('Relu', [root])),
    ),
  );
}
