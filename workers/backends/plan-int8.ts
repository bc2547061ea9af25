import type { CallOf, KernelCall, KernelName } from '../../src/ir/index.ts';
import {
  AddField,
  ConvField,
  DepthwiseField,
  LookupField,
  PoolField,
  RequantizeField,
} from '../kernels/assembly/memory.ts';
import {
  addressOf,
  bufferOf,
  constantOf,
  count,
  is8Bit,
  mapSizes,
  operand,
  optionalConstant,
  type Plan,
  type Planner,
  planFields,
  planWiden,
  runsOf,
  type Step,
  stepsOf,
  unsigned,
  type Window,
  windowOf,
} from './integer-window.ts';
import { writeFields } from './kernel-memory.ts';
import { packDepthwise, packPanels, packValues, placeRescale, writeOutput } from './pack-int8.ts';
import { planTernary } from './plan-ternary.ts';
import { planWide } from './plan-wide.ts';

/** Narrow weights stay packed where unpacking a panel is shared by this many pixels. */
const PACKED_FROM_PIXELS = 16;

const planWindow = (call: CallOf<'conv2d' | 'dense'>, plan: Plan): Step | undefined => {
  const { memory } = plan;
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  const w = windowOf(call, plan.program);
  const weights = constantOf(plan, call.weights);
  if (!w || weights.bits > 8) return undefined;
  if (!is8Bit(input) || !is8Bit(output) || call.accumulator !== 'int32') return planWide(call, plan, w);
  const ternary = planTernary(call, plan, w);
  if (ternary) return ternary;
  if (w.groups > 1 && w.groups === w.input.channels && w.groups === w.output.channels)
    return planDepthwise(call, plan, w);
  const groupChannels = w.output.channels / w.groups;
  const runs = runsOf(w);
  const zeroPoint = optionalConstant(plan, call.weightZeroPoint);
  const shape = { groups: w.groups, groupChannels, runs: runs.offsets.length, runLength: runs.length };
  const widenCall = planWiden(plan, input, w);
  const convCall = memory.reserve(ConvField.bytes);
  const pixels = w.output.height * w.output.width;
  const panels = packPanels(weights, zeroPoint, shape);
  const isPacked = weights.bits < 8 && !zeroPoint && pixels >= PACKED_FROM_PIXELS;
  writeFields(memory, convCall, ConvField, {
    map: plan.map,
    packedBits: isPacked ? weights.bits : 0,
    panel: isPacked ? memory.reserve(runs.offsets.length * Math.ceil(runs.length / 2) * 32) : 0,
    weights: memory.place(isPacked ? packValues(panels, weights.bits) : panels),
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

/** Fast kernels by call; the rest (moving data, mul, pools and sums of 16 bits) runs on the plain table it is given. */
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
