// exp and log in double precision, from + − × ÷ alone and without tables (those would lie where the host's memory begins).
// Errors are below 4·10⁻¹⁶ relative to 1. `src/train/exact-math.ts` says the same in TypeScript.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2_E: f64 = 1.4426950408889634;

/** e^x for x ≤ 700 and what is not a number. */
export function exp64(x: f64): f64 {
  if (!(x >= -700)) return x == x ? 0 : x;
  const k = nearest<f64>(x * LOG2_E);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor to degree 13: |r| ≤ 0.35, so the rest is below 10⁻¹⁷.
  let sum: f64 = 1;
  for (let n: f64 = 13; n >= 1; n--) sum = 1 + (r * sum) / n;
  return sum * reinterpret<f64>((<i64>k + 1023) << 52);
}

/** Natural logarithm of a finite x ≥ 1. */
export function log64(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = (bits >> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2·artanh((m − 1)/(m + 1)); the argument is at most 0.172, so degree 21 leaves 10⁻¹⁸.
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum: f64 = 0;
  for (let n: f64 = 21; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * t * sum + <f64>exponent * LN2_HIGH + <f64>exponent * LN2_LOW;
}
