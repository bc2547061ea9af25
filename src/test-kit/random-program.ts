import { Random } from '../base/index.ts';
import {
  type KernelCall,
  type KernelName,
  type Program,
  type ProgramBuffer,
  type ProgramConstant,
  type ProgramPort,
  type Rescale,
  type StorageType,
  storageBytes,
  type TestVector,
} from '../ir/index.ts';
import { newCodes, runTwin } from './program-twin.ts';

type Codes = TestVector['inputs'][number];

/** Lowest and highest code of a storage type, cut to `bits`. */
export function codeBounds(type: StorageType, bits = 8 * storageBytes(type)): readonly [number, number] {
  return type.startsWith('uint') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

/**
 * Builds programs for tests: every call has inputs and an output of its own, so one program can hold many unrelated
 * calls, and every one's result is compared. Buffers are placed one after another without alignment, on purpose.
 */
export class ProgramBuilder {
  readonly random: Random;
  readonly #buffers: ProgramBuffer[] = [];
  readonly #constants: ProgramConstant[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #inputs: ProgramPort[] = [];
  readonly #outputs: ProgramPort[] = [];
  #arena = 0;

  constructor(
    readonly name: string,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  between(low: number, high: number): number {
    return low + this.random.below(high - low + 1);
  }

  buffer(type: StorageType, shape: readonly number[], bits = 8 * storageBytes(type)): ProgramBuffer {
    const id = this.#buffers.length;
    const [low, high] = codeBounds(type, bits);
    const bytes = shape.reduce((n, d) => n * d, 1) * storageBytes(type);
    const zeroPoint = this.between(Math.max(low, -300), Math.min(high, 300));
    const offset = this.#arena;
    this.#arena += bytes;
    const ticks = { firstTick: -1, lastTick: Number.MAX_SAFE_INTEGER };
    const made = { id, tensor: `value ${id}`, type, shape, scale: 0.5, zeroPoint, bits, offset, bytes, ...ticks };
    this.#buffers.push(made);
    return made;
  }

  input(type: StorageType, shape: readonly number[], bits?: number): ProgramBuffer {
    const made = this.buffer(type, shape, bits);
    this.#inputs.push(portOf(made));
    return made;
  }

  constant(
    role: ProgramConstant['role'],
    type: StorageType,
    shape: readonly number[],
    value: (i: number) => number,
    bits = 8 * storageBytes(type),
    label = `${role} of call ${this.#calls.length}`,
  ): number {
    const data = newCodes(
      type,
      shape.reduce((n, d) => n * d, 1),
    );
    for (let i = 0; i < data.length; i++) data[i] = value(i);
    this.#constants.push({ id: this.#constants.length, label, role, type, bits, shape, data });
    return this.#constants.length - 1;
  }

  weights(type: StorageType, bits: number, shape: readonly number[]): number {
    const [low, high] = codeBounds(type, bits);
    return this.constant('weights', type, shape, () => this.between(low, high), bits);
  }

  /** A rescale that brings sums of about `sum` to about `code`. */
  rescale(channels: number, sum: number, code: number, largestMultiplier: number): Rescale {
    const perChannel = this.random.below(2) === 0 ? channels : 1;
    const shift = Math.max(0, Math.floor(Math.log2((largestMultiplier * sum) / code)));
    const shifts = this.random.below(2) === 0 ? perChannel : 1;
    return {
      multiplier: this.constant('multiplier', 'int32', [perChannel], () =>
        this.between(Math.floor(largestMultiplier / 2), largestMultiplier),
      ),
      shift: this.constant('shift', 'uint8', [shifts], () => Math.min(62, Math.max(0, shift - this.random.below(2)))),
      rounding: this.random.below(4) > 0,
    };
  }

  /** Adds the call and makes its output an output of the program. */
  call(call: KernelCall): void {
    this.#calls.push(call);
    this.#outputs.push(portOf(this.#buffers[call.output] as ProgramBuffer));
  }

  nextCall(): string {
    return `layer ${this.#calls.length}`;
  }

  build(): Program {
    return {
      version: 1,
      name: this.name,
      arenaBytes: this.#arena,
      buffers: this.#buffers,
      constants: this.#constants,
      calls: this.#calls,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }
}

const portOf = (b: ProgramBuffer): ProgramPort => ({
  tensor: b.tensor,
  buffer: b.id,
  graphShape: [1, ...b.shape],
  axes: b.shape.map((_, axis) => axis + 1),
});

/** Random codes for the inputs, and the outputs the twin computes for them. */
export function randomVectors(program: Program, count: number, seed: number): TestVector[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const inputs = program.inputs.map((port) => {
      const buffer = program.buffers[port.buffer] as ProgramBuffer;
      const [low, high] = codeBounds(buffer.type, buffer.bits);
      const codes: Codes = newCodes(
        buffer.type,
        buffer.shape.reduce((n, d) => n * d, 1),
      );
      for (let i = 0; i < codes.length; i++) codes[i] = low + random.below(high - low + 1);
      return codes;
    });
    return { inputs, outputs: runTwin(program, inputs) };
  });
}

/** What a random conv2d or dense call is made of. */
export interface WeightedKind {
  readonly x: StorageType;
  readonly weights: StorageType;
  readonly weightBits: number;
  readonly y: StorageType;
  readonly zeroPoints: boolean;
  readonly accumulator: 'int32' | 'int64';
}

const someClamp = (b: ProgramBuilder, y: ProgramBuffer) => {
  const [low, high] = codeBounds(y.type, y.bits);
  return b.random.below(3) === 0 ? { low: Math.max(low, Math.min(y.zeroPoint, high)), high } : { low, high };
};

function weighted(b: ProgramBuilder, kind: WeightedKind, outs: number, shape: readonly number[]) {
  const [low, high] = codeBounds(kind.weights, kind.weightBits);
  const terms = shape.slice(1).reduce((n, d) => n * d, 1);
  const sum = Math.sqrt(terms) * 2 ** (8 * storageBytes(kind.x) - 2 + kind.weightBits - 2) + 1;
  return {
    weights: b.weights(kind.weights, kind.weightBits, shape),
    ...(kind.zeroPoints
      ? { weightZeroPoint: b.constant('zeroPoint', 'int32', [outs], () => b.between(low, high)) }
      : {}),
    bias: b.constant('bias', 'int32', [outs], () => b.between(-Math.ceil(sum), Math.ceil(sum))),
    accumulator: kind.accumulator,
    rescale: b.rescale(
      outs,
      sum,
      2 ** (8 * storageBytes(kind.y) - 2),
      kind.accumulator === 'int32' ? 2147483647 : 32767,
    ),
  };
}

/** A convolution: plain, grouped or depthwise, with random geometry. */
export function addConv2d(b: ProgramBuilder, kind: WeightedKind, style: 'plain' | 'grouped' | 'depthwise'): void {
  const own = style === 'depthwise' ? 1 : b.between(1, 5);
  const groups = style === 'plain' ? 1 : b.between(2, 3);
  const outs = groups * b.between(1, 3);
  const x = b.input(kind.x, [b.between(5, 8), b.between(5, 8), own * groups]);
  const kernel = [b.between(1, 3), b.between(1, 3)] as const;
  const dilations = [b.between(1, 2), b.between(1, 2)] as const;
  const strides = [b.between(1, 2), b.between(1, 2)] as const;
  const pads = [b.between(0, 2), b.between(0, 2), b.between(0, 2), b.between(0, 2)] as const;
  const y = b.buffer(kind.y, [...outputSize(x.shape, kernel, strides, dilations, pads), outs]);
  b.call({
    kernel: 'conv2d',
    nodes: [b.nextCall()],
    inputs: [x.id],
    output: y.id,
    strides,
    dilations,
    pads,
    groups,
    clamp: someClamp(b, y),
    ...weighted(b, kind, outs, [outs, ...kernel, own]),
  });
}

export function addDense(b: ProgramBuilder, kind: WeightedKind): void {
  const [rows, ins, outs] = [b.between(1, 3), b.between(1, 40), b.between(1, 9)];
  const x = b.input(kind.x, rows === 1 ? [ins] : [rows, ins]);
  const y = b.buffer(kind.y, rows === 1 ? [outs] : [rows, outs]);
  const call = { nodes: [b.nextCall()], inputs: [x.id], output: y.id, rows, clamp: someClamp(b, y) };
  b.call({ kernel: 'dense', ...call, ...weighted(b, kind, outs, [outs, ins]) });
}

function outputSize(
  shape: readonly number[],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilations: readonly [number, number],
  pads: readonly [number, number, number, number],
): [number, number] {
  const along = (axis: 0 | 1) => {
    const span = dilations[axis] * (kernel[axis] - 1) + 1;
    return Math.floor(((shape[axis] as number) + pads[axis] + pads[axis + 2]! - span) / strides[axis]) + 1;
  };
  return [along(0), along(1)];
}

type PlainKernel = Exclude<KernelName, 'conv2d' | 'dense'>;

/** Every kernel without weights, on random shapes, with codes of the given type. */
export const addPlain: { readonly [K in PlainKernel]: (b: ProgramBuilder, type: StorageType) => void } = {
  maxPool(b, type) {
    const x = b.input(type, [b.between(4, 7), b.between(4, 7), b.between(1, 4)]);
    const window = [b.between(2, 3), b.between(2, 3)] as const;
    const strides = [b.between(1, 2), b.between(1, 2)] as const;
    const dilations = [1, b.between(1, 2)] as const;
    const pads = [1, 0, b.between(0, 1), 1] as const;
    const y0 = b.buffer(type, [...outputSize(x.shape, window, strides, dilations, pads), x.shape[2] as number]);
    const y = Object.assign(y0, { zeroPoint: x.zeroPoint });
    const at = { nodes: [b.nextCall()], inputs: [x.id], output: y.id };
    b.call({ kernel: 'maxPool', ...at, window, strides, dilations, pads, clamp: someClamp(b, y) });
  },
  averagePool(b, type) {
    const x = b.input(type, [b.between(4, 7), b.between(4, 7), b.between(1, 4)]);
    const window = [b.between(2, 3), b.between(2, 3)] as const;
    const strides = [b.between(1, 2), b.between(1, 2)] as const;
    const pads = [1, 0, 1, b.between(0, 1)] as const;
    const y = b.buffer(type, [...outputSize(x.shape, window, strides, [1, 1], pads), x.shape[2] as number]);
    const count = window[0] * window[1] + 1;
    const multiplier = b.constant('multiplier', 'int32', [count], (n) => (n === 0 ? 0 : Math.round(2 ** 24 / n)));
    const at = { nodes: [b.nextCall()], inputs: [x.id], output: y.id, countPadding: b.random.below(2) === 0 };
    b.call({ kernel: 'averagePool', ...at, window, strides, pads, multiplier, shift: 24, clamp: someClamp(b, y) });
  },
  add(b, type) {
    const shape = [b.between(2, 4), b.between(2, 4), b.between(2, 4)];
    const a = b.input(type, shape);
    const other = b.input(type, broadcastOf(b, shape));
    const y = b.buffer(type, shape);
    const multiplier = () => b.between(-32767, 32767);
    const at = { nodes: [b.nextCall()], inputs: [a.id, other.id], output: y.id, clamp: someClamp(b, y) };
    b.call({ kernel: 'add', ...at, multiplierA: multiplier(), multiplierB: multiplier(), shift: b.between(0, 17) });
  },
  mul(b, type) {
    const shape = [b.between(2, 4), b.between(2, 4), b.between(2, 4)];
    const a = b.input(type, shape);
    const other = b.input(type, broadcastOf(b, shape));
    const y = b.buffer(type, shape);
    const at = { nodes: [b.nextCall()], inputs: [a.id, other.id], output: y.id, clamp: someClamp(b, y) };
    const codes = 2 ** (8 * storageBytes(type) - 2);
    b.call({ kernel: 'mul', ...at, rescale: b.rescale(shape[2] as number, codes * codes, codes, 32767) });
  },
  lookup(b, type) {
    const x = b.input(type, [b.between(1, 50)]);
    const to = b.random.pick(['int8', 'uint8', 'int16', 'uint16'] as const);
    const y = b.buffer(to, x.shape);
    const [low, high] = codeBounds(to);
    const table = b.constant('table', to, [2 ** (8 * storageBytes(type))], () => b.between(low, high));
    b.call({ kernel: 'lookup', nodes: [b.nextCall()], inputs: [x.id], output: y.id, table });
  },
  requantize(b, type) {
    const x = b.input(type, [b.between(1, 5), b.between(1, 5)]);
    const y = b.buffer(b.random.pick(['int8', 'uint8', 'int16', 'uint16'] as const), x.shape);
    const at = { nodes: [b.nextCall()], inputs: [x.id], output: y.id, clamp: someClamp(b, y) };
    const size = 2 ** (8 * storageBytes(y.type));
    b.call({ kernel: 'requantize', ...at, rescale: b.rescale(x.shape[1] as number, 30_000, size, 2147483647) });
  },
  concat(b, type) {
    const shape = [b.between(1, 3), b.between(1, 3), b.between(1, 3)];
    const axis = b.between(0, 2);
    const parts = [b.between(1, 3), b.between(1, 3), b.between(1, 3)];
    const inputs = parts.map((n) => b.input(type, shape.with(axis, n)).id);
    const y = b.buffer(
      type,
      shape.with(
        axis,
        parts.reduce((s, n) => s + n, 0),
      ),
    );
    b.call({ kernel: 'concat', nodes: [b.nextCall()], inputs, output: y.id, axis });
  },
  pad(b, type) {
    const x = b.input(type, [b.between(1, 3), b.between(1, 3), b.between(1, 3)]);
    const before = x.shape.map(() => b.between(0, 2));
    const after = x.shape.map(() => b.between(0, 2));
    const y = b.buffer(
      type,
      x.shape.map((d, axis) => d + (before[axis] as number) + (after[axis] as number)),
    );
    const fillCode = b.between(...codeBounds(type));
    b.call({ kernel: 'pad', nodes: [b.nextCall()], inputs: [x.id], output: y.id, before, after, fillCode });
  },
  transpose(b, type) {
    const x = b.input(type, [b.between(1, 3), b.between(2, 3), b.between(2, 4), b.between(1, 2)]);
    const axes = b.random.shuffle([0, 1, 2, 3]);
    const y = b.buffer(
      type,
      axes.map((axis) => x.shape[axis] as number),
    );
    b.call({ kernel: 'transpose', nodes: [b.nextCall()], inputs: [x.id], output: y.id, axes });
  },
  slice(b, type) {
    const x = b.input(type, [b.between(3, 6), b.between(3, 6)]);
    const steps = x.shape.map(() => b.random.pick([1, 2, -1, -2]));
    const starts = x.shape.map((d, axis) => ((steps[axis] as number) > 0 ? b.between(0, 1) : d - 1));
    const y = b.buffer(
      type,
      x.shape.map((d, axis) => {
        const step = steps[axis] as number;
        return (
          Math.floor((step > 0 ? d - 1 - (starts[axis] as number) : (starts[axis] as number)) / Math.abs(step)) + 1
        );
      }),
    );
    b.call({ kernel: 'slice', nodes: [b.nextCall()], inputs: [x.id], output: y.id, starts, steps });
  },
  resizeNearest(b, type) {
    const x = b.input(type, [b.between(1, 4), b.between(1, 4), b.between(1, 3)]);
    const shape = [b.between(1, 7), b.between(1, 7), x.shape[2] as number];
    const y = b.buffer(type, shape);
    const index = (axis: 0 | 1) =>
      b.constant('index', 'uint16', [shape[axis] as number], () => b.between(0, (x.shape[axis] as number) - 1));
    const tables = { rows: index(0), columns: index(1) };
    b.call({ kernel: 'resizeNearest', nodes: [b.nextCall()], inputs: [x.id], output: y.id, ...tables });
  },
};

function broadcastOf(b: ProgramBuilder, shape: readonly number[]): number[] {
  const kind = b.random.below(4);
  if (kind === 0) return shape.slice();
  if (kind === 1) return [shape[2] as number];
  if (kind === 2) return [1, 1, shape[2] as number];
  return [shape[0] as number, 1, shape[2] as number];
}
