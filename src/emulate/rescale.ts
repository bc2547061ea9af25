import type { ProgramMemory } from '../compute/index.ts';
import type { Rescale } from '../ir/index.ts';

const TWO_15 = 2 ** 15;
const TWO_16 = 2 ** 16;
const TWO_24 = 2 ** 24;
const TWO_52 = 2 ** 52;
/** 2^0 … 2^62: looked up, because a power costs more than the rest of a rescaling. */
const POWERS = Float64Array.from({ length: 63 }, (_, exponent) => 2 ** exponent);

/**
 * floor((acc · multiplier + half) / 2^shift), exactly, without 64-bit integers; half = 2^(shift−1) if `rounding` and
 * shift > 0, else 0.
 *
 * Domain: multiplier 0 … 2^31 − 1 and |acc| ≤ 2^32, or multiplier < 2^15 and |acc| ≤ 2^47; shift 0 … 62. Results beyond
 * ±2^53 keep their order only, which is enough for the clamp that follows.
 *
 * Small products are exact in a double. Larger ones are formed as H · 2^16 + L with 0 ≤ L < 2^16 from two partial
 * products that are exact each (methods 0.5).
 */
export function rescale(acc: number, multiplier: number, shift: number, rounding: boolean): number {
  const half = rounding && shift > 0 ? (POWERS[shift - 1] as number) : 0;
  const product = acc * multiplier;
  if (product < TWO_52 && product > -TWO_52 && half <= TWO_52)
    return Math.floor((product + half) / (POWERS[shift] as number));
  let high: number;
  let low: number;
  if (multiplier < TWO_15) {
    const accHigh = Math.floor(acc / TWO_24);
    const lower = (acc - accHigh * TWO_24) * multiplier;
    const carry = Math.floor(lower / TWO_16);
    low = lower - carry * TWO_16;
    high = accHigh * multiplier * 256 + carry;
  } else {
    const multiplierHigh = Math.floor(multiplier / TWO_16);
    const lower = acc * (multiplier - multiplierHigh * TWO_16);
    const carry = Math.floor(lower / TWO_16);
    low = lower - carry * TWO_16;
    high = acc * multiplierHigh + carry;
  }
  if (shift > 16) return Math.floor((high + half / TWO_16) / 2 ** (shift - 16));
  return high * 2 ** (16 - shift) + Math.floor((low + half) / 2 ** shift);
}

/** `rescale` of one call, its constants fetched: (accumulator, output channel) → value before the zero point. */
export function rescaler(parameters: Rescale, memory: ProgramMemory): (acc: number, channel: number) => number {
  const multipliers = memory.constant(parameters.multiplier);
  const shifts = memory.constant(parameters.shift);
  const { rounding } = parameters;
  const perMultiplier = multipliers.length > 1 ? 1 : 0;
  const perShift = shifts.length > 1 ? 1 : 0;
  return (acc, channel) =>
    rescale(acc, multipliers[channel * perMultiplier] as number, shifts[channel * perShift] as number, rounding);
}
