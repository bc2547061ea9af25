// Gradient of a convolution's input in float32, which is a transposed convolution: phase by phase of its pixels, 4 channels × 8 pixels in
// registers, dY read in place.
import { intoMap } from './conv-weight-gradient-float';
import { ConvInputGradientField, GradientPhaseField } from './memory';

/**
 * dX, one phase of its pixels after another (with stride s: the pixels with equal remainders by s; with stride 1 there is one phase).
 * Within a phase it is a convolution of dY, in its map with a border of zeros, with the taps that reach the phase.
 */
export function convInputGradientFloat(call: usize): void {
  const batch = load<i32>(call, ConvInputGradientField.batch);
  const groups = load<i32>(call, ConvInputGradientField.groups);
  const phases = load<i32>(call, ConvInputGradientField.phases);
  const phaseList = <usize>load<u32>(call, ConvInputGradientField.phaseList);
  const map = <usize>load<u32>(call, ConvInputGradientField.map);
  const groupBytes = <usize>load<i32>(call, ConvInputGradientField.groupBytes);
  const channels = load<i32>(call, ConvInputGradientField.channels);
  const channelTiles = (channels + 3) >> 2;
  const planeBytes = <usize>load<i32>(call, ConvInputGradientField.planeBytes);
  const planes = <usize>load<u32>(call, ConvInputGradientField.planes);
  const sampleBytes = <usize>load<i32>(call, ConvInputGradientField.sampleBytes);
  const bias = <usize>load<u32>(call, ConvInputGradientField.bias);
  packPhaseWeights(call);
  if (map) memory.fill(map, 0, groupBytes * groups);
  let gradient = <usize>load<u32>(call, ConvInputGradientField.gradient);
  let output = <usize>load<u32>(call, ConvInputGradientField.output);
  // Phases that no tap reaches are filled with zeros at once, where they do not become anything else.
  const isCleared = !bias && load<f32>(call, ConvInputGradientField.low) <= 0 && load<f32>(call, ConvInputGradientField.high) >= 0 && hasEmptyPhase(call);
  if (isCleared) memory.fill(output, 0, planeBytes * <usize>(batch * channels * groups));
  for (let n = 0; n < batch; n++) {
    if (map) intoMap(planes, gradient, map);
    const base = map ? map : gradient;
    let panel = <usize>load<u32>(call, ConvInputGradientField.panels);
    for (let p = 0; p < phases; p++) {
      const phase = phaseList + <usize>(p * GradientPhaseField.bytes);
      const panelBytes = <usize>load<i32>(phase, GradientPhaseField.depth) << 4;
      const other = channels == 1 && p + 1 < phases ? neighbourOf(call, phase) : 0;
      const otherBytes = other ? <usize>load<i32>(other, GradientPhaseField.depth) << 4 : 0;
      if (other) p++;
      if (isCleared && panelBytes + otherBytes == 0) continue;
      for (let g = 0; g < groups; g++) {
        const from = base + <usize>g * groupBytes;
        let to = output + <usize>(g * channels) * planeBytes;
        for (let tile = 0; tile < channelTiles; tile++) {
          const offset = bias ? bias + (<usize>(g * channels + (tile << 2)) << 2) : 0;
          if (other) phasePair(call, phase, other, from, panel, panel + <usize>(groups - g) * panelBytes + <usize>g * otherBytes, to, offset);
          else if (channels == 1) phasePlane(call, phase, from, panel, to, offset);
          else phaseTile(call, phase, from, panel, to, min(4, channels - (tile << 2)), offset);
          panel += panelBytes;
          to += planeBytes << 2;
        }
      }
      panel += <usize>groups * otherBytes;
    }
    gradient += sampleBytes;
    output += planeBytes * <usize>(channels * groups);
  }
}

function hasEmptyPhase(call: usize): bool {
  const phaseList = <usize>load<u32>(call, ConvInputGradientField.phaseList);
  for (let p = load<i32>(call, ConvInputGradientField.phases) - 1; p >= 0; p--) {
    if (load<i32>(phaseList + <usize>(p * GradientPhaseField.bytes), GradientPhaseField.depth) == 0) return true;
  }
  return false;
}

