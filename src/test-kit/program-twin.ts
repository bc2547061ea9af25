import type {
  AddCall,
  AveragePoolCall,
  Conv2dCall,
  DenseCall,
  KernelCall,
  LookupCall,
  MaxPoolCall,
  MulCall,
  Program,
  ProgramBuffer,
  RequantizeCall,
  Rescale,
  StorageType,
  TestVector,
} from '../ir/index.ts';

type Codes = TestVector['inputs'][number];

/**
 * A second, slow interpreter of programs, written from the semantics in `ir/program.ts` alone, in BigInt and element by
 * element: what fast or printed kernels are compared with. Buffers live outside any arena, so overlaps cannot hide.
 */
export function runTwin(program: Program, inputs: readonly Codes[]): Codes[] {
  const values = new Map<number, Codes>();
  const root = (id: number): ProgramBuffer => {
    const buffer = program.buffers[id] as ProgramBuffer;
    return buffer.viewOf === undefined ? buffer : root(buffer.viewOf);
  };
  const memory = (id: number): Codes => {
    const { id: key, type, shape } = root(id);
    const known = values.get(key);
    if (known) return known;
    const made = newCodes(type, size(shape));
    values.set(key, made);
    return made;
  };
  for (const [i, port] of program.inputs.entries()) memory(port.buffer).set(inputs[i] as Codes);
  for (const call of program.calls) runCall(new Frame(program, call, memory));
  return program.outputs.map((port) => memory(port.buffer).slice());
}

export function newCodes(type: StorageType, length: number): Codes {
  switch (type) {
    case 'int8':
      return new Int8Array(length);
    case 'uint8':
      return new Uint8Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'uint16':
      return new Uint16Array(length);
    case 'int32':
      return new Int32Array(length);
  }
}

const size = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

class Frame {
  constructor(
    readonly program: Program,
    readonly call: KernelCall,
    readonly memory: (id: number) => Codes,
  ) {}

  buffer(id: number): ProgramBuffer {
    return this.program.buffers[id] as ProgramBuffer;
  }
  in(index: number): ProgramBuffer {
    return this.buffer(this.call.inputs[index] as number);
  }
  get out(): ProgramBuffer {
    return this.buffer(this.call.output);
  }
  /** X of an input: code − zero point, 0 outside. */
  at(index: number, element: number): bigint {
    const buffer = this.in(index);
    return BigInt((this.memory(buffer.id)[element] as number) - buffer.zeroPoint);
  }
  constant(id: number, index: number): number {
    const data = (this.program.constants[id] as Program['constants'][number]).data;
    return data[data.length === 1 ? 0 : index] as number;
  }
  rescale(acc: bigint, c: number, { multiplier, shift, rounding }: Rescale): bigint {
    return shifted(acc * BigInt(this.constant(multiplier, c)), this.constant(shift, c), rounding);
  }
  put(element: number, value: bigint, { low, high }: { low: number; high: number }): void {
    const code = Number(value) + this.out.zeroPoint;
    this.raw(element, Math.min(Math.max(code, low), high));
  }
  raw(element: number, code: number): void {
    this.memory(this.out.id)[element] = code;
  }
}

const shifted = (value: bigint, shift: number, rounding: boolean): bigint =>
  (value + (rounding && shift > 0 ? 1n << BigInt(shift - 1) : 0n)) >> BigInt(shift);

const hwc = (shape: readonly number[]): [number, number, number] =>
  [1, 1, 1, ...shape].slice(-3) as [number, number, number];

function runCall(f: Frame): void {
  const { call } = f;
  switch (call.kernel) {
    case 'conv2d':
      conv2d(f, call);
      break;
    case 'dense':
      dense(f, call);
      break;
    case 'maxPool':
      maxPool(f, call);
      break;
    case 'averagePool':
      averagePool(f, call);
      break;
    case 'add':
    case 'mul':
    case 'requantize':
    case 'lookup':
      elementwise(f, call);
      break;
    default:
      moveData(f);
  }
}

function elementwise(f: Frame, call: AddCall | MulCall | RequantizeCall | LookupCall): void {
  if (call.kernel === 'lookup') {
    const lowest = { int8: -128, int16: -32768, uint8: 0, uint16: 0, int32: 0 }[f.in(0).type];
    const codes = f.memory(f.in(0).id);
    for (let e = 0; e < codes.length; e++) f.raw(e, f.constant(call.table, (codes[e] as number) - lowest));
    return;
  }
  eachIndex(f.out.shape, (index, e) => {
    const channel = index.at(-1) ?? 0;
    const a = f.at(0, e);
    if (call.kernel === 'requantize') return f.put(e, f.rescale(a, channel, call.rescale), call.clamp);
    const b = f.at(1, broadcastElement(index, f.in(1).shape));
    if (call.kernel === 'mul') return f.put(e, f.rescale(a * b, channel, call.rescale), call.clamp);
    const sum = a * BigInt(call.multiplierA) + b * BigInt(call.multiplierB);
    f.put(e, shifted(sum, call.shift, true), call.clamp);
  });
}

