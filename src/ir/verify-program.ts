import { BugError } from '../base/index.ts';
import {
  bufferRange,
  type Conv2dCall,
  type DenseCall,
  type KernelCall,
  type Program,
  type ProgramBuffer,
  type ProgramConstant,
  type Rescale,
  storageBytes,
} from './program.ts';

const LIMIT_32 = 2 ** 31 - 1;
const LIMIT_64 = 2 ** 47;

/**
 * What a legal program is: buffers within the arena and apart while both live, constants within their bits, calls whose
 * operands were written before and whose shapes fit their kernel, accumulators proven from the constants. Returns the
 * faults found, as sentences; none for a legal program.
 */
export function programFaults(program: Program): string[] {
  const faults: string[] = [];
  for (const [index, buffer] of program.buffers.entries()) faults.push(...bufferFaults(program, buffer, index));
  faults.push(...overlapFaults(program));
  for (const [index, constant] of program.constants.entries()) faults.push(...constantFaults(constant, index));
  for (const [tick, call] of program.calls.entries())
    faults.push(...callFaults(program, call, tick).map((f) => `call ${tick} (${call.kernel}): ${f}`));
  for (const port of [...program.inputs, ...program.outputs]) {
    const buffer = program.buffers[port.buffer];
    const sizes = port.axes.map((axis) => port.graphShape[axis]);
    if (!buffer || sizes.length !== buffer.shape.length || sizes.some((s, i) => s !== buffer.shape[i]))
      faults.push(`port '${port.tensor}': axes [${port.axes.join(', ')}] do not give its buffer's shape`);
    else if (product(port.graphShape) !== product(buffer.shape))
      faults.push(`port '${port.tensor}': an axis left out has a size above 1`);
  }
  return faults;
}

/** Throws on the first fault: a lowering that made an illegal program is broken. */
export function verifyProgram(program: Program): Program {
  const [first] = programFaults(program);
  if (first !== undefined) throw new BugError(`Illegal program: ${first}.`);
  return program;
}

const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

function bufferFaults(program: Program, buffer: ProgramBuffer, index: number): string[] {
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`buffer ${index} ('${buffer.tensor}') ${text}`);
  const size = storageBytes(buffer.type);
  if (buffer.id !== index) fault(`has id ${buffer.id}`);
  if (buffer.bytes !== product(buffer.shape) * size)
    fault(`has ${buffer.bytes} bytes for [${buffer.shape.join(', ')}]`);
  if (buffer.offset < 0 || buffer.offset + buffer.bytes > program.arenaBytes) fault('lies outside the arena');
  if (buffer.offset % size !== 0) fault(`is not aligned to ${size} bytes`);
  if (buffer.lastTick < buffer.firstTick) fault('dies before it is written');
  if (!(buffer.scale > 0) || !Number.isFinite(buffer.scale)) fault(`has scale ${buffer.scale}`);
  if (buffer.bits > size * 8) fault(`has ${buffer.bits} bits in ${buffer.type}`);
  const [low, high] = bufferRange(buffer);
  if (buffer.zeroPoint < low || buffer.zeroPoint > high) fault(`has zero point ${buffer.zeroPoint}`);
  const base = buffer.viewOf === undefined ? undefined : program.buffers[buffer.viewOf];
  if (buffer.viewOf !== undefined) {
    if (!base || base.viewOf !== undefined) fault('is a view of a view, or of nothing');
    else if (base.offset !== buffer.offset || base.bytes !== buffer.bytes) fault('does not cover what it is a view of');
    else if (base.firstTick > buffer.firstTick || base.lastTick < buffer.lastTick) fault('outlives its memory');
  }
  return faults;
}

