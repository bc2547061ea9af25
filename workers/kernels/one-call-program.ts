import type { Random } from '../../src/base/index.ts';
import type {
  CodeClamp,
  KernelCall,
  Program,
  ProgramBuffer,
  ProgramConstant,
  StorageType,
} from '../../src/ir/index.ts';

/** Random programs of one call each, for comparing implementations of a kernel. Used by tests only. */
export const ONE_CALL_KERNELS = [
  'conv2d',
  'depthwise',
  'dense',
  'conv2d, 16 bits',
  'depthwise, 16 bits',
  'dense, 16 bits',
  'conv2d, packed weights',
  'conv2d, ternary',
  'conv2d, binary weights',
  'dense, ternary',
  'dense, binary codes',
  'maxPool',
  'averagePool',
  'add',
  'lookup',
  'requantize',
] as const;

type OneCallKernel = (typeof ONE_CALL_KERNELS)[number];
const STORAGE = ['int8', 'uint8'] as const;

/** What weights are drawn from; 'wide' goes with codes of 16 bits and sums of 64. */
type WeightKind = 'any' | 'wide' | 'packed' | 'ternary' | 'binary';

class Draft {
  readonly random: Random;
  readonly buffers: ProgramBuffer[] = [];
  readonly constants: ProgramConstant[] = [];
  #arenaBytes = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** Uniform in low … high. */
  between(low: number, high: number): number {
    return low + this.random.below(high - low + 1);
  }

  buffer(shape: readonly number[], type: StorageType = this.random.pick(STORAGE)): ProgramBuffer {
    const wide = type === 'int16' || type === 'uint16';
    const bytes = shape.reduce((n, d) => n * d, 1) * (wide ? 2 : 1);
    const id = this.buffers.length;
    const zeroPoint = wide ? 0 : type === 'uint8' ? this.between(0, 255) : this.between(-128, 127);
    const offset = this.#arenaBytes;
    this.#arenaBytes += Math.ceil(bytes / 4) * 4;
    const buffer = { id, tensor: `t${id}`, type, shape, scale: 1, zeroPoint, bits: wide ? 16 : 8, offset, bytes };
    this.buffers.push({ ...buffer, firstTick: id - 1, lastTick: 1 });
    return this.buffers[id] as ProgramBuffer;
  }

  /** A buffer of codes −1, 0, 1, or 0 and 1. */
  narrowBuffer(shape: readonly number[], type: 'int8' | 'uint8'): ProgramBuffer {
    const buffer = { ...this.buffer(shape, type), zeroPoint: 0, bits: type === 'int8' ? 2 : 1 };
    this.buffers[buffer.id] = buffer;
    return buffer;
  }

  constant(role: ProgramConstant['role'], shape: readonly number[], data: ProgramConstant['data']): number {
    const id = this.constants.length;
    const type = data instanceof Int32Array ? 'int32' : data instanceof Uint8Array ? 'uint8' : 'int8';
    this.constants.push({ id, label: role, role, type, bits: type === 'int32' ? 32 : 8, shape, data });
    return id;
  }

  clamp(output: ProgramBuffer): CodeClamp {
    if (output.type.endsWith('16')) {
      const lowest = output.type === 'int16' ? -32768 : 0;
      const low = lowest + this.random.below(2000);
      return { low, high: this.between(low, lowest + 65535) };
    }
    const lowest = output.type === 'uint8' ? 0 : -128;
    const low = lowest + this.random.below(60);
    return { low, high: this.between(low, lowest + 255) };
  }

  /** Factors that bring sums of about `size` to codes, by one of several rules: wide, narrow, plain shifts. */
  rescale(channels: number, size: number, widest = this.random.pick([31, 31, 15, 1])) {
    const entries = this.random.below(3) === 0 ? 1 : channels;
    const shifts = new Uint8Array(entries);
    const multipliers = Int32Array.from(shifts, (_, i) => {
      const multiplier = widest === 1 ? 1 : this.random.below(2 ** widest);
      const shift = Math.round(Math.log2(Math.max(multiplier, 1)) + Math.log2(size / 100)) + this.between(-2, 2);
      shifts[i] = Math.min(Math.max(shift, 0), 62);
      return multiplier;
    });
    return {
      multiplier: this.constant('multiplier', [entries], multipliers),
      shift: this.constant('shift', [entries], shifts),
      rounding: this.random.below(4) > 0,
    };
  }