/** Per phase, group and 4 input channels: [depth, 4] weights. Channels that do not exist repeat the last. */
function packPhaseWeights(call: usize): void {
  const groups = load<i32>(call, ConvInputGradientField.groups);
  const phases = load<i32>(call, ConvInputGradientField.phases);
  const channels = load<i32>(call, ConvInputGradientField.channels);
  const area = <usize>load<i32>(call, ConvInputGradientField.area) << 2;
  const groupWeights = <usize>load<i32>(call, ConvInputGradientField.groupWeights) << 2;
  const weights = <usize>load<u32>(call, ConvInputGradientField.weights);
  let to = <usize>load<u32>(call, ConvInputGradientField.panels);
  for (let p = 0; p < phases; p++) {
    const phase = <usize>load<u32>(call, ConvInputGradientField.phaseList) + <usize>(p * GradientPhaseField.bytes);
    const sources = <usize>load<u32>(phase, GradientPhaseField.sources);
    const end = sources + (<usize>load<i32>(phase, GradientPhaseField.depth) << 2);
    for (let g = 0; g < groups; g++) {
      for (let c = 0; c < channels; c += 4) {
        const first = weights + <usize>g * groupWeights;
        const a0 = <usize>c * area;
        const a1 = <usize>min(c + 1, channels - 1) * area;
        const a2 = <usize>min(c + 2, channels - 1) * area;
        const a3 = <usize>min(c + 3, channels - 1) * area;
        for (let k = sources; k < end; k += 4) {
          const from = first + <usize>load<i32>(k);
          store<f32>(to, load<f32>(from + a0));
          store<f32>(to, load<f32>(from + a1), 4);
          store<f32>(to, load<f32>(from + a2), 8);
          store<f32>(to, load<f32>(from + a3), 12);
          to += 16;
        }
      }
    }
  }
}

/** Byte offset of the first tap that meets more than the border in row `y`; it grows with y, and so does the last one's end. */
@inline
function firstTap(phase: usize, y: i32): usize {
  return <usize>load<u32>(<usize>load<u32>(phase, GradientPhaseField.rows) + (<usize>y << 3));
}

@inline
function lastTap(phase: usize, y: i32): usize {
  return <usize>load<u32>(<usize>load<u32>(phase, GradientPhaseField.rows) + (<usize>y << 3), 4);
}

/** 4 channels of a phase's pixels, 8 pixels at a time: two runs of 4, each within a row. */
function phaseTile(call: usize, phase: usize, map: usize, panel: usize, output: usize, count: i32, bias: usize): void {
  const height = load<i32>(phase, GradientPhaseField.height);
  const width = load<i32>(phase, GradientPhaseField.width);
  const mapRow = <usize>load<i32>(call, ConvInputGradientField.mapRow);
  const rowStep = <usize>load<i32>(call, ConvInputGradientField.rowStep);
  const step = <usize>load<i32>(call, ConvInputGradientField.columnStep);
  const plane = <usize>load<i32>(call, ConvInputGradientField.planeBytes);
  const offsets = <usize>load<u32>(phase, GradientPhaseField.offsets);
  const low = v128.load32_splat(call, ConvInputGradientField.low);
  const high = v128.load32_splat(call, ConvInputGradientField.high);
  output += <usize>load<i32>(phase, GradientPhaseField.first);
  let y = 0;
  let x = 0;
  while (y < height) {
    const from0 = map + <usize>y * mapRow + (<usize>x << 2);
    const to0 = output + <usize>y * rowStep + <usize>x * step;
    const count0 = min(4, width - x);
    const start = offsets + firstTap(phase, y);
    let end = offsets + lastTap(phase, y);
    x += 4;
    if (x >= width) {
      x = 0;
      y++;
    }
    let from1 = from0;
    let to1 = to0;
    let count1 = 0;
    if (y < height) {
      from1 = map + <usize>y * mapRow + (<usize>x << 2);
      to1 = output + <usize>y * rowStep + <usize>x * step;
      count1 = min(4, width - x);
      end = offsets + lastTap(phase, y);
      x += 4;
      if (x >= width) {
        x = 0;
        y++;
      }
    }
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    if (bias) {
      c00 = c01 = v128.load32_splat(bias);
      c10 = c11 = v128.load32_splat(bias, 4);
      c20 = c21 = v128.load32_splat(bias, 8);
      c30 = c31 = v128.load32_splat(bias, 12);
    }
    let w = panel + ((start - offsets) << 2);
    const apart = from1 - from0;
    for (let k = start; k < end; k += 4) {
      const at = from0 + <usize>load<i32>(k);
      const x0 = v128.load(at);
      const x1 = v128.load(at + apart);
      let v = v128.load32_splat(w);
      c00 = f32x4.add(c00, f32x4.mul(v, x0));
      c01 = f32x4.add(c01, f32x4.mul(v, x1));
      v = v128.load32_splat(w, 4);
      c10 = f32x4.add(c10, f32x4.mul(v, x0));
      c11 = f32x4.add(c11, f32x4.mul(v, x1));
      v = v128.load32_splat(w, 8);
      c20 = f32x4.add(c20, f32x4.mul(v, x0));
      c21 = f32x4.add(c21, f32x4.mul(v, x1));
      v = v128.load32_splat(w, 12);
      c30 = f32x4.add(c30, f32x4.mul(v, x0));
      c31 = f32x4.add(c31, f32x4.mul(v, x1));
      w += 16;
    }
    put(to0, c00, count0, step, low, high);
    put(to1, c01, count1, step, low, high);
    if (count > 1) {
      put(to0 + plane, c10, count0, step, low, high);
      put(to1 + plane, c11, count1, step, low, high);
    }
    if (count > 2) {
      put(to0 + (plane << 1), c20, count0, step, low, high);
      put(to1 + (plane << 1), c21, count1, step, low, high);
    }
    if (count > 3) {
      put(to0 + plane * 3, c30, count0, step, low, high);
      put(to1 + plane * 3, c31, count1, step, low, high);
    }
  }
}