function overlapFaults({ buffers }: Program): string[] {
  const faults: string[] = [];
  const own = buffers.filter((b) => b.viewOf === undefined && b.bytes > 0);
  for (const [i, a] of own.entries()) {
    for (const b of own.slice(i + 1)) {
      const meet = a.firstTick <= b.lastTick && b.firstTick <= a.lastTick;
      if (meet && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes)
        faults.push(`buffers ${a.id} and ${b.id} overlap while both live`);
    }
  }
  return faults;
}

function constantFaults(constant: ProgramConstant, index: number): string[] {
  const faults: string[] = [];
  const fault = (text: string) => faults.push(`constant ${index} (${constant.role}) ${text}`);
  const { data, role, bits } = constant;
  if (constant.id !== index) fault(`has id ${constant.id}`);
  if (data.length !== product(constant.shape)) fault(`has ${data.length} elements for [${constant.shape.join(', ')}]`);
  const types = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array };
  if (!(data instanceof types[constant.type])) fault(`is not stored as ${constant.type}`);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (role === 'multiplier' && low < 0) fault('is negative');
  if (role === 'shift' && (low < 0 || high > 62)) fault(`shifts by ${low} … ${high}`);
  if (role === 'weights' && (low < -(2 ** (bits - 1)) || high > 2 ** (bits - 1) - 1))
    fault(`has codes ${low} … ${high} in ${bits} bits`);
  return faults;
}

function callFaults(program: Program, call: KernelCall, tick: number): string[] {
  const output = program.buffers[call.output];
  const inputs = call.inputs.map((id) => program.buffers[id]);
  if (!output || inputs.some((b) => b === undefined)) return ['names a buffer that is not there'];
  const faults: string[] = [];
  const operands = inputs as ProgramBuffer[];
  for (const input of operands) {
    if (input.firstTick >= tick) faults.push(`reads buffer ${input.id} before it is written`);
    if (input.lastTick < tick) faults.push(`reads buffer ${input.id} after it died`);
  }
  if (output.firstTick > tick || output.lastTick < tick) faults.push(`writes buffer ${output.id} outside its life`);
  if ('clamp' in call) {
    const [low, high] = storageRange(output);
    if (call.clamp.low > call.clamp.high || call.clamp.low < low || call.clamp.high > high)
      faults.push(`clamps to ${call.clamp.low} … ${call.clamp.high} in ${output.type}`);
  }
  faults.push(...shapeFaults(program, call, operands, output));
  if (call.kernel === 'conv2d' || call.kernel === 'dense')
    faults.push(...accumulatorFaults(program, call, operands[0] as ProgramBuffer));
  return faults;
}

