/**
 * One whole number below 2^53 from two, as a hash does it: order counts, and different pairs give different numbers but
 * for one case in about 10^15. Texts would be exact, and take three times as long for 20,000 layers.
 */
export function mix(a: number, b: number): number {
  const [aLow, aHigh] = [a >>> 0, Math.floor(a / 4294967296)];
  const [bLow, bHigh] = [b >>> 0, Math.floor(b / 4294967296)];
  let low = Math.imul(aLow ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(bLow ^ (bHigh << 7), 0xc2b2ae35);
  let high = Math.imul(aHigh ^ bLow ^ 0x27d4eb2f, 0x165667b1) + Math.imul(bHigh ^ aLow, 0x9e3779b1);
  low ^= low >>> 15;
  high ^= high >>> 13;
  low = Math.imul(low ^ high, 0x2c1b3c6d);
  low ^= low >>> 12;
  high = Math.imul(high ^ low, 0x297a2d39);
  high ^= high >>> 15;
  return (high & 0x1fffff) * 4294967296 + (low >>> 0);
}

/** The same for a list, whose order counts. */
export function mixAll(start: number, numbers: readonly number[]): number {
  let mixed = start;
  for (const number of numbers) mixed = mix(mixed, number);
  return mix(mixed, numbers.length);
}

/** The same for a list, whose order does not count. */
export const mixUnordered = (start: number, numbers: readonly number[]): number =>
  mixAll(start, numbers.length > 1 ? [...numbers].sort((x, y) => x - y) : numbers);
