// Gradients of convolution in float32, without im2col: 4 × 8 accumulators stay in registers while the operands are read in place.
import { ConvInputGradientField, ConvWeightGradientField, GradientPhaseField, PlanesField } from './memory';

/** Copies planes into the middle of maps whose border is zero already. */
@inline
export function intoMap(planes: usize, from: usize, to: usize): void {
  const count = load<i32>(planes, PlanesField.count);
  const height = load<i32>(planes, PlanesField.height);
  const rowBytes = <usize>load<i32>(planes, PlanesField.width) << 2;
  const mapRow = <usize>load<i32>(planes, PlanesField.mapWidth) << 2;
  const mapPlane = <usize>load<i32>(planes, PlanesField.mapHeight) * mapRow;
  const vectors = rowBytes & ~15;
  to += <usize>load<i32>(planes, PlanesField.padTop) * mapRow + (<usize>load<i32>(planes, PlanesField.padLeft) << 2);
  for (let c = 0; c < count; c++) {
    let row = to;
    for (let y = 0; y < height; y++) {
      let i: usize = 0;
      for (; i < vectors; i += 16) v128.store(row + i, v128.load(from + i));
      for (; i < rowBytes; i += 4) store<f32>(row + i, load<f32>(from + i));
      from += rowBytes;
      row += mapRow;
    }
    to += mapPlane;
  }
}

/** Panels of 8 channels, [pixels, 8] each, of planes [channels, pixels]; missing channels are zero. A panel is `panelBytes` long. */
export function transposed(from: usize, channels: i32, pixels: i32, to: usize, panelBytes: usize): void {
  const plane = <usize>pixels << 2;
  const zero = f32x4.splat(0);
  for (let c = 0; c < channels; c += 8) {
    const count = channels - c;
    let at = to;
    for (let p: usize = 0; p < plane; p += 16) {
      const a = from + p;
      const b = a + (plane << 2);
      quads(v128.load(a), count > 1 ? v128.load(a + plane) : zero, count > 2 ? v128.load(a + (plane << 1)) : zero, count > 3 ? v128.load(a + plane * 3) : zero, at);
      quads(
        count > 4 ? v128.load(b) : zero, count > 5 ? v128.load(b + plane) : zero,
        count > 6 ? v128.load(b + (plane << 1)) : zero, count > 7 ? v128.load(b + plane * 3) : zero, at + 16,
      );
      at += 128;
    }
    from += plane << 3;
    to += panelBytes;
  }
}

/** Stores a 4 × 4 block transposed, its rows 32 bytes apart. */
@inline
function quads(a: v128, b: v128, c: v128, d: v128, to: usize): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab2, cd2, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(ab2, cd2, 1, 3), 96);
}

/**
 * dW[o, k] = Σ over samples and pixels of dY[o, p] · X[k, p]. Per sample, X goes into a map with a border of zeros and dY into panels of
 * 8 channels; 4 taps × 8 channels are summed over a block of rows, whose part of a panel stays in the first cache for all taps.
 */