  weights(shape: readonly number[], kind: WeightKind = 'any') {
    const count = shape.reduce((n, d) => n * d, 1);
    const channels = shape[0] as number;
    const bits = kind === 'any' || kind === 'wide' ? this.between(2, 8) : kind === 'packed' ? this.between(2, 7) : 2;
    const value = {
      any: () => this.random.below(2 ** bits) - 2 ** (bits - 1),
      wide: () => this.random.below(2 ** bits) - 2 ** (bits - 1),
      packed: () => this.random.below(2 ** bits) - 2 ** (bits - 1),
      ternary: () => this.random.below(3) - 1,
      binary: () => 2 * this.random.below(2) - 1,
    };
    const weights = Int8Array.from({ length: count }, value[kind]);
    const zeroPoints = Int8Array.from({ length: channels }, () => this.random.below(256) - 128);
    const bias = Int32Array.from({ length: channels }, () => this.between(-30000, 30000));
    const length = count / channels;
    const isWide = kind === 'wide';
    const isShifted = (kind === 'any' || isWide) && this.random.below(2) === 0;
    const size = isWide ? 300 * 2 ** bits * Math.sqrt(length) : 100 * 2 ** bits * Math.sqrt(length);
    const id = this.constant('weights', shape, weights);
    this.constants[id] = { ...(this.constants[id] as ProgramConstant), bits };
    return {
      weights: id,
      ...(isShifted ? { weightZeroPoint: this.constant('zeroPoint', [channels], zeroPoints) } : {}),
      bias: this.constant('bias', [channels], bias),
      accumulator: isWide ? ('int64' as const) : ('int32' as const),
      rescale: isWide ? this.rescale(channels, size, 15) : this.rescale(channels, size),
    };
  }

  program(call: KernelCall): Program {
    const port = (id: number) => {
      const { tensor, shape } = this.buffers[id] as ProgramBuffer;
      return { tensor, buffer: id, graphShape: [1, ...shape], axes: shape.map((_, axis) => axis + 1) };
    };
    return {
      version: 1,
      name: call.kernel,
      arenaBytes: this.#arenaBytes,
      buffers: this.buffers,
      constants: this.constants,
      calls: [call],
      inputs: call.inputs.map(port),
      outputs: [port(call.output)],
    };
  }

  /** A window that fits, with the output size it gives. */
  window(height: number, width: number, maxDilation: number) {
    const axis = (size: number) => {
      const pads = [this.random.below(3), this.random.below(3)] as const;
      const dilation = this.between(1, maxDilation);
      const kernel = this.between(1, Math.min(4, Math.floor((size + pads[0] + pads[1] - 1) / dilation) + 1));
      const stride = this.between(1, 3);
      const out = Math.floor((size + pads[0] + pads[1] - (kernel - 1) * dilation - 1) / stride) + 1;
      return { pads, dilation, kernel, stride, out };
    };
    const y = axis(height);
    const x = axis(width);
    return {
      kernel: [y.kernel, x.kernel] as const,
      out: [y.out, x.out] as const,
      strides: [y.stride, x.stride] as const,
      dilations: [y.dilation, x.dilation] as const,
      pads: [y.pads[0], x.pads[0], y.pads[1], x.pads[1]] as const,
    };
  }
}

/** A buffer of either width, one of input and output at least of 16 bits. */
const wideBuffers = (d: Draft, input: readonly number[], output: readonly number[]) => {
  const [from, to] = d.random.pick([
    ['int16', 'int16'],
    ['int16', 'int8'],
    ['int8', 'int16'],
    ['uint8', 'uint16'],
  ] as const);
  return [d.buffer(input, from), d.buffer(output, to)] as const;
};

const buffersFor = (d: Draft, kind: WeightKind, input: readonly number[], output: readonly number[]) => {
  if (kind === 'wide') return wideBuffers(d, input, output);
  if (kind === 'ternary' || kind === 'binary')
    return [d.narrowBuffer(input, d.random.pick(STORAGE)), d.buffer(output)] as const;
  return [d.buffer(input), d.buffer(output)] as const;
};

const conv = (d: Draft, depthwise: 'depthwise' | 'grouped', kind: WeightKind = 'any'): Program => {
  const height = d.between(kind === 'packed' ? 5 : 1, 9);
  const width = d.between(kind === 'packed' ? 5 : 1, 9);
  const narrow = kind === 'ternary' || kind === 'binary';
  const groups = depthwise === 'depthwise' ? d.between(2, 30) : narrow ? 1 : d.random.pick([1, 1, 1, 2, 3]);
  const channels = depthwise === 'depthwise' ? groups : groups * (narrow ? d.between(16, 80) : d.between(1, 12));
  const outChannels = depthwise === 'depthwise' ? groups : groups * d.between(1, 20);
  const { kernel, out, ...window } = d.window(height, width, 2);
  const [input, output] = buffersFor(d, kind, [height, width, channels], [...out, outChannels]);
  return d.program({
    kernel: 'conv2d',
    nodes: ['conv'],
    inputs: [input.id],
    output: output.id,
    ...d.weights([outChannels, ...kernel, channels / groups], kind),
    ...window,
    groups,
    clamp: d.clamp(output),
  });
};

