/**
 * Functions of + − × ÷ alone, which IEEE 754 fixes to the bit: `Math.exp`, `Math.log` and `Math.cos` differ between browsers in the last
 * place, and a rate or a score that differs there makes another run. Errors are below 4·10⁻¹⁶ relative to 1.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;

/** e^x. 0 below −745, infinite above 709.78. */
export function exactExp(x: number): number {
  if (x > 709.78 || Number.isNaN(x)) return x > 0 ? Number.POSITIVE_INFINITY : x;
  if (x < -745) return 0;
  const k = Math.floor(x * LOG2_E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Taylor to degree 13: |r| ≤ 0.35, so the rest is below 10⁻¹⁷.
  let sum = 1;
  for (let n = 13; n >= 1; n--) sum = 1 + (r * sum) / n;
  return timesPowerOfTwo(sum, k);
}

/** Natural logarithm; −∞ at 0, NaN below. */
export function exactLog(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  let mantissa = x;
  let exponent = 0;
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  // ln m = 2·artanh((m − 1)/(m + 1)); the argument is at most 0.172, so degree 21 leaves 10⁻¹⁸.
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * t * sum + exponent * LN2_HIGH + exponent * LN2_LOW;
}

/** cos(π·x) for x in [0, 1]. */
export function exactCosineOfPi(x: number): number {
  // cos(πx) = sin(π(½ − x)): odd around the middle, so that the ends are exactly opposite.
  const angle = Math.PI * (0.5 - x);
  const square = angle * angle;
  let sum = 1;
  for (let n = 20; n >= 2; n -= 2) sum = 1 - (square * sum) / (n * (n + 1));
  return angle * sum;
}

/** base^exponent by repeated products; `exponent` whole and ≥ 0. */
export function exactPower(base: number, exponent: number): number {
  let result = 1;
  let factor = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
}

/** In two factors, for the second half alone may be out of the range of numbers. */
function timesPowerOfTwo(value: number, exponent: number): number {
  const base = exponent < 0 ? 0.5 : 2;
  const half = Math.floor(Math.abs(exponent) / 2);
  return value * exactPower(base, half) * exactPower(base, Math.abs(exponent) - half);
}
