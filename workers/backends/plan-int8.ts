import type { CallOf, KernelCall, KernelName, Program, ProgramBuffer, ProgramConstant } from '../../src/ir/index.ts';
import {
  AddField,
  ConvField,
  DepthwiseField,
  LookupField,
  PoolField,
  RequantizeField,
  WidenField,
} from '../kernels/assembly/memory.ts';
import { type KernelMemory, writeFields } from './kernel-memory.ts';
import { packDepthwise, packPanels, placeRescale, writeOutput } from './pack-int8.ts';

/** One program in kernel memory, while its calls are planned. */
export interface Plan {
  readonly program: Program;
  readonly memory: KernelMemory;
  /** Address of the program's arena. */
  readonly arena: number;
  /** Address of the area every widened map is made in; as large as the largest. */
  readonly map: number;
}

export type Step = () => void;

/** Prepares a call for its fast kernel, or answers `undefined` where there is none for these types and numbers. */
type Planner<K extends KernelName> = (call: CallOf<K>, plan: Plan) => Step | undefined;

const is8Bit = (buffer: ProgramBuffer): boolean => buffer.type === 'int8' || buffer.type === 'uint8';
const unsigned = (buffer: ProgramBuffer): number => (buffer.type === 'uint8' ? 1 : 0);
const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

const bufferOf = (plan: Pick<Plan, 'program'>, id: number): ProgramBuffer => plan.program.buffers[id] as ProgramBuffer;
const constantOf = (plan: Pick<Plan, 'program'>, id: number): ProgramConstant =>
  plan.program.constants[id] as ProgramConstant;
const optionalConstant = (plan: Plan, id: number | undefined): ProgramConstant | undefined =>
  id === undefined ? undefined : constantOf(plan, id);
const addressOf = (plan: Plan, buffer: ProgramBuffer): number => plan.arena + buffer.offset;
const operand = (plan: Pick<Plan, 'program'>, call: KernelCall, index = 0): ProgramBuffer =>
  bufferOf(plan, call.inputs[index] as number);

/** Sizes of a feature map; a vector of n rows is a map of height n and width 1. */
interface MapSizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const mapSizes = (buffer: ProgramBuffer): MapSizes => {
  const [height = 1, width = 1, channels = 1] = buffer.shape;
  return { height, width, channels };
};

