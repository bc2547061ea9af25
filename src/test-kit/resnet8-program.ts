import { Random } from '../base/index.ts';
import type { BufferId, ConstantId, KernelCall, Program, ProgramBuffer, ProgramConstant } from '../ir/index.ts';

/**
 * ResNet-8 for CIFAR-10 (MLPerf Tiny) as an integer program with seeded random weights: 12.5 million MACs, int8 codes,
 * per-channel multipliers and shifts, TensorFlow's uneven padding in the strided convolutions. For speed and for
 * exporters; it recognizes nothing.
 */
export function resnet8Program(seed = 1): Program {
  const net = new ProgramBuilder(new Random(seed));
  let x = net.buffer('input', [32, 32, 3]);
  const input = x;
  x = net.conv(x, 'stem', { channels: 16, size: 3, stride: 1, relu: true });
  for (const [stage, channels] of [16, 32, 64].entries()) {
    const stride = stage === 0 ? 1 : 2;
    const a = net.conv(x, `stage${stage}_a`, { channels, size: 3, stride, relu: true });
    const b = net.conv(a, `stage${stage}_b`, { channels, size: 3, stride: 1, relu: false });
    const shortcut =
      stage === 0 ? x : net.conv(x, `stage${stage}_shortcut`, { channels, size: 1, stride, relu: false });
    x = net.add(shortcut, b, `stage${stage}_sum`);
  }
  x = net.globalAverage(x, 'pool');
  const output = net.dense(x, 'classes', 10);
  return net.program('resnet8', input, output);
}

interface ConvShape {
  readonly channels: number;
  readonly size: number;
  readonly stride: number;
  readonly relu: boolean;
}

