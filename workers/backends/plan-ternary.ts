import { bufferRange, type CallOf, type ProgramConstant } from '../../src/ir/index.ts';
import { PlanesField, TernaryField } from '../kernels/assembly/integer-fields.ts';
import {
  addressOf,
  bufferOf,
  constantOf,
  operand,
  optionalConstant,
  type Plan,
  planFields,
  type Step,
  type Window,
  widenedSizes,
} from './integer-window.ts';
import { writeFields } from './kernel-memory.ts';
import { difference, placeRescale, writeOutput } from './pack-int8.ts';

/** Fewer channels than this fill too little of a word of 64 for counting bits to pay. */
const LEAST_CHANNELS = 16;
const WORD = 64;

/**
 * Codes and weights of −1, 0 and 1 alone, multiplied by counting bits (methods C.12, D.2): inputs of 2 signed bits, or of 1 unsigned bit.
 * Weights without a 0 take the shorter way of binary networks. `undefined`: other numbers, groups, or few channels.
 */
export function planTernary(call: CallOf<'conv2d' | 'dense'>, plan: Plan, w: Window): Step | undefined {
  const input = operand(plan, call);
  const [lowest, highest] = bufferRange(input);
  if (input.zeroPoint !== 0 || lowest < -1 || highest > 1) return undefined;
  if (w.groups !== 1 || w.input.channels < LEAST_CHANNELS) return undefined;
  const weights = ternaryWeights(constantOf(plan, call.weights), optionalConstant(plan, call.weightZeroPoint));
  if (!weights) return undefined;
  const { memory } = plan;
  const words = Math.ceil(w.input.channels / WORD);
  const map = widenedSizes(w);
  const pixelBytes = words * 16;
  const taps = Int32Array.from({ length: w.kernel[0] * w.kernel[1] }, (_, i) => {
    const row = Math.floor(i / w.kernel[1]) * w.dilations[0];
    return pixelBytes * (row * map.width + (i % w.kernel[1]) * w.dilations[1]);
  });
  const planes = planFields(plan, 'ternaryPlanes', PlanesField, {
    input: addressOf(plan, input),
    height: w.input.height,
    width: w.input.width,
    channels: w.input.channels,
    words,
    padTop: w.pads[0],
    padLeft: w.pads[1],
    mapWidth: map.width,
    mapPixels: map.width * map.height,
    map: plan.map,
  });
  const isBinary = weights.every((value) => value !== 0);
  const address = memory.reserve(TernaryField.bytes);
  writeFields(memory, address, TernaryField, {
    map: plan.map,
    weights: memory.place(packTernary(weights, w.output.channels, taps.length, w.input.channels, isBinary)),
    taps: memory.place(taps),
    tapCount: taps.length,
    words,
    binary: isBinary ? 1 : 0,
    columnStep: pixelBytes * w.strides[1],
    rowStep: pixelBytes * map.width * w.strides[0],
    outHeight: w.output.height,
    outWidth: w.output.width,
    outChannels: w.output.channels,
  });
  const output = bufferOf(plan, call.output);
  const constants = {
    bias: constantOf(plan, call.bias),
    multiplier: constantOf(plan, call.rescale.multiplier),
    shift: constantOf(plan, call.rescale.shift),
    rounding: call.rescale.rounding,
  };
  const rescale = placeRescale(memory, constants, 1, w.output.channels);
  writeOutput(memory, address, { buffer: output, address: addressOf(plan, output) }, call.clamp, rescale);
  const kernel = memory.kernel('ternaryConv');
  return () => {
    planes();
    kernel(address);
  };
}

/** Weights as they are multiplied, if all are −1, 0 or 1. */
function ternaryWeights(weights: ProgramConstant, zeroPoint: ProgramConstant | undefined): Int8Array | undefined {
  const perChannel = weights.data.length / (weights.shape[0] as number);
  const values = new Int8Array(weights.data.length);
  for (let i = 0; i < values.length; i++) {
    const value = difference(weights, zeroPoint, Math.floor(i / perChannel), i);
    if (value < -1 || value > 1) return undefined;
    values[i] = value;
  }
  return values;
}

/** Bit planes as TernaryField says; `values` are [O, taps, channels]. */
function packTernary(
  values: Int8Array,
  outChannels: number,
  taps: number,
  channels: number,
  isBinary: boolean,
): Uint8Array {
  const words = Math.ceil(channels / WORD);
  // Bytes of one plane of 8 output channels, and of all planes of one step.
  const plane = 64;
  const step = isBinary ? plane : 2 * plane;
  const out = new Uint8Array(Math.ceil(outChannels / 8) * taps * words * step);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value === 0) continue;
    const channel = i % channels;
    const tap = Math.floor(i / channels) % taps;
    const o = Math.floor(i / (channels * taps));
    const at =
      (((o >> 3) * taps + tap) * words + Math.floor(channel / WORD)) * step + (o & 7) * 8 + ((channel % WORD) >> 3);
    const bit = 1 << (channel & 7);
    if (!isBinary) out[at] = (out[at] as number) | bit;
    const sign = at + (isBinary ? 0 : plane);
    if (value < 0) out[sign] = (out[sign] as number) | bit;
  }
  return out;
}
