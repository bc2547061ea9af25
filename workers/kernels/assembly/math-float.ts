// Functions of four float32 values at once, from + − × ÷ √ alone: the same bits on every machine. Relative errors are at most
// 2.4e-7 (two units in the last place) unless said; `math-float.test.ts` measures them.
// Sources: exp and log after Moshier's Cephes (expf.c, logf.c); erf after Juffa, "Accurate error function", 2016.

const LOG2_E: f32 = 1.44269504088896341;
// ln 2 in two parts; the first has few enough bits that its product with an exponent is exact.
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** 2^n for whole n in −126 … 127. */
@inline
function power2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^r − 1 for |r| ≤ ln 2 / 2. */
@inline
function expm1Near0(r: v128): v128 {
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.3981999507e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(8.3334519073e-3));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(4.1665795894e-2));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(1.6666665459e-1));
  y = f32x4.add(f32x4.mul(y, r), f32x4.splat(5.0000001201e-1));
  return f32x4.add(f32x4.mul(f32x4.mul(y, r), r), r);
}

/** Infinite from 88.73 on; small results down to the smallest subnormal number, 0 below. */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-104)), f32x4.splat(89));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  const y = f32x4.add(expm1Near0(r), f32x4.splat(1));
  // In two factors, since 2^n alone may be no normal number.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  return f32x4.mul(f32x4.mul(y, power2(half)), power2(i32x4.sub(whole, half)));
}

/** e^x − 1 for x ≤ 0. */
@inline
export function expm1OfNegative4(x: v128): v128 {
  x = f32x4.max(x, f32x4.splat(-60));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  const scale = power2(i32x4.trunc_sat_f32x4_s(n));
  return f32x4.add(f32x4.mul(expm1Near0(r), scale), f32x4.sub(scale, f32x4.splat(1)));
}

/** −∞ at 0, NaN below. */
@inline
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(scaled, 23), i32x4.splat(126)));
  e = f32x4.sub(e, v128.and(subnormal, f32x4.splat(23)));
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const small = f32x4.lt(m, f32x4.splat(0.707106781186547524));
  e = f32x4.sub(e, v128.and(small, f32x4.splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(small, m)), f32x4.splat(1));
  const z = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.1514610310e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.1676998740e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), z);
  y = f32x4.add(y, f32x4.mul(e, f32x4.splat(LN2_LOW)));
  y = f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), z));
  y = f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(LN2_HIGH)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  y = v128.bitselect(f32x4.splat(NaN), y, f32x4.lt(x, f32x4.splat(0)));
  // Infinity and NaN are their own logarithms.
  return v128.bitselect(y, x, f32x4.lt(x, f32x4.splat(Infinity)));
}

/** log(1 + u) for u in 0 … 1. */
@inline
export function log1pOfFraction4(u: v128): v128 {
  const z = f32x4.add(u, f32x4.splat(1));
  // What rounding 1 + u took away comes back to first order.
  const lost = f32x4.sub(u, f32x4.sub(z, f32x4.splat(1)));
  return f32x4.add(log4(z), f32x4.div(lost, z));
}

@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

@inline
export function tanh4(x: v128): v128 {
  const t = expm1OfNegative4(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
  const size = f32x4.div(f32x4.neg(t), f32x4.add(t, f32x4.splat(2)));
  return withSignOf(size, x);
}

@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1pOfFraction4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** `size` ≥ 0 with the sign of `x`. */
@inline
export function withSignOf(size: v128, x: v128): v128 {
  return v128.or(size, v128.and(x, i32x4.splat(0x80000000)));
}

/** From here on erf is 1 − exp of a polynomial. */
const ERF_TAIL: f32 = 0.927734375;

/** 1 − erf(t) for t ≥ ERF_TAIL; 0 from 10 on. */
@inline
function erfcTail(t: v128): v128 {
  t = f32x4.min(t, f32x4.splat(10.5));
  const s = f32x4.mul(t, t);
  let r = f32x4.add(f32x4.mul(f32x4.splat(-1.72853470e-5), t), f32x4.splat(3.83197126e-4));
  const u = f32x4.add(f32x4.mul(f32x4.splat(-3.88396438e-3), t), f32x4.splat(2.42546219e-2));
  r = f32x4.add(f32x4.mul(r, s), u);
  r = f32x4.add(f32x4.mul(r, t), f32x4.splat(-1.06777877e-1));
  r = f32x4.add(f32x4.mul(r, t), f32x4.splat(-6.34846687e-1));
  r = f32x4.add(f32x4.mul(r, t), f32x4.splat(-1.28717512e-1));
  return exp4(f32x4.sub(f32x4.mul(r, t), t));
}

/** erf(x) for |x| ≤ ERF_TAIL. */
@inline
function erfNear0(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let r = f32x4.splat(-5.96761703e-4);
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(4.99119423e-3));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-2.67681349e-2));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(1.12819925e-1));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-3.76125336e-1));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(1.28379166e-1));
  return f32x4.add(f32x4.mul(r, x), x);
}

@inline
export function erf4(x: v128): v128 {
  const t = f32x4.abs(x);
  const tail = withSignOf(f32x4.sub(f32x4.splat(1), erfcTail(t)), x);
  return v128.bitselect(tail, erfNear0(x), f32x4.gt(t, f32x4.splat(ERF_TAIL)));
}

/** 0.5 · x · (1 + erf(x / √2)): the standard normal distribution up to x, times x; absolute error ≤ 3e-7 · |x|. */
@inline
export function gelu4(x: v128): v128 {
  const z = f32x4.mul(x, f32x4.splat(0.70710678118654752));
  const t = f32x4.abs(z);
  const tail = erfcTail(t);
  const far = v128.bitselect(tail, f32x4.sub(f32x4.splat(2), tail), f32x4.lt(z, f32x4.splat(0)));
  const twice = v128.bitselect(far, f32x4.add(f32x4.splat(1), erfNear0(z)), f32x4.gt(t, f32x4.splat(ERF_TAIL)));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), twice);
}

/** The first `count` (1 … 3) of four values, at `at`. */
@inline
export function storeFirst(at: usize, v: v128, count: i32): void {
  if (count & 2) {
    v128.store64_lane(at, v, 0);
    if (count & 1) v128.store32_lane(at, v, 2, 8);
  } else {
    v128.store32_lane(at, v, 0);
  }
}

/** All bits set in the first `count` (0 … 4) lanes. */
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}