export function convWeightGradientFloat(call: usize): void {
  const batch = load<i32>(call, ConvWeightGradientField.batch);
  const groups = load<i32>(call, ConvWeightGradientField.groups);
  const outChannels = load<i32>(call, ConvWeightGradientField.outChannels);
  const outHeight = load<i32>(call, ConvWeightGradientField.outHeight);
  const outWidth = load<i32>(call, ConvWeightGradientField.outWidth);
  const pixels = outHeight * outWidth;
  const depth = load<i32>(call, ConvWeightGradientField.depth);
  const map = <usize>load<u32>(call, ConvWeightGradientField.map);
  const panels = <usize>load<u32>(call, ConvWeightGradientField.panels);
  const sums = <usize>load<u32>(call, ConvWeightGradientField.sums);
  const rowBlock = load<i32>(call, ConvWeightGradientField.rowBlock);
  const panelBytes = <usize>((pixels + 3) & ~3) << 5;
  const tiles = (depth + 3) >> 2;
  const tileBytes = <usize>tiles << 7;
  const channelTiles = (outChannels + 7) >> 3;
  const rowStep = <usize>load<i32>(call, ConvWeightGradientField.rowStep);
  const planes = <usize>load<u32>(call, ConvWeightGradientField.planes);
  const sampleBytes = <usize>load<i32>(call, ConvWeightGradientField.sampleBytes);
  const groupBytes = <usize>load<i32>(call, ConvWeightGradientField.groupBytes);
  if (map) memory.fill(map, 0, groupBytes * groups);
  memory.fill(sums, 0, tileBytes * channelTiles * groups);
  let input = <usize>load<u32>(call, ConvWeightGradientField.input);
  let gradient = <usize>load<u32>(call, ConvWeightGradientField.gradient);
  for (let n = 0; n < batch; n++) {
    if (map) intoMap(planes, input, map);
    let base = map ? map : input;
    let sum = sums;
    for (let g = 0; g < groups; g++) {
      transposed(gradient, outChannels, pixels, panels, panelBytes);
      let panel = panels;
      for (let o = 0; o < channelTiles; o++) {
        for (let y = 0; y < outHeight; y += rowBlock) {
          tapSums(call, base + <usize>y * rowStep, min(rowBlock, outHeight - y), panel + (<usize>(y * outWidth) << 5), sum);
        }
        panel += panelBytes;
        sum += tileBytes;
      }
      gradient += <usize>(outChannels * pixels) << 2;
      base += groupBytes;
    }
    input += sampleBytes;
  }
  writeWeightGradient(sums, groups, outChannels, depth, tileBytes, <usize>load<u32>(call, ConvWeightGradientField.output));
}

/** Adds the products of some rows of pixels to all tap tiles [taps / 4][4][8] of 8 output channels. */
function tapSums(call: usize, base: usize, rows: i32, panel: usize, sums: usize): void {
  const depth = load<i32>(call, ConvWeightGradientField.depth);
  let offsets = <usize>load<u32>(call, ConvWeightGradientField.offsets);
  const columnStep = <usize>load<i32>(call, ConvWeightGradientField.columnStep);
  const rowStep = <usize>load<i32>(call, ConvWeightGradientField.rowStep);
  const rowBytes = columnStep * <usize>load<i32>(call, ConvWeightGradientField.outWidth);
  const end = base + <usize>rows * rowStep;
  for (let k = 0; k < depth; k += 4) {
    // Taps past the last repeat offset 0; what they sum is not written.
    const t0 = <usize>load<i32>(offsets);
    const t1 = <usize>load<i32>(offsets, 4) - t0;
    const t2 = <usize>load<i32>(offsets, 8) - t0;
    const t3 = <usize>load<i32>(offsets, 12) - t0;
    let c00 = v128.load(sums), c01 = v128.load(sums, 16), c10 = v128.load(sums, 32), c11 = v128.load(sums, 48);
    let c20 = v128.load(sums, 64), c21 = v128.load(sums, 80), c30 = v128.load(sums, 96), c31 = v128.load(sums, 112);
    let b = panel;
    for (let row = base; row < end; row += rowStep) {
      const stop = row + t0 + rowBytes;
      for (let x = row + t0; x < stop; x += columnStep) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        let v = v128.load32_splat(x);
        c00 = f32x4.add(c00, f32x4.mul(v, b0));
        c01 = f32x4.add(c01, f32x4.mul(v, b1));
        v = v128.load32_splat(x + t1);
        c10 = f32x4.add(c10, f32x4.mul(v, b0));
        c11 = f32x4.add(c11, f32x4.mul(v, b1));
        v = v128.load32_splat(x + t2);
        c20 = f32x4.add(c20, f32x4.mul(v, b0));
        c21 = f32x4.add(c21, f32x4.mul(v, b1));
        v = v128.load32_splat(x + t3);
        c30 = f32x4.add(c30, f32x4.mul(v, b0));
        c31 = f32x4.add(c31, f32x4.mul(v, b1));
        b += 32;
      }
    }
    v128.store(sums, c00);
    v128.store(sums, c01, 16);
    v128.store(sums, c10, 32);
    v128.store(sums, c11, 48);
    v128.store(sums, c20, 64);
    v128.store(sums, c21, 80);
    v128.store(sums, c30, 96);
    v128.store(sums, c31, 112);
    sums += 128;
    offsets += 16;
  }
}