const dense = (d: Draft, kind: WeightKind = 'any'): Program => {
  const rows = d.between(1, 9);
  const length = kind === 'ternary' || kind === 'binary' ? d.between(16, 400) : d.between(1, 400);
  const channels = d.between(1, 40);
  const shapes = [length, channels].map((size) => (rows === 1 ? [size] : [rows, size]));
  const [input, output] = buffersFor(d, kind, shapes[0] as number[], shapes[1] as number[]);
  const common = { nodes: ['dense'], inputs: [input.id], output: output.id, rows };
  return d.program({ kernel: 'dense', ...common, ...d.weights([channels, length], kind), clamp: d.clamp(output) });
};

const pool = (d: Draft, kind: 'maxPool' | 'averagePool'): Program => {
  const [height, width, channels] = [d.between(1, 9), d.between(1, 9), d.between(1, 40)];
  const w = d.window(height, width, kind === 'maxPool' ? 2 : 1);
  const pads = w.pads.map((pad, i) => Math.min(pad, (w.kernel[i % 2] as number) - 1)) as [
    number,
    number,
    number,
    number,
  ];
  const out = [0, 1].map((axis) => {
    const size = (axis === 0 ? height : width) + pads[axis]! + pads[axis + 2]!;
    return Math.max(1, Math.floor((size - (w.kernel[axis]! - 1) * w.dilations[axis]! - 1) / w.strides[axis]!) + 1);
  });
  const input = d.buffer([height, width, channels]);
  const output = d.buffer([...out, channels], kind === 'maxPool' ? input.type : undefined);
  const common = { nodes: ['pool'], inputs: [input.id], output: output.id, window: w.kernel, strides: w.strides, pads };
  if (kind === 'maxPool')
    return d.program({ kernel: 'maxPool', ...common, dilations: w.dilations, clamp: d.clamp(output) });
  const largest = w.kernel[0] * w.kernel[1];
  const multipliers = Int32Array.from({ length: largest + 1 }, (_, n) => (n === 0 ? 0 : Math.round(2 ** 24 / n)));
  return d.program({
    kernel: 'averagePool',
    ...common,
    countPadding: d.random.below(2) === 0,
    multiplier: d.constant('multiplier', [largest + 1], multipliers),
    shift: d.between(22, 25),
    clamp: d.clamp(output),
  });
};

const add = (d: Draft): Program => {
  const shape = [d.between(1, 5), d.between(1, 5), d.between(1, 40)];
  const [a, b, output] = [d.buffer(shape), d.buffer(shape), d.buffer(shape)];
  // Lowering lets a sum take over an operand's memory.
  if (d.random.below(3) === 0) d.buffers[output.id] = { ...output, offset: a.offset };
  return d.program({
    kernel: 'add',
    nodes: ['add'],
    inputs: [a.id, b.id],
    output: output.id,
    multiplierA: d.between(-32767, 32767),
    multiplierB: d.between(-32767, 32767),
    shift: d.between(0, 17),
    clamp: d.clamp(output),
  });
};

const pointwise = (d: Draft, kernel: 'lookup' | 'requantize'): Program => {
  const shape = [d.between(1, 5), d.between(1, 5), d.between(1, 40)];
  const [input, output] = [d.buffer(shape), d.buffer(shape)];
  const common = { nodes: [kernel], inputs: [input.id], output: output.id };
  if (kernel === 'requantize')
    return d.program({ kernel, ...common, rescale: d.rescale(shape[2]!, 200), clamp: d.clamp(output) });
  const codes = Array.from({ length: 256 }, () => d.random.below(256));
  const table = output.type === 'uint8' ? Uint8Array.from(codes) : Int8Array.from(codes);
  return d.program({ kernel, ...common, table: d.constant('table', [256], table) });
};

/** A random program of one call of this kernel. */
export function anyProgram(kernel: OneCallKernel, random: Random): Program {
  const d = new Draft(random);
  switch (kernel) {
    case 'conv2d':
      return conv(d, 'grouped');
    case 'depthwise':
      return conv(d, 'depthwise');
    case 'dense':
      return dense(d);
    case 'conv2d, 16 bits':
      return conv(d, 'grouped', 'wide');
    case 'depthwise, 16 bits':
      return conv(d, 'depthwise', 'wide');
    case 'dense, 16 bits':
      return dense(d, 'wide');
    case 'conv2d, packed weights':
      return conv(d, 'grouped', 'packed');
    case 'conv2d, ternary':
      return conv(d, 'grouped', 'ternary');
    case 'conv2d, binary weights':
      return conv(d, 'grouped', 'binary');
    case 'dense, ternary':
      return dense(d, 'ternary');
    case 'dense, binary codes':
      return dense(d, 'binary');
    case 'maxPool':
    case 'averagePool':
      return pool(d, kernel);
    case 'add':
      return add(d);
    case 'lookup':
    case 'requantize':
      return pointwise(d, kernel);
  }
}