/** Lays every buffer at its own place: lifetimes are right, memory is not shared. */
class ProgramBuilder {
  readonly #random: Random;
  readonly #buffers: ProgramBuffer[] = [];
  readonly #constants: ProgramConstant[] = [];
  readonly #calls: KernelCall[] = [];
  #arenaBytes = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  buffer(tensor: string, shape: readonly number[]): BufferId {
    const id = this.#buffers.length;
    const bytes = shape.reduce((n, d) => n * d, 1);
    const zeroPoint = this.#random.below(17) - 8;
    const offset = this.#arenaBytes;
    this.#arenaBytes += Math.ceil(bytes / 16) * 16;
    this.#buffers.push({
      id,
      tensor,
      type: 'int8',
      shape,
      scale: 0.05,
      zeroPoint,
      bits: 8,
      offset,
      bytes,
      firstTick: this.#calls.length - (id === 0 ? 1 : 0),
      lastTick: -1,
    });
    return id;
  }

  conv(input: BufferId, name: string, { channels, size, stride, relu }: ConvShape): BufferId {
    const [height = 1, width = 1, depth = 1] = this.#shape(input);
    const out = [Math.ceil(height / stride), Math.ceil(width / stride), channels];
    const output = this.buffer(name, out);
    const total = Math.max(0, (Math.ceil(height / stride) - 1) * stride + size - height);
    const before = total >> 1;
    this.#call({
      kernel: 'conv2d',
      nodes: [name],
      inputs: [input],
      output,
      ...this.#weighted(name, [channels, size, size, depth]),
      strides: [stride, stride],
      dilations: [1, 1],
      pads: [before, before, total - before, total - before],
      groups: 1,
      clamp: { low: relu ? this.#zeroPoint(output) : -128, high: 127 },
    });
    return output;
  }

  add(a: BufferId, b: BufferId, name: string): BufferId {
    const output = this.buffer(name, this.#shape(a));
    this.#call({
      kernel: 'add',
      nodes: [name],
      inputs: [a, b],
      output,
      multiplierA: 12000 + this.#random.below(4000),
      multiplierB: 12000 + this.#random.below(4000),
      shift: 14,
      clamp: { low: this.#zeroPoint(output), high: 127 },
    });
    return output;
  }

  globalAverage(input: BufferId, name: string): BufferId {
    const [height = 1, width = 1, channels = 1] = this.#shape(input);
    const output = this.buffer(name, [1, 1, channels]);
    const counted = height * width;
    const multipliers = new Int32Array(counted + 1);
    multipliers[counted] = Math.round(2 ** 30 / counted);
    this.#call({
      kernel: 'averagePool',
      nodes: [name],
      inputs: [input],
      output,
      window: [height, width],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      countPadding: false,
      multiplier: this.#constant(`${name} multipliers`, 'multiplier', 'int32', [counted + 1], multipliers),
      shift: 30,
      clamp: { low: -128, high: 127 },
    });
    return output;
  }

  dense(input: BufferId, name: string, channels: number): BufferId {
    const length = this.#shape(input).reduce((n, d) => n * d, 1);
    const output = this.buffer(name, [channels]);
    this.#call({
      kernel: 'dense',
      nodes: [name],
      inputs: [input],
      output,
      ...this.#weighted(name, [channels, length]),
      rows: 1,
      clamp: { low: -128, high: 127 },
    });
    return output;
  }

  program(name: string, input: BufferId, output: BufferId): Program {
    const ticks = this.#buffers.map((b) => {
      const reads = this.#calls.map((call, tick) => (call.inputs.includes(b.id) ? tick : -1));
      return { ...b, lastTick: b.id === output ? this.#calls.length : Math.max(...reads) };
    });
    const [height = 1, width = 1, channels = 1] = this.#shape(input);
    const classes = this.#shape(output)[0] as number;
    return {
      version: 1,
      name,
      arenaBytes: this.#arenaBytes,
      buffers: ticks,
      constants: this.#constants,
      calls: this.#calls,
      inputs: [{ tensor: 'input', buffer: input, graphShape: [1, channels, height, width], axes: [2, 3, 1] }],
      outputs: [{ tensor: 'output', buffer: output, graphShape: [1, classes], axes: [1] }],
    };
  }

  /** Weights, bias and a rescale that spreads random sums over the code range: std of a sum is about 40 · 74 · √length. */
  #weighted(name: string, shape: readonly number[]) {
    const channels = shape[0] as number;
    const length = shape.slice(1).reduce((n, d) => n * d, 1);
    const weights = Int8Array.from({ length: channels * length }, () => this.#random.below(255) - 127);
    const bias = Int32Array.from({ length: channels }, () => this.#random.below(4001) - 2000);
    const factor = 1 / (74 * Math.sqrt(length));
    const shifts = new Uint8Array(channels);
    const multipliers = Int32Array.from(shifts, (_, channel) => {
      const real = factor * (0.5 + this.#random.unit());
      const shift = 30 - Math.floor(Math.log2(real));
      shifts[channel] = shift;
      return Math.min(Math.round(real * 2 ** shift), 2 ** 31 - 1);
    });
    return {
      weights: this.#constant(`weights of ${name}`, 'weights', 'int8', shape, weights),
      bias: this.#constant(`bias of ${name}`, 'bias', 'int32', [channels], bias),
      accumulator: 'int32',
      rescale: {
        multiplier: this.#constant(`multipliers of ${name}`, 'multiplier', 'int32', [channels], multipliers),
        shift: this.#constant(`shifts of ${name}`, 'shift', 'uint8', [channels], shifts),
        rounding: true,
      },
    } as const;
  }

  #constant(
    label: string,
    role: ProgramConstant['role'],
    type: ProgramConstant['type'],
    shape: readonly number[],
    data: ProgramConstant['data'],
  ): ConstantId {
    const id = this.#constants.length;
    this.#constants.push({ id, label, role, type, bits: type === 'int32' ? 32 : 8, shape, data });
    return id;
  }

  #call(call: KernelCall): void {
    this.#calls.push(call);
  }

  #shape(id: BufferId): readonly number[] {
    return this.#buffers[id]?.shape ?? [];
  }

  #zeroPoint(id: BufferId): number {
    return this.#buffers[id]?.zeroPoint ?? 0;
  }
}
