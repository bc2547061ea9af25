import { roundAway } from '../base/index.ts';
import type { RescaleMode } from '../ir/index.ts';
import { multiplierTooLarge } from './errors.ts';

/** Integers that stand for real factors M[c]: (acc · multiplier[c] + half) >> shift[c]. */
export interface RescaleParameters {
  readonly multiplier: readonly number[];
  readonly shift: readonly number[];
  /** Whether half is added before shifting. */
  readonly rounding: boolean;
  /**
   * Shift modes apply a slightly larger factor than M; the layer's float weights and bias of channel c are to be multiplied
   * by this before they are rounded. Absent: 1 throughout.
   */
  readonly weightFactor?: readonly number[];
  /** What was used: shift modes fall back to 'fixed16' where a factor is above 1, 'fixed16' to 'fixed32' where one is too large. */
  readonly mode: RescaleMode;
}

const LIMIT: Readonly<Record<'fixed16' | 'fixed32', number>> = { fixed16: 32767, fixed32: 2 ** 31 - 1 };
const MAX_FIXED_SHIFT = 50;
/** Beyond this many places a shift leaves nothing of a 32-bit accumulator. */
const MAX_SHIFT = 46;

/**
 * Replaces real factors, one per output channel, by integers (methods A.6). Factors must be positive and finite.
 * 'fixed16' and 'fixed32' share one shift over the channels; the shift modes have one per channel.
 * Throws `lower/rescale-range` where a factor is beyond 2^31.
 */
export function rescaleParameters(
  factors: readonly number[],
  mode: RescaleMode,
  shiftRounding: 'none' | 'half' = 'half',
): RescaleParameters {
  const largest = factors.reduce((a, b) => Math.max(a, b), 0);
  switch (mode) {
    case 'fixed16':
      return largest >= LIMIT.fixed16 ? fixedPoint(factors, largest, 'fixed32') : fixedPoint(factors, largest, mode);
    case 'fixed32':
      return fixedPoint(factors, largest, mode);
    case 'single-shift':
    case 'double-shift':
      return largest > 1 ? rescaleParameters(factors, 'fixed16') : shifts(factors, mode, shiftRounding);
  }
}

function fixedPoint(factors: readonly number[], largest: number, mode: 'fixed16' | 'fixed32'): RescaleParameters {
  const limit = LIMIT[mode];
  if (!(largest < limit)) throw multiplierTooLarge(largest);
  const shift = Math.min(Math.floor(Math.log2(limit / largest)), MAX_FIXED_SHIFT);
  // roundAway can reach the limit plus one when M · 2^p lies within half of it.
  const multiplier = factors.map((m) => Math.min(limit, roundAway(m * 2 ** shift)));
  return { multiplier, shift: [shift], rounding: true, mode };
}

function shifts(
  factors: readonly number[],
  mode: 'single-shift' | 'double-shift',
  shiftRounding: 'none' | 'half',
): RescaleParameters {
  const terms = factors.map((m) => powersOfTwo(m, mode === 'single-shift' ? 1 : 2));
  return {
    multiplier: terms.map(({ exponents: [e0 = 0, e1 = e0] }) => (mode === 'single-shift' ? 1 : 1 + 2 ** (e1 - e0))),
    shift: terms.map(({ exponents }) => exponents.at(-1) as number),
    rounding: mode === 'double-shift' || shiftRounding === 'half',
    weightFactor: terms.map((t) => t.weightFactor),
    mode,
  };
}

/**
 * `terms` powers of two whose sum Σ 2^−e is at least M, by the rule of methods A.6, and the factor that undoes the overshoot.
 */
export function powersOfTwo(
  factor: number,
  terms: 1 | 2,
): { readonly exponents: readonly number[]; readonly weightFactor: number } {
  const exponents: number[] = [];
  let cover = 0;
  for (let i = 0; i < terms; i++) {
    if (cover >= 1) {
      // Exactly covered: the last power is written as two halves of itself.
      exponents[i - 1] = (exponents[i - 1] as number) + 1;
      exponents.push(exponents[i - 1] as number);
      continue;
    }
    const exponent = Math.min(MAX_SHIFT, Math.max(0, Math.ceil(Math.log2(1 / (factor * (1 - cover))))));
    exponents.push(exponent);
    cover += 2 ** -exponent / factor;
  }
  if (cover >= 0.98 && cover <= 1) return { exponents, weightFactor: 1 };
  if (cover < 1) {
    const last = exponents.length - 1;
    cover += 2 ** -(exponents[last] as number) / factor;
    exponents[last] = (exponents[last] as number) - 1;
  }
  return { exponents, weightFactor: 1 / cover };
}
