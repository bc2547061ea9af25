import type { CodeClamp, ProgramBuffer, ProgramConstant } from '../../src/ir/index.ts';
import { RescaleBlock, WriteField } from '../kernels/assembly/memory.ts';
import { type KernelMemory, writeFields } from './kernel-memory.ts';

/** Multiplier and shift of one output channel. */
interface Factor {
  readonly multiplier: number;
  readonly shift: number;
  readonly half: bigint;
}

/** Constants of a rescale, by output channel; one entry serves all channels. */
export interface RescaleConstants {
  readonly bias?: ProgramConstant;
  readonly multiplier: ProgramConstant;
  readonly shift: ProgramConstant;
  readonly rounding: boolean;
}

/** How a factor is held: normalized for the vector form, or as the program has it, for sums of 64 bits. */
export type FactorForm = 'normalized' | 'as given';

/** Shifts for which the vector form works (see `assembly/rescale.ts`). */
const LOWEST_VECTOR_SHIFT = 34;
const HIGHEST_SHIFT = 62;

/** The same factor with the largest multiplier that fits 31 bits: exactly equal, because half grows with it. */
function factorOf(multiplier: number, shift: number, rounding: boolean, form: FactorForm): Factor {
  const half = rounding && shift > 0 ? 1n << BigInt(shift - 1) : 0n;
  if (form === 'as given') return { multiplier, shift, half };
  const room = Math.min(multiplier > 0 ? Math.clz32(multiplier) - 1 : HIGHEST_SHIFT, HIGHEST_SHIFT - shift);
  return { multiplier: multiplier * 2 ** room, shift: shift + room, half: half << BigInt(room) };
}

const entry = (constant: ProgramConstant, channel: number): number =>
  constant.data[constant.data.length === 1 ? 0 : channel] as number;

/**
 * Rescale blocks of 8 channels each, for `groups` groups of `groupChannels` channels, each group padded to whole blocks.
 * Also says whether any shift needs the scalar form.
 */
export function placeRescale(
  memory: KernelMemory,
  rescale: RescaleConstants,
  groups: number,
  groupChannels: number,
  form: FactorForm = 'normalized',
): { readonly address: number; readonly exact: boolean } {
  const blocksPerGroup = Math.ceil(groupChannels / 8);
  const bytes = new Uint8Array(groups * blocksPerGroup * RescaleBlock.bytes);
  const view = new DataView(bytes.buffer);
  let exact = false;
  for (let channel = 0; channel < groups * groupChannels; channel++) {
    const inGroup = channel % groupChannels;
    const block = (Math.floor(channel / groupChannels) * blocksPerGroup + (inGroup >> 3)) * RescaleBlock.bytes;
    const lane = inGroup & 7;
    const factor = factorOf(entry(rescale.multiplier, channel), entry(rescale.shift, channel), rescale.rounding, form);
    exact ||= factor.shift < LOWEST_VECTOR_SHIFT;
    view.setInt32(block + RescaleBlock.bias + 4 * lane, rescale.bias ? entry(rescale.bias, channel) : 0, true);
    view.setInt32(block + RescaleBlock.multiplier + 4 * lane, factor.multiplier, true);
    view.setBigInt64(block + RescaleBlock.half + 8 * lane, factor.half, true);
    view.setInt32(block + RescaleBlock.second + 4 * lane, 2 ** (64 - Math.max(factor.shift, 34)), true);
    view.setInt32(block + RescaleBlock.shift + 4 * lane, factor.shift, true);
  }
  return { address: memory.place(bytes), exact };
}

/** Fills the WriteField block at `address`. */
export function writeOutput(
  memory: KernelMemory,
  address: number,
  output: { readonly buffer: ProgramBuffer; readonly address: number },
  clamp: CodeClamp,
  rescale: { readonly address: number; readonly exact: boolean },
): void {
  writeFields(memory, address, WriteField, {
    output: output.address,
    unsigned: output.buffer.type === 'uint8' ? 1 : 0,
    zeroPoint: output.buffer.zeroPoint,
    low: clamp.low,
    high: clamp.high,
    channels: rescale.address,
    exact: rescale.exact ? 1 : 0,
  });
}

/** Values of `bits` each, value + 2^(bits − 1), without gaps: 8 values are `bits` whole bytes. Their number is a multiple of 8. */
export function packValues(values: Int16Array, bits: number): Uint8Array {
  const out = new Uint8Array((values.length / 8) * bits);
  const zero = 2 ** (bits - 1);
  for (let i = 0; i < values.length; i++) {
    const code = (values[i] as number) + zero;
    const at = i * bits;
    // At most two bytes hold the value: it has 7 bits or fewer.
    const word = code << (at & 7);
    out[at >> 3] = (out[at >> 3] as number) | (word & 255);
    if (word > 255) out[(at >> 3) + 1] = (out[(at >> 3) + 1] as number) | (word >> 8);
  }
  return out;
}

/** Weights as they are multiplied: code − zero point of its output channel. */
export const difference = (
  weights: ProgramConstant,
  zeroPoint: ProgramConstant | undefined,
  channel: number,
  at: number,
) => (weights.data[at] as number) - (zeroPoint ? entry(zeroPoint, channel) : 0);

/**
 * Weight panels of conv2d and dense: per group, per 8 output channels, per run, per pair of inputs: 8 × 2 int16.
 * `weights` are [O, runs, runLength]; an odd run is filled up with zeros, as are missing channels.
 */
export function packPanels(
  weights: ProgramConstant,
  zeroPoint: ProgramConstant | undefined,
  shape: { readonly groups: number; readonly groupChannels: number; readonly runs: number; readonly runLength: number },
): Int16Array {
  const { groups, groupChannels, runs, runLength } = shape;
  const pairs = Math.ceil(runLength / 2);
  const panels = Math.ceil(groupChannels / 8);
  const out = new Int16Array(groups * panels * runs * pairs * 16);
  for (let group = 0; group < groups; group++) {
    for (let o = 0; o < groupChannels; o++) {
      const channel = group * groupChannels + o;
      const panel = (group * panels + (o >> 3)) * runs * pairs * 16 + (o & 7) * 2;
      for (let run = 0; run < runs; run++) {
        for (let i = 0; i < runLength; i++) {
          const from = (channel * runs + run) * runLength + i;
          out[panel + (run * pairs + (i >> 1)) * 16 + (i & 1)] = difference(weights, zeroPoint, channel, from);
        }
      }
    }
  }
  return out;
}

/** Weights of a depthwise conv2d, [C, taps]: per 8 channels, per pair of taps: 8 × 2 int16; an odd last tap is paired with zeros. */
export function packDepthwise(
  weights: ProgramConstant,
  zeroPoint: ProgramConstant | undefined,
  channels: number,
  taps: number,
): Int16Array {
  const pairs = Math.ceil(taps / 2);
  const out = new Int16Array(Math.ceil(channels / 8) * pairs * 16);
  for (let channel = 0; channel < channels; channel++) {
    for (let tap = 0; tap < taps; tap++) {
      const at = ((channel >> 3) * pairs + (tap >> 1)) * 16 + (channel & 7) * 2 + (tap & 1);
      out[at] = difference(weights, zeroPoint, channel, channel * taps + tap);
    }
  }
  return out;
}
