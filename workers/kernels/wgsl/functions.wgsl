// Functions of one element and their derivatives. FUNCTION is a number of `FUNCTIONS` in backends/webgpu/plan/function.ts.

fn tanhOf(x: f32) -> f32 { return tanh(clamp(x, -20.0, 20.0)); }
fn logistic(x: f32) -> f32 { return 1.0 / (1.0 + exp(-clamp(x, -87.0, 87.0))); }
/** exp(x) − 1 for x ≤ 0, also where exp(x) rounds to 1. */
fn expMinusOne(x: f32) -> f32 {
  if (x > -0.03125) { return x * (1.0 + x * (0.5 + x * (0.16666667 + x * 0.041666668))); }
  return exp(x) - 1.0;
}
/** log(1 + e) for 0 ≤ e ≤ 1, also where 1 + e rounds to 1. */
fn logOnePlus(e: f32) -> f32 {
  if (e < 0.03125) { return e * (1.0 - e * (0.5 - e * (0.33333334 - e * 0.25))); }
  return log(1.0 + e);
}
fn softplusOf(x: f32) -> f32 { return max(x, 0.0) + logOnePlus(exp(-abs(x))); }
/** A rational of x² as Eigen has it, within 1e-7. */
fn erfOf(x: f32) -> f32 {
  let t = clamp(x, -4.0, 4.0);
  let s = t * t;
  let p = t * ((((((-2.72614225801306e-10 * s + 2.77068142495902e-08) * s - 2.10102402082508e-06) * s
    - 5.69250639462346e-05) * s - 7.34990630326855e-04) * s - 2.95459980854025e-03) * s - 1.60960333262415e-02);
  let q = (((-1.45660718464996e-05 * s - 2.13374055278905e-04) * s - 1.68282697438203e-03) * s
    - 7.37332916720468e-03) * s - 1.42647390514189e-02;
  return p / q;
}
/** WGSL's own may err by 2⁻¹¹. Quarter turns are taken off in two parts, the rest is a polynomial (W. J. Cody, W. Waite, 1980). */
fn sineFrom(x: f32, quarters: i32) -> f32 {
  let turns = round(x * 0.63661977);
  let r = (x - turns * 1.5703125) - turns * 0.00048382679;
  let s = r * r;
  let sine = r * (1.0 + s * (-0.16666667 + s * (0.0083333310 + s * (-0.00019840874 + s * 2.7525562e-6))));
  let cosine = 1.0 + s * (-0.5 + s * (0.041666668 + s * (-0.0013888889 + s * 2.4801587e-5)));
  let quarter = (i32(turns) + quarters) & 3;
  let value = select(sine, cosine, (quarter & 1) == 1);
  return select(value, -value, quarter >= 2);
}
fn bell(x: f32) -> f32 { return 0.3989422804 * exp(-0.5 * x * x); }
fn geluInner(x: f32) -> f32 { return 0.7978845608 * (x + 0.044715 * x * x * x); }

fn valueOf(x: f32, alpha: f32, beta: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return select(x, 0.0, x < 0.0); }
    case 1u: { return select(x, alpha * x, x < 0.0); }
    case 2u: { return logistic(x); }
    case 3u: { return tanhOf(x); }
    case 4u: { if (x < 0.0) { return alpha * expMinusOne(x); } return x; }
    case 5u: { return limited(x, alpha, beta); }
    case 6u: { return limited(alpha * x + beta, 0.0, 1.0); }
    case 7u: { return x * limited(x / 6.0 + 0.5, 0.0, 1.0); }
    case 8u: { return 0.5 * x * (1.0 + erfOf(x * 0.70710678)); }
    case 9u: { return softplusOf(x); }
    case 10u: { return exp(x); }
    case 11u: { return log(x); }
    case 12u: { return sqrt(x); }
    case 13u: { return 1.0 / x; }
    case 14u: { return abs(x); }
    case 15u: { return -x; }
    case 16u: { return sign(x); }
    case 17u: { return floor(x); }
    case 18u: { return ceil(x); }
    case 19u: { return round(x); }
    case 20u: { return erfOf(x); }
    case 21u: { return x / (1.0 + abs(x)); }
    case 22u: { return x * tanhOf(softplusOf(x)); }
    case 23u: { if (x < 0.0) { return beta * alpha * expMinusOne(x); } return beta * x; }
    case 24u: { if (x < 0.0) { return alpha * expMinusOne(x / alpha); } return x; }
    case 25u: { return select(0.0, x, x > alpha); }
    case 26u: { return sineFrom(x, 0); }
    case 27u: { return sineFrom(x, 1); }
    case 28u: { return x * logistic(alpha * x); }
    case 29u: { return 0.5 * x * (1.0 + tanhOf(geluInner(x))); }
    case 30u: { return 1.0 - x; }
    default: { return x; }
  }
}

/** df/dx at x, where y = f(x). */
fn slopeOf(x: f32, y: f32, alpha: f32, beta: f32) -> f32 {
  switch FUNCTION {
    case 0u: { return select(0.0, 1.0, y > 0.0); }
    case 1u: { return select(1.0, alpha, x < 0.0); }
    case 2u: { return y * (1.0 - y); }
    case 3u: { return 1.0 - y * y; }
    case 4u: { if (x < 0.0) { return alpha * exp(x); } return 1.0; }
    case 5u: { return select(0.0, 1.0, x >= alpha && x <= beta); }
    case 6u: { let t = alpha * x + beta; return select(0.0, alpha, t > 0.0 && t < 1.0); }
    case 7u: { if (x <= -3.0) { return 0.0; } if (x >= 3.0) { return 1.0; } return x / 3.0 + 0.5; }
    case 8u: { return 0.5 * (1.0 + erfOf(x * 0.70710678)) + x * bell(x); }
    case 9u: { return logistic(x); }
    case 10u: { return y; }
    case 11u: { return 1.0 / x; }
    case 12u: { return 0.5 / y; }
    case 13u: { return -y * y; }
    case 14u: { return sign(x); }
    case 15u: { return -1.0; }
    case 20u: { return 1.1283791671 * exp(-x * x); }
    case 21u: { let d = 1.0 + abs(x); return 1.0 / (d * d); }
    case 22u: { let t = tanhOf(softplusOf(x)); return t + x * (1.0 - t * t) * logistic(x); }
    case 23u: { if (x < 0.0) { return beta * alpha * exp(x); } return beta; }
    case 24u: { if (x < 0.0) { return exp(x / alpha); } return 1.0; }
    case 25u: { return select(0.0, 1.0, x > alpha); }
    case 26u: { return sineFrom(x, 1); }
    case 27u: { return -sineFrom(x, 0); }
    case 28u: { let s = logistic(alpha * x); return s + alpha * x * s * (1.0 - s); }
    case 29u: {
      let t = tanhOf(geluInner(x));
      return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * x * x);
    }
    default: { return 1.0; }
  }
}