/** The only channel of a group (depthwise), 16, 8 or 4 pixels of a row at a time. */
function phasePlane(call: usize, phase: usize, map: usize, panel: usize, output: usize, bias: usize): void {
  const height = load<i32>(phase, GradientPhaseField.height);
  const width = load<i32>(phase, GradientPhaseField.width);
  const mapRow = <usize>load<i32>(call, ConvInputGradientField.mapRow);
  const rowStep = <usize>load<i32>(call, ConvInputGradientField.rowStep);
  const step = <usize>load<i32>(call, ConvInputGradientField.columnStep);
  const low = v128.load32_splat(call, ConvInputGradientField.low);
  const high = v128.load32_splat(call, ConvInputGradientField.high);
  const start = f32x4.splat(bias ? load<f32>(bias) : 0);
  output += <usize>load<i32>(phase, GradientPhaseField.first);
  for (let y = 0; y < height; y++) {
    let from = map;
    let to = output;
    const first = firstTap(phase, y);
    const last = lastTap(phase, y);
    for (let left = width; left > 0; left -= 16) {
      if (left > 8) phaseRun(phase, first, last, from, panel, to, left, step, start, low, high, 4);
      else if (left > 4) phaseRun(phase, first, last, from, panel, to, left, step, start, low, high, 2);
      else phaseRun(phase, first, last, from, panel, to, left, step, start, low, high, 1);
      from += 64;
      to += step << 4;
    }
    map += mapRow;
    output += rowStep;
  }
}

/** One, two or four vectors of pixels side by side, of which `left` are wanted. */
@inline
function phaseRun(
  phase: usize, first: usize, last: usize, from: usize, panel: usize, to: usize, left: i32, step: usize, start: v128, low: v128, high: v128, vectors: i32,
): void {
  const offsets = <usize>load<u32>(phase, GradientPhaseField.offsets);
  const end = offsets + last;
  panel += first << 2;
  let c0 = start, c1 = start, c2 = start, c3 = start;
  for (let k = offsets + first; k < end; k += 4) {
    const at = from + <usize>load<i32>(k);
    const v = v128.load32_splat(panel);
    c0 = f32x4.add(c0, f32x4.mul(v, v128.load(at)));
    if (vectors > 1) c1 = f32x4.add(c1, f32x4.mul(v, v128.load(at, 16)));
    if (vectors > 2) {
      c2 = f32x4.add(c2, f32x4.mul(v, v128.load(at, 32)));
      c3 = f32x4.add(c3, f32x4.mul(v, v128.load(at, 48)));
    }
    panel += 16;
  }
  put(to, c0, min(4, left), step, low, high);
  if (vectors > 1) put(to + (step << 2), c1, min(4, left - 4), step, low, high);
  if (vectors > 2) {
    put(to + (step << 3), c2, min(4, left - 8), step, low, high);
    put(to + step * 12, c3, min(4, left - 12), step, low, high);
  }
}

