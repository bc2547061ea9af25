import { clamp, roundAway } from '../base/index.ts';

/** Scale and zero point of unsigned codes 0 … 2^bits − 1 over [low, high], low ≤ 0 ≤ high: 0 is a code exactly. */
export function affineGrid(
  bits: number,
  low: number,
  high: number,
): { readonly scale: number; readonly zeroPoint: number } {
  const codes = 2 ** bits - 1;
  const scale = (high - low) / codes;
  return { scale, zeroPoint: clamp(roundAway(-low / scale), 0, codes) };
}