function conv2d(f: Frame, call: Conv2dCall): void {
  const [height, width, channels] = hwc(f.in(0).shape);
  const [, kernelHeight, kernelWidth, own] = (f.program.constants[call.weights] as Program['constants'][number])
    .shape as [number, number, number, number];
  const outs = f.out.shape.at(-1) as number;
  eachIndex(hwc(f.out.shape), ([oh = 0, ow = 0, o = 0], e) => {
    let acc = BigInt(f.constant(call.bias, o));
    const group = Math.floor(o / (outs / call.groups));
    const zero = call.weightZeroPoint === undefined ? 0 : f.constant(call.weightZeroPoint, o);
    for (let kh = 0; kh < kernelHeight; kh++)
      for (let kw = 0; kw < kernelWidth; kw++) {
        const y = oh * call.strides[0] + kh * call.dilations[0] - call.pads[0];
        const x = ow * call.strides[1] + kw * call.dilations[1] - call.pads[1];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (let i = 0; i < own; i++) {
          const w = f.constant(call.weights, ((o * kernelHeight + kh) * kernelWidth + kw) * own + i) - zero;
          acc += f.at(0, (y * width + x) * channels + group * own + i) * BigInt(w);
        }
      }
    f.put(e, f.rescale(acc, o, call.rescale), call.clamp);
  });
}

function dense(f: Frame, call: DenseCall): void {
  const [outs, ins] = (f.program.constants[call.weights] as Program['constants'][number]).shape as [number, number];
  eachIndex([call.rows, outs], ([row = 0, o = 0], e) => {
    let acc = BigInt(f.constant(call.bias, o));
    const zero = call.weightZeroPoint === undefined ? 0 : f.constant(call.weightZeroPoint, o);
    for (let i = 0; i < ins; i++) acc += f.at(0, row * ins + i) * BigInt(f.constant(call.weights, o * ins + i) - zero);
    f.put(e, f.rescale(acc, o, call.rescale), call.clamp);
  });
}

function maxPool(f: Frame, call: MaxPoolCall): void {
  const [height, width, channels] = hwc(f.in(0).shape);
  eachIndex(hwc(f.out.shape), ([oh = 0, ow = 0, c = 0], e) => {
    let largest: bigint | undefined;
    for (let kh = 0; kh < call.window[0]; kh++)
      for (let kw = 0; kw < call.window[1]; kw++) {
        const y = oh * call.strides[0] + kh * call.dilations[0] - call.pads[0];
        const x = ow * call.strides[1] + kw * call.dilations[1] - call.pads[1];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const value = f.at(0, (y * width + x) * channels + c);
        if (largest === undefined || value > largest) largest = value;
      }
    f.put(e, largest ?? 0n, call.clamp);
  });
}

function averagePool(f: Frame, call: AveragePoolCall): void {
  const [height, width, channels] = hwc(f.in(0).shape);
  eachIndex(hwc(f.out.shape), ([oh = 0, ow = 0, c = 0], e) => {
    let sum = 0n;
    let counted = 0;
    for (let kh = 0; kh < call.window[0]; kh++)
      for (let kw = 0; kw < call.window[1]; kw++) {
        const y = oh * call.strides[0] + kh - call.pads[0];
        const x = ow * call.strides[1] + kw - call.pads[1];
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        const inPadded = y < height + call.pads[2] && x < width + call.pads[3];
        if (inside) sum += f.at(0, (y * width + x) * channels + c);
        if (inside || (call.countPadding && inPadded)) counted++;
      }
    f.put(e, shifted(sum * BigInt(f.constant(call.multiplier, counted)), call.shift, true), call.clamp);
  });
}

/** The kernels that only move codes. */
function moveData(f: Frame): void {
  const { call } = f;
  const copy = (from: (index: readonly number[]) => { input: number; index: readonly number[] } | number) =>
    eachIndex(f.out.shape, (index, e) => {
      const source = from(index);
      if (typeof source === 'number') return f.raw(e, source);
      const buffer = f.in(source.input);
      f.raw(e, f.memory(buffer.id)[flat(source.index, buffer.shape)] as number);
    });
  if (call.kernel === 'concat')
    copy((index) => {
      let rest = index[call.axis] as number;
      let input = 0;
      while (rest >= (f.in(input).shape[call.axis] as number)) rest -= f.in(input++).shape[call.axis] as number;
      return { input, index: index.with(call.axis, rest) };
    });
  else if (call.kernel === 'pad')
    copy((index) => {
      const source = index.map((x, axis) => x - (call.before[axis] as number));
      const inside = source.every((x, axis) => x >= 0 && x < (f.in(0).shape[axis] as number));
      return inside ? { input: 0, index: source } : call.fillCode;
    });
  else if (call.kernel === 'transpose')
    copy((index) => {
      const source = new Array<number>(index.length).fill(0);
      for (const [i, axis] of call.axes.entries()) source[axis] = index[i] as number;
      return { input: 0, index: source };
    });
  else if (call.kernel === 'slice')
    copy((index) => ({
      input: 0,
      index: index.map((x, axis) => (call.starts[axis] as number) + x * (call.steps[axis] as number)),
    }));
  else if (call.kernel === 'resizeNearest')
    copy(([row = 0, column = 0, c = 0]) => ({
      input: 0,
      index: [f.constant(call.rows, row), f.constant(call.columns, column), c],
    }));
}

const flat = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((at, x, axis) => at * (shape[axis] as number) + x, 0);

/** Element of b that meets this index of a; axes meet at the last one. */
function broadcastElement(index: readonly number[], shape: readonly number[]): number {
  const missing = index.length - shape.length;
  return flat(
    shape.map((d, axis) => (d === 1 ? 0 : (index[axis + missing] as number))),
    shape,
  );
}

function eachIndex(shape: readonly number[], visit: (index: readonly number[], element: number) => void): void {
  const total = size(shape);
  for (let element = 0; element < total; element++) {
    const index: number[] = [];
    let rest = element;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index.unshift(rest % (shape[axis] as number));
      rest = Math.floor(rest / (shape[axis] as number));
    }
    visit(index, element);
  }
}
