// Gradient of a convolution's weights in float32, without im2col: 4 × 8 accumulators stay in registers while X is read in place.
import { fillMap } from './map-float';
import { ConvWeightGradientField, PlanesField } from './memory';

/** Copies planes into the middle of maps whose border is zero already. */
export function intoMap(planes: usize, from: usize, to: usize): void {
  fillMap(
    from, load<i32>(planes, PlanesField.count), load<i32>(planes, PlanesField.height), load<i32>(planes, PlanesField.width), to,
    load<i32>(planes, PlanesField.mapHeight), load<i32>(planes, PlanesField.mapWidth), load<i32>(planes, PlanesField.padTop), load<i32>(planes, PlanesField.padLeft),
  );
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
