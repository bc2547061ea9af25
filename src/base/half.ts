/** Half-precision formats as 16-bit patterns. */

/** IEEE 754 binary16 pattern to number. */
export function float16ToNumber(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >>> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Number to the nearest IEEE 754 binary16 pattern, ties to even. */
export function numberToFloat16(value: number): number {
  scratch[0] = value;
  const word = scratchBits[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal or zero: round the value in units of 2^-24.
    const units = Math.abs(value) * 2 ** 24;
    const down = Math.floor(units);
    const rest = units - down;
    return sign | (rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** bfloat16 pattern to number: the upper half of a float32. */
export function bfloat16ToNumber(pattern: number): number {
  scratchBits[0] = pattern << 16;
  return scratch[0] as number;
}

/** Number to the nearest bfloat16 pattern, ties to even. */
export function numberToBfloat16(value: number): number {
  scratch[0] = value;
  const word = scratchBits[0] as number;
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}
