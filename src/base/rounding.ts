/** The four roundings of methods 0.4. Choose one by name; never `Math.round` out of habit. */

/** Half away from zero, as C `round`: −2.5 → −3, 2.5 → 3. PTQ weights and biases. */
export const roundAway = (x: number): number => (x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5));

/** Half to even, as C `rint`: −2.5 → −2, 2.5 → 2, 3.5 → 4. */
export function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** floor(x + 0.5): −2.5 → −2, 2.5 → 3. What "+half, then shift" does to integers. */
export const roundUp = (x: number): number => Math.floor(x + 0.5);

/** Arithmetic shift right without half, for values beyond 32 bits: floor(x / 2^shift). */
export const floorShift = (x: number, shift: number): number => Math.floor(x / 2 ** shift);

export const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
