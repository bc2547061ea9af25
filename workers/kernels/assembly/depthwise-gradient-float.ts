// Gradient of the weights of a depthwise convolution in float32: plane by plane, four pixels at a time.
import { intoMap } from './conv-weight-gradient-float';
import { firstLanes } from './math-float';
import { DepthwiseGradientField } from './memory';
import { lanesSum } from './reduce-float';

/** dW[c, tap] = Σ over samples and pixels of dY[c, p] · X[c, p + tap]; four lanes per tap are summed up at the end. */
export function depthwiseWeightGradientFloat(call: usize): void {
  const batch = load<i32>(call, DepthwiseGradientField.batch);
  const channels = load<i32>(call, DepthwiseGradientField.channels);
  const multiplier = load<i32>(call, DepthwiseGradientField.multiplier);
  const taps = load<i32>(call, DepthwiseGradientField.taps);
  const map = <usize>load<u32>(call, DepthwiseGradientField.map);
  const planes = <usize>load<u32>(call, DepthwiseGradientField.planes);
  const sums = <usize>load<u32>(call, DepthwiseGradientField.sums);
  const planeBytes = <usize>load<i32>(call, DepthwiseGradientField.planeBytes);
  const outBytes = <usize>(load<i32>(call, DepthwiseGradientField.outHeight) * load<i32>(call, DepthwiseGradientField.outWidth)) << 2;
  const input = <usize>load<u32>(call, DepthwiseGradientField.input);
  const gradient = <usize>load<u32>(call, DepthwiseGradientField.gradient);
  let output = <usize>load<u32>(call, DepthwiseGradientField.output);
  if (map) memory.fill(map, 0, <usize>load<i32>(call, DepthwiseGradientField.mapBytes));
  for (let c = 0; c < channels; c++) {
    memory.fill(sums, 0, <usize>(multiplier * taps) << 4);
    for (let n = 0; n < batch; n++) {
      const from = input + <usize>(n * channels + c) * planeBytes;
      if (map) intoMap(planes, from, map);
      for (let m = 0; m < multiplier; m++) {
        const dy = gradient + <usize>((n * channels + c) * multiplier + m) * outBytes;
        planeSums(call, map ? map : from, dy, sums + (<usize>(m * taps) << 4));
      }
    }
    for (let k = 0; k < multiplier * taps; k++) {
      store<f32>(output, <f32>lanesSum(v128.load(sums + (<usize>k << 4))));
      output += 4;
    }
  }
}

/** Adds the products of a plane, three taps at a time and one by one for the rest. */
function planeSums(call: usize, x: usize, dy: usize, sums: usize): void {
  const taps = load<i32>(call, DepthwiseGradientField.taps);
  const step = load<i32>(call, DepthwiseGradientField.columnStep);
  let offsets = <usize>load<u32>(call, DepthwiseGradientField.offsets);
  let k = 0;
  for (; k + 3 <= taps; k += 3) {
    const t0 = x + <usize>load<i32>(offsets);
    const t1 = x + <usize>load<i32>(offsets, 4);
    const t2 = x + <usize>load<i32>(offsets, 8);
    if (step == 4) tapSums(call, t0, t1, t2, dy, sums, 3, 4);
    else if (step == 8) tapSums(call, t0, t1, t2, dy, sums, 3, 8);
    else tapSums(call, t0, t1, t2, dy, sums, 3, 0);
    offsets += 12;
    sums += 48;
  }
  for (; k < taps; k++) {
    const t0 = x + <usize>load<i32>(offsets);
    if (step == 4) tapSums(call, t0, t0, t0, dy, sums, 1, 4);
    else if (step == 8) tapSums(call, t0, t0, t0, dy, sums, 1, 8);
    else tapSums(call, t0, t0, t0, dy, sums, 1, 0);
    offsets += 4;
    sums += 16;
  }
}

/** Four pixels' inputs; `step` 0: as far apart as `distance` says. */
@inline
function inputs(at: usize, step: i32, distance: usize): v128 {
  if (step == 4) return v128.load(at);
  if (step == 8) return v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
  return f32x4(load<f32>(at), load<f32>(at + distance), load<f32>(at + (distance << 1)), load<f32>(at + distance * 3));
}

@inline
function tapSums(call: usize, t0: usize, t1: usize, t2: usize, dy: usize, sums: usize, taps: i32, step: i32): void {
  const outHeight = load<i32>(call, DepthwiseGradientField.outHeight);
  const outWidth = load<i32>(call, DepthwiseGradientField.outWidth);
  const rowStep = <usize>load<i32>(call, DepthwiseGradientField.rowStep);
  const distance = <usize>load<i32>(call, DepthwiseGradientField.columnStep);
  const rest = firstLanes(outWidth & 3);
  const whole = <usize>(outWidth & ~3) * distance;
  let s0 = v128.load(sums);
  let s1 = taps > 1 ? v128.load(sums, 16) : s0;
  let s2 = taps > 1 ? v128.load(sums, 32) : s0;
  const next = distance << 2;
  for (let y = 0; y < outHeight; y++) {
    for (let x: usize = 0; x < whole; x += next) {
      const g = v128.load(dy);
      s0 = f32x4.add(s0, f32x4.mul(g, inputs(t0 + x, step, distance)));
      if (taps > 1) {
        s1 = f32x4.add(s1, f32x4.mul(g, inputs(t1 + x, step, distance)));
        s2 = f32x4.add(s2, f32x4.mul(g, inputs(t2 + x, step, distance)));
      }
      dy += 16;
    }
    if (outWidth & 3) {
      // What lies beyond the row may be anything: the products go, not the factors.
      const g = v128.load(dy);
      s0 = f32x4.add(s0, v128.and(rest, f32x4.mul(g, inputs(t0 + whole, step, distance))));
      if (taps > 1) {
        s1 = f32x4.add(s1, v128.and(rest, f32x4.mul(g, inputs(t1 + whole, step, distance))));
        s2 = f32x4.add(s2, v128.and(rest, f32x4.mul(g, inputs(t2 + whole, step, distance))));
      }
      dy += <usize>(outWidth & 3) << 2;
    }
    t0 += rowStep;
    t1 += rowStep;
    t2 += rowStep;
  }
  v128.store(sums, s0);
  if (taps > 1) {
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
  }
}