/** Tap tiles → [output channels, taps]. */
function writeWeightGradient(sums: usize, groups: i32, outChannels: i32, depth: i32, tileBytes: usize, output: usize): void {
  for (let g = 0; g < groups; g++) {
    for (let o = 0; o < outChannels; o++) {
      const lane = sums + <usize>(o >> 3) * tileBytes + (<usize>(o & 7) << 2);
      for (let k = 0; k < depth; k++) {
        store<f32>(output, load<f32>(lane + (<usize>k << 5)));
        output += 4;
      }
    }
    sums += <usize>((outChannels + 7) >> 3) * tileBytes;
  }
}

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

/** 4 channels of a phase's pixels, 8 pixels at a time: two runs of 4, each within a row. */
function phaseTile(call: usize, phase: usize, map: usize, panel: usize, output: usize, count: i32, bias: usize): void {
  const height = load<i32>(phase, GradientPhaseField.height);
  const width = load<i32>(phase, GradientPhaseField.width);
  const mapRow = <usize>load<i32>(call, ConvInputGradientField.mapRow);
  const rowStep = <usize>load<i32>(call, ConvInputGradientField.rowStep);
  const step = <usize>load<i32>(call, ConvInputGradientField.columnStep);
  const plane = <usize>load<i32>(call, ConvInputGradientField.planeBytes);
  const offsets = <usize>load<u32>(phase, GradientPhaseField.offsets);
  const end = offsets + (<usize>load<i32>(phase, GradientPhaseField.depth) << 2);
  const low = v128.load32_splat(call, ConvInputGradientField.low);
  const high = v128.load32_splat(call, ConvInputGradientField.high);
  output += <usize>load<i32>(phase, GradientPhaseField.first);
  let y = 0;
  let x = 0;
  while (y < height) {
    const from0 = map + <usize>y * mapRow + (<usize>x << 2);
    const to0 = output + <usize>y * rowStep + <usize>x * step;
    const count0 = min(4, width - x);
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
    let w = panel;
    const apart = from1 - from0;
    for (let k = offsets; k < end; k += 4) {
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
    for (let left = width; left > 0; left -= 16) {
      if (left > 8) phaseRun(phase, from, panel, to, left, step, start, low, high, 4);
      else if (left > 4) phaseRun(phase, from, panel, to, left, step, start, low, high, 2);
      else phaseRun(phase, from, panel, to, left, step, start, low, high, 1);
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
  phase: usize, from: usize, panel: usize, to: usize, left: i32, step: usize, start: v128, low: v128, high: v128, vectors: i32,
): void {
  const offsets = <usize>load<u32>(phase, GradientPhaseField.offsets);
  const end = offsets + (<usize>load<i32>(phase, GradientPhaseField.depth) << 2);
  let c0 = start, c1 = start, c2 = start, c3 = start;
  for (let k = offsets; k < end; k += 4) {
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
      if (left > 8) pairRun(even, odd, from, evenPanel, oddPanel, to, left, start, low, high, true);
      else pairRun(even, odd, from, evenPanel, oddPanel, to, left, start, low, high, false);
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
  even: usize, odd: usize, from: usize, evenPanel: usize, oddPanel: usize, to: usize, left: i32, start: v128, low: v128, high: v128, wide: bool,
): void {
  let offsets = <usize>load<u32>(even, GradientPhaseField.offsets);
  let end = offsets + (<usize>load<i32>(even, GradientPhaseField.depth) << 2);
  let a0 = start, a1 = start, b0 = start, b1 = start;
  for (let k = offsets; k < end; k += 4) {
    const at = from + <usize>load<i32>(k);
    const v = v128.load32_splat(evenPanel);
    a0 = f32x4.add(a0, f32x4.mul(v, v128.load(at)));
    if (wide) a1 = f32x4.add(a1, f32x4.mul(v, v128.load(at, 16)));
    evenPanel += 16;
  }
  offsets = <usize>load<u32>(odd, GradientPhaseField.offsets);
  end = offsets + (<usize>load<i32>(odd, GradientPhaseField.depth) << 2);
  for (let k = offsets; k < end; k += 4) {
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