/** Codes that a storage type can hold. */
function storageRange({ type }: ProgramBuffer): readonly [number, number] {
  const bits = storageBytes(type) * 8;
  return type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Output size of a window along one axis, ceil mode or not: between floor and ceil of methods 0.2. */
function windowFits(input: number, output: number, kernel: number, stride: number, dilation: number, pads: number) {
  const steps = (input + pads - dilation * (kernel - 1) - 1) / stride;
  return output >= 1 && output - 1 <= Math.ceil(steps) && output - 1 >= Math.floor(steps);
}

function shapeFaults(program: Program, call: KernelCall, inputs: readonly ProgramBuffer[], output: ProgramBuffer) {
  const [first] = inputs;
  if (!first) return ['has no input'];
  const [a, y] = [first.shape, output.shape];
  const text = `[${a.join(', ')}] → [${y.join(', ')}]`;
  const check = (fits: boolean): string[] => (fits ? [] : [`shapes do not fit: ${text}`]);
  switch (call.kernel) {
    case 'conv2d': {
      const w = program.constants[call.weights]?.shape ?? [];
      const [o, kh, kw, i] = w as [number, number, number, number];
      const [top, left, bottom, right] = call.pads;
      return check(
        a.length === 3 &&
          y.length === 3 &&
          y[2] === o &&
          a[2] === i * call.groups &&
          o % call.groups === 0 &&
          windowFits(a[0] as number, y[0] as number, kh, call.strides[0], call.dilations[0], top + bottom) &&
          windowFits(a[1] as number, y[1] as number, kw, call.strides[1], call.dilations[1], left + right) &&
          program.constants[call.bias]?.data.length === o,
      );
    }
    case 'dense': {
      const [o, i] = (program.constants[call.weights]?.shape ?? []) as [number, number];
      return check(product(a) === call.rows * i && product(y) === call.rows * o);
    }
    case 'maxPool':
    case 'averagePool': {
      const [dy, dx] = call.kernel === 'maxPool' ? call.dilations : [1, 1];
      const [top, left, bottom, right] = call.pads;
      return check(
        a.length === 3 &&
          y.length === 3 &&
          a[2] === y[2] &&
          windowFits(a[0] as number, y[0] as number, call.window[0], call.strides[0], dy, top + bottom) &&
          windowFits(a[1] as number, y[1] as number, call.window[1], call.strides[1], dx, left + right),
      );
    }
    case 'add':
    case 'mul':
    case 'lookup':
    case 'requantize':
      return check(sameShape(a, y));
    case 'concat':
      return check(inputs.reduce((n, b) => n + (b.shape[call.axis] ?? 0), 0) === y[call.axis]);
    case 'pad':
      return check(a.every((d, i) => d + (call.before[i] ?? 0) + (call.after[i] ?? 0) === y[i]));
    case 'transpose':
      return check(
        sameShape(
          call.axes.map((axis) => a[axis] as number),
          y,
        ),
      );
    case 'slice':
      return check(
        y.every((size, i) => {
          const last = (call.starts[i] as number) + (call.steps[i] as number) * (size - 1);
          return (call.starts[i] as number) < (a[i] as number) && last >= 0 && last < (a[i] as number);
        }),
      );
    case 'resizeNearest':
      return check(a.length === 3 && y.length === 3 && a[2] === y[2]);
  }
}

/** Largest |accumulator| of each output channel: |bias| + Σ |w − wz| · max |X|. */
export function accumulatorBounds(
  program: Program,
  call: Pick<Conv2dCall | DenseCall, 'weights' | 'weightZeroPoint' | 'bias'>,
  input: Pick<ProgramBuffer, 'type' | 'bits' | 'zeroPoint'>,
): number[] {
  const weights = program.constants[call.weights]?.data ?? new Int8Array();
  const bias = program.constants[call.bias]?.data ?? new Int32Array();
  const zeros = call.weightZeroPoint === undefined ? undefined : program.constants[call.weightZeroPoint]?.data;
  const [low, high] = bufferRange(input);
  const largest = Math.max(Math.abs(low - input.zeroPoint), Math.abs(high - input.zeroPoint));
  const row = weights.length / bias.length;
  return Array.from(bias, (b, o) => {
    const zero = zeros?.[zeros.length > 1 ? o : 0] ?? 0;
    let sum = 0;
    for (let i = o * row; i < (o + 1) * row; i++) sum += Math.abs((weights[i] as number) - zero);
    return Math.abs(b) + sum * largest;
  });
}

function accumulatorFaults(program: Program, call: Conv2dCall | DenseCall, input: ProgramBuffer): string[] {
  const bound = accumulatorBounds(program, call, input).reduce((a, b) => Math.max(a, b), 0);
  const limit = call.accumulator === 'int32' ? LIMIT_32 : LIMIT_64;
  if (bound > limit) return [`sums can reach ${bound}, beyond ${call.accumulator}`];
  if (call.accumulator === 'int64' && largestOf(program, call.rescale) >= 2 ** 15)
    return ['multiplies a 64-bit sum by more than 15 bits'];
  return [];
}

function largestOf(program: Program, { multiplier }: Rescale): number {
  const values: ArrayLike<number> = program.constants[multiplier]?.data ?? [];
  return Array.from(values).reduce((a, b) => Math.max(a, b), 0);
}
