const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/**
 * The error function to about 1e-15: its Taylor series near 0, the continued fraction of erfc beyond 2.5.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.5 and 7.1.14.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  return Math.sign(x) * (size < 2.5 ? series(size) : 1 - complement(size));
}

function series(x: number): number {
  let power = x;
  let sum = x;
  for (let n = 1; Math.abs(power) > 1e-17 * sum; n++) {
    power *= -(x * x) / n;
    sum += power / (2 * n + 1);
  }
  return TWO_OVER_ROOT_PI * sum;
}

function complement(x: number): number {
  let tail = x;
  for (let k = 60; k >= 1; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