/** Places conv2d reads from, `groups` and `dilations` included; dense is the case of one tap. */
interface Window {
  readonly input: MapSizes;
  readonly output: MapSizes;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

/** Sizes of the widened map of a window, in elements; large enough for every tap, whatever `pads` say at the far sides. */
function widenedSizes(w: Window): { readonly height: number; readonly width: number; readonly elements: number } {
  const reach = (axis: 0 | 1, out: number) =>
    (out - 1) * w.strides[axis] + (w.kernel[axis] - 1) * w.dilations[axis] + 1;
  const height = Math.max(w.pads[0] + w.input.height, reach(0, w.output.height));
  const width = Math.max(w.pads[1] + w.input.width, reach(1, w.output.width));
  return { height, width, elements: height * width * w.input.channels };
}

function windowOf(call: KernelCall, program: Program): Window | undefined {
  const input = operand({ program }, call);
  const output = bufferOf({ program }, call.output);
  if (call.kernel === 'conv2d') {
    const [, kernelHeight = 1, kernelWidth = 1] = constantOf({ program }, call.weights).shape;
    const { strides, dilations, pads, groups } = call;
    const kernel = [kernelHeight, kernelWidth] as const;
    return { input: mapSizes(input), output: mapSizes(output), kernel, strides, dilations, pads, groups };
  }
  if (call.kernel !== 'dense') return undefined;
  const one = [1, 1] as const;
  const vectors = (buffer: ProgramBuffer): MapSizes => ({
    height: call.rows,
    width: 1,
    channels: count(buffer.shape) / call.rows,
  });
  const sizes = { input: vectors(input), output: vectors(output) };
  return { ...sizes, kernel: one, strides: one, dilations: one, pads: [0, 0, 0, 0], groups: 1 };
}

/** Bytes of the widened map a call needs; 0 for calls that make none. */
export function mapBytes(call: KernelCall, program: Program): number {
  const window = windowOf(call, program);
  return window ? widenedSizes(window).elements * 2 : 0;
}

function planWiden(plan: Plan, buffer: ProgramBuffer, w: Window): number {
  const map = widenedSizes(w);
  const { channels } = w.input;
  const whole = map.elements === count(buffer.shape);
  const address = plan.memory.reserve(WidenField.bytes);
  writeFields(plan.memory, address, WidenField, {
    input: addressOf(plan, buffer),
    unsigned: unsigned(buffer),
    zeroPoint: buffer.zeroPoint,
    // Without padding the rows lie one after another: they are widened as one.
    height: whole ? 1 : w.input.height,
    rowElements: whole ? map.elements : w.input.width * channels,
    padTopElements: w.pads[0] * map.width * channels,
    padLeftElements: w.pads[1] * channels,
    mapRowElements: map.width * channels,
    mapElements: map.elements,
    map: plan.map,
  });
  return address;
}

/** Byte offsets in the widened map of what one output pixel reads: where rows of taps are whole, one run per row. */
function runsOf(w: Window): { readonly offsets: Int32Array; readonly length: number } {
  const map = widenedSizes(w);
  const { channels } = w.input;
  const inRow = w.groups === 1 && (w.dilations[1] === 1 || w.kernel[1] === 1);
  const columns = inRow ? 1 : w.kernel[1];
  const offsets = Int32Array.from({ length: w.kernel[0] * columns }, (_, i) => {
    const row = Math.floor(i / columns) * w.dilations[0];
    return 2 * channels * (row * map.width + (i % columns) * w.dilations[1]);
  });
  return { offsets, length: inRow ? w.kernel[1] * channels : channels / w.groups };
}

/** Byte steps in the widened map between output columns and rows. */
function stepsOf(w: Window): { readonly columnStep: number; readonly rowStep: number } {
  const map = widenedSizes(w);
  const { channels } = w.input;
  return { columnStep: 2 * channels * w.strides[1], rowStep: 2 * channels * map.width * w.strides[0] };
}

const planWindow = (call: CallOf<'conv2d' | 'dense'>, plan: Plan): Step | undefined => {
  const { memory } = plan;
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  const w = windowOf(call, plan.program);
  if (!w || !is8Bit(input) || !is8Bit(output) || call.accumulator !== 'int32') return undefined;
  const weights = constantOf(plan, call.weights);
  if (weights.bits > 8) return undefined;
  if (w.groups > 1 && w.groups === w.input.channels && w.groups === w.output.channels)
    return planDepthwise(call, plan, w);
  const groupChannels = w.output.channels / w.groups;
  const runs = runsOf(w);
  const zeroPoint = optionalConstant(plan, call.weightZeroPoint);
  const shape = { groups: w.groups, groupChannels, runs: runs.offsets.length, runLength: runs.length };
  const widenCall = planWiden(plan, input, w);
  const convCall = memory.reserve(ConvField.bytes);
  writeFields(memory, convCall, ConvField, {
    map: plan.map,
    weights: memory.place(packPanels(weights, zeroPoint, shape)),
    runs: memory.place(runs.offsets),
    runCount: runs.offsets.length,
    runPairs: Math.ceil(runs.length / 2),
    groups: w.groups,
    groupChannels,
    groupStep: (2 * w.input.channels) / w.groups,
    ...stepsOf(w),
    outHeight: w.output.height,
    outWidth: w.output.width,
    outChannels: w.output.channels,
  });
  planRescale(call, plan, convCall, w.groups, groupChannels);
  const widen = memory.kernel('widen');
  const conv = memory.kernel('convInt8');
  return () => {
    widen(widenCall);
    conv(convCall);
  };
};

function planRescale(
  call: CallOf<'conv2d' | 'dense'>,
  plan: Plan,
  address: number,
  groups: number,
  groupChannels: number,
): void {
  const output = bufferOf(plan, call.output);
  const constants = {
    bias: constantOf(plan, call.bias),
    multiplier: constantOf(plan, call.rescale.multiplier),
    shift: constantOf(plan, call.rescale.shift),
    rounding: call.rescale.rounding,
  };
  const rescale = placeRescale(plan.memory, constants, groups, groupChannels);
  writeOutput(plan.memory, address, { buffer: output, address: addressOf(plan, output) }, call.clamp, rescale);
}

function planDepthwise(call: CallOf<'conv2d' | 'dense'>, plan: Plan, w: Window): Step {
  const { memory } = plan;
  const { channels } = w.input;
  const taps = runsOf(w).offsets;
  const pairs = Math.ceil(taps.length / 2);
  const offsets = new Int32Array(pairs * 2);
  offsets.set(taps);
  const zeroPoint = optionalConstant(plan, call.weightZeroPoint);
  const weights = packDepthwise(constantOf(plan, call.weights), zeroPoint, channels, taps.length);
  const widenCall = planWiden(plan, operand(plan, call), w);
  const convCall = memory.reserve(DepthwiseField.bytes);
  writeFields(memory, convCall, DepthwiseField, {
    map: plan.map,
    weights: memory.place(weights),
    taps: memory.place(offsets),
    tapPairs: pairs,
    ...stepsOf(w),
    outHeight: w.output.height,
    outWidth: w.output.width,
    channels,
  });
  planRescale(call, plan, convCall, 1, channels);
  const widen = memory.kernel('widen');
  const conv = memory.kernel('depthwiseInt8');
  return () => {
    widen(widenCall);
    conv(convCall);
  };
}

const planAdd: Planner<'add'> = (call, plan) => {
  const a = operand(plan, call, 0);
  const b = operand(plan, call, 1);
  const output = bufferOf(plan, call.output);
  const sameSize = count(a.shape) === count(b.shape);
  if (!sameSize || ![a, b, output].every(is8Bit) || call.shift > 30) return undefined;
  if (Math.max(Math.abs(call.multiplierA), Math.abs(call.multiplierB)) >= 2 ** 15) return undefined;
  return planFields(plan, 'addInt8', AddField, {
    a: addressOf(plan, a),
    b: addressOf(plan, b),
    output: addressOf(plan, output),
    count: count(output.shape),
    unsignedA: unsigned(a),
    unsignedB: unsigned(b),
    unsignedOutput: unsigned(output),
    zeroPointA: a.zeroPoint,
    zeroPointB: b.zeroPoint,
    zeroPointOutput: output.zeroPoint,
    multiplierA: call.multiplierA,
    multiplierB: call.multiplierB,
    shift: call.shift,
    low: call.clamp.low,
    high: call.clamp.high,
  });
};

function poolFields(call: CallOf<'maxPool' | 'averagePool'>, plan: Plan) {
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  const { height, width, channels } = mapSizes(input);
  const out = mapSizes(output);
  return {
    input: addressOf(plan, input),
    output: addressOf(plan, output),
    unsigned: unsigned(input),
    height,
    width,
    channels,
    windowHeight: call.window[0],
    windowWidth: call.window[1],
    strideY: call.strides[0],
    strideX: call.strides[1],
    padTop: call.pads[0],
    padLeft: call.pads[1],
    padBottom: call.pads[2],
    padRight: call.pads[3],
    outHeight: out.height,
    outWidth: out.width,
    low: call.clamp.low,
    high: call.clamp.high,
    zeroPoint: input.zeroPoint,
    zeroPointOutput: output.zeroPoint,
    unsignedOutput: unsigned(output),
  };
}

const planMaxPool: Planner<'maxPool'> = (call, plan) => {
  const input = operand(plan, call);
  if (!is8Bit(input) || bufferOf(plan, call.output).type !== input.type) return undefined;
  return planFields(plan, 'maxPoolInt8', PoolField, {
    ...poolFields(call, plan),
    dilationY: call.dilations[0],
    dilationX: call.dilations[1],
    countPadding: 0,
    multipliers: 0,
    shift: 0,
  });
};

const planAveragePool: Planner<'averagePool'> = (call, plan) => {
  const multiplier = constantOf(plan, call.multiplier);
  if (!is8Bit(operand(plan, call)) || !is8Bit(bufferOf(plan, call.output))) return undefined;
  return planFields(plan, 'averagePoolInt8', PoolField, {
    ...poolFields(call, plan),
    dilationY: 1,
    dilationX: 1,
    countPadding: call.countPadding ? 1 : 0,
    multipliers: plan.memory.place(Int32Array.from(multiplier.data)),
    shift: call.shift,
  });
};

const planLookup: Planner<'lookup'> = (call, plan) => {
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  const table = constantOf(plan, call.table).data;
  if (!is8Bit(input) || !is8Bit(output) || table.length !== 256) return undefined;
  return planFields(plan, 'lookupInt8', LookupField, {
    input: addressOf(plan, input),
    output: addressOf(plan, output),
    count: count(output.shape),
    unsigned: unsigned(input),
    table: plan.memory.place(Uint8Array.from(table)),
  });
};

const planRequantize: Planner<'requantize'> = (call, plan) => {
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  if (!is8Bit(input) || !is8Bit(output)) return undefined;
  const multiplier = constantOf(plan, call.rescale.multiplier);
  const shift = constantOf(plan, call.rescale.shift);
  const channels = output.shape.at(-1) ?? 1;
  const rescale = placeRescale(plan.memory, { multiplier, shift, rounding: call.rescale.rounding }, 1, channels);
  const address = plan.memory.reserve(RequantizeField.bytes);
  writeFields(plan.memory, address, RequantizeField, {
    input: addressOf(plan, input),
    unsigned: unsigned(input),
    zeroPoint: input.zeroPoint,
    pixels: count(output.shape) / channels,
    channels,
  });
  writeOutput(plan.memory, address, { buffer: output, address: addressOf(plan, output) }, call.clamp, rescale);
  const kernel = plan.memory.kernel('requantizeInt8');
  return () => kernel(address);
};

function planFields<Enum extends Parameters<typeof writeFields>[2]>(
  plan: Plan,
  name: string,
  fields: Enum,
  values: Parameters<typeof writeFields<Enum>>[3],
): Step {
  const address = plan.memory.reserve(fields.bytes);
  writeFields(plan.memory, address, fields, values);
  const kernel = plan.memory.kernel(name);
  return () => kernel(address);
}

/** Fast kernels by call; the rest (moving data, mul, 16-bit types, 64-bit sums) runs on the plain table it is given. */
const planners: { readonly [K in KernelName]?: Planner<K> } = {
  conv2d: planWindow,
  dense: planWindow,
  maxPool: planMaxPool,
  averagePool: planAveragePool,
  add: planAdd,
  lookup: planLookup,
  requantize: planRequantize,
};

/** The call made ready for its fast kernel; `undefined`: run it plain. */
export function planCall(call: KernelCall, plan: Plan): Step | undefined {
  // The table's type ties each planner to its call; TypeScript cannot see that through a union of calls.
  const planner = planners[call.kernel] as Planner<KernelName> | undefined;
  return planner?.(call, plan);
}
