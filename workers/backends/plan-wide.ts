import type { CallOf, ProgramBuffer } from '../../src/ir/index.ts';
import { BorderField, WideConvField, WideDepthwiseField } from '../kernels/assembly/integer-fields.ts';
import {
  addressOf,
  bufferOf,
  constantOf,
  count,
  is8Bit,
  operand,
  optionalConstant,
  type Plan,
  planFields,
  planWiden,
  runsOf,
  type Step,
  stepsOf,
  type Window,
  widenedSizes,
} from './integer-window.ts';
import { packDepthwise, packPanels, placeRescale } from './pack-int8.ts';

/** Taps of a depthwise window whose 32-bit sums cannot overflow: 2^15 · 255 each. */
const MOST_TAPS = 256;

/** Inputs or outputs of 16 bits, or sums of 64: int16 inputs of zero point 0, and outputs of 8 or 16 bits. */
export function planWide(call: CallOf<'conv2d' | 'dense'>, plan: Plan, w: Window): Step | undefined {
  const input = operand(plan, call);
  const output = bufferOf(plan, call.output);
  const isWord = input.type === 'int16' && input.zeroPoint === 0;
  if (!(is8Bit(input) || isWord) || output.type === 'int32') return undefined;
  const depthwise = w.groups > 1 && w.groups === w.input.channels && w.groups === w.output.channels;
  if (depthwise && w.kernel[0] * w.kernel[1] > MOST_TAPS) return undefined;
  const map = isWord ? planBorder(plan, input, w) : widenedMap(plan, input, w);
  const convolve = depthwise ? planDepthwise(call, plan, w, map.address) : planConv(call, plan, w, map.address);
  return () => {
    map.make?.();
    convolve();
  };
}

interface InputMap {
  readonly address: number;
  readonly make?: Step;
}

function widenedMap(plan: Plan, input: ProgramBuffer, w: Window): InputMap {
  const address = planWiden(plan, input, w);
  const widen = plan.memory.kernel('widen');
  return { address: plan.map, make: () => widen(address) };
}

/** Without padding the input is its own map. */
function planBorder(plan: Plan, input: ProgramBuffer, w: Window): InputMap {
  const map = widenedSizes(w);
  const { channels, height, width } = w.input;
  if (map.elements === count(input.shape)) return { address: addressOf(plan, input) };
  const make = planFields(plan, 'borderInt16', BorderField, {
    input: addressOf(plan, input),
    height,
    rowElements: width * channels,
    padTopElements: w.pads[0] * map.width * channels,
    padLeftElements: w.pads[1] * channels,
    mapRowElements: map.width * channels,
    mapElements: map.elements,
    map: plan.map,
  });
  return { address: plan.map, make };
}

/** What both kernels write with. */
function writing(call: CallOf<'conv2d' | 'dense'>, plan: Plan, groups: number, groupChannels: number) {
  const output = bufferOf(plan, call.output);
  const constants = {
    bias: constantOf(plan, call.bias),
    multiplier: constantOf(plan, call.rescale.multiplier),
    shift: constantOf(plan, call.rescale.shift),
    rounding: call.rescale.rounding,
  };
  return {
    output: addressOf(plan, output),
    outBytes: is8Bit(output) ? 1 : 2,
    zeroPoint: output.zeroPoint,
    low: call.clamp.low,
    high: call.clamp.high,
    channels: placeRescale(plan.memory, constants, groups, groupChannels, 'as given').address,
  };
}

function planConv(call: CallOf<'conv2d' | 'dense'>, plan: Plan, w: Window, map: number): Step {
  const groupChannels = w.output.channels / w.groups;
  const runs = runsOf(w);
  const shape = { groups: w.groups, groupChannels, runs: runs.offsets.length, runLength: runs.length };
  const zeroPoint = optionalConstant(plan, call.weightZeroPoint);
  return planFields(plan, 'convInt16', WideConvField, {
    ...writing(call, plan, w.groups, groupChannels),
    map,
    weights: plan.memory.place(packPanels(constantOf(plan, call.weights), zeroPoint, shape)),
    runs: plan.memory.place(runs.offsets),
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
}

function planDepthwise(call: CallOf<'conv2d' | 'dense'>, plan: Plan, w: Window, map: number): Step {
  const { channels } = w.input;
  const taps = runsOf(w).offsets;
  const pairs = Math.ceil(taps.length / 2);
  const offsets = new Int32Array(pairs * 2);
  offsets.set(taps);
  const zeroPoint = optionalConstant(plan, call.weightZeroPoint);
  return planFields(plan, 'depthwiseInt16', WideDepthwiseField, {
    ...writing(call, plan, 1, channels),
    map,
    weights: plan.memory.place(packDepthwise(constantOf(plan, call.weights), zeroPoint, channels, taps.length)),
    taps: plan.memory.place(offsets),
    tapPairs: pairs,
    ...stepsOf(w),
    outHeight: w.output.height,
    outWidth: w.output.width,
    channelCount: channels,
  });
}