/** The phase behind this one, if the two make whole rows: with a column stride of 2. */
@inline
function neighbourOf(call: usize, phase: usize): usize {
  const next = phase + GradientPhaseField.bytes;
  const isPair = load<i32>(call, ConvInputGradientField.columnStep) == 8 && load<i32>(next, GradientPhaseField.first) == load<i32>(phase, GradientPhaseField.first) + 4;
  return isPair ? next : 0;
}

/** Both phases of a plane's rows, so that what is written lies side by side. */
function phasePair(call: usize, even: usize, odd: usize, map: usize, evenPanel: usize, oddPanel: usize, output: usize, bias: usize): void {
  const height = load<i32>(even, GradientPhaseField.height);
  const columns = load<i32>(even, GradientPhaseField.width) + load<i32>(odd, GradientPhaseField.width);
  const mapRow = <usize>load<i32>(call, ConvInputGradientField.mapRow);
  const rowStep = <usize>load<i32>(call, ConvInputGradientField.rowStep);
  const low = v128.load32_splat(call, ConvInputGradientField.low);
  const high = v128.load32_splat(call, ConvInputGradientField.high);
  const start = f32x4.splat(bias ? load<f32>(bias) : 0);
  output += <usize>load<i32>(even, GradientPhaseField.first);
  for (let y = 0; y < height; y++) {
    let from = map;
    let to = output;
    for (let left = columns; left > 0; left -= 16) {
      if (left > 8) pairRun(even, odd, y, from, evenPanel, oddPanel, to, left, start, low, high, true);
      else pairRun(even, odd, y, from, evenPanel, oddPanel, to, left, start, low, high, false);
      from += 32;
      to += 64;
    }
    map += mapRow;
    output += rowStep;
  }
}

/** 8 or (wide) 16 pixels side by side, of which `left` are wanted. */
@inline
function pairRun(
  even: usize, odd: usize, y: i32, from: usize, evenPanel: usize, oddPanel: usize, to: usize, left: i32, start: v128, low: v128, high: v128,
  wide: bool,
): void {
  let offsets = <usize>load<u32>(even, GradientPhaseField.offsets);
  let first = firstTap(even, y);
  let end = offsets + lastTap(even, y);
  evenPanel += first << 2;
  let a0 = start, a1 = start, b0 = start, b1 = start;
  for (let k = offsets + first; k < end; k += 4) {
    const at = from + <usize>load<i32>(k);
    const v = v128.load32_splat(evenPanel);
    a0 = f32x4.add(a0, f32x4.mul(v, v128.load(at)));
    if (wide) a1 = f32x4.add(a1, f32x4.mul(v, v128.load(at, 16)));
    evenPanel += 16;
  }
  offsets = <usize>load<u32>(odd, GradientPhaseField.offsets);
  first = firstTap(odd, y);
  end = offsets + lastTap(odd, y);
  oddPanel += first << 2;
  for (let k = offsets + first; k < end; k += 4) {
    const at = from + <usize>load<i32>(k);
    const v = v128.load32_splat(oddPanel);
    b0 = f32x4.add(b0, f32x4.mul(v, v128.load(at)));
    if (wide) b1 = f32x4.add(b1, f32x4.mul(v, v128.load(at, 16)));
    oddPanel += 16;
  }
  put(to, v128.shuffle<f32>(a0, b0, 0, 4, 1, 5), min(4, left), 4, low, high);
  put(to + 16, v128.shuffle<f32>(a0, b0, 2, 6, 3, 7), min(4, left - 4), 4, low, high);
  if (wide) {
    put(to + 32, v128.shuffle<f32>(a1, b1, 0, 4, 1, 5), min(4, left - 8), 4, low, high);
    put(to + 48, v128.shuffle<f32>(a1, b1, 2, 6, 3, 7), min(4, left - 12), 4, low, high);
  }
}

/** The first `count` lanes, clamped, `step` bytes apart. */
@inline
function put(to: usize, v: v128, count: i32, step: usize, low: v128, high: v128): void {
  v = f32x4.min(f32x4.max(v, low), high);
  if (count == 4 && step == 4) {
    v128.store(to, v);
    return;
  }
  if (count > 0) v128.store_lane<f32>(to, v, 0);
  if (count > 1) v128.store_lane<f32>(to + step, v, 1);
  if (count > 2) v128.store_lane<f32>(to + (step << 1), v, 2);
  if (count > 3) v128.store_lane<f32>(to + step * 3, v, 3);
}
