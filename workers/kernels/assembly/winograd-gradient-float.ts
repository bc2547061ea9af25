// Gradient of the weights of a 3 × 3 convolution of stride 1 by minimal filtering: the transpose of what `winograd-float.ts` does.
// Tiles of X and of dY become 16 positions; per position one product over all tiles of all samples; 3 × 3 weights come from the 16
// sums at the end. 16 multiplications in place of 36.
import { transposed } from './conv-weight-gradient-float';
import { fillMap } from './map-float';
import { WinogradField, WinogradGradientField } from './memory';
import { transformTiles } from './winograd-float';

export function winogradGradientFloat(call: usize): void {
  const input = <usize>load<u32>(call, WinogradGradientField.input);
  const channels = load<i32>(input, WinogradField.channels);
  const height = load<i32>(input, WinogradField.height);
  const width = load<i32>(input, WinogradField.width);
  const map = <usize>load<u32>(input, WinogradField.map);
  const mapHeight = load<i32>(input, WinogradField.mapHeight);
  const mapWidth = load<i32>(input, WinogradField.mapWidth);
  const outHeight = load<i32>(input, WinogradField.outHeight);
  const outWidth = load<i32>(input, WinogradField.outWidth);
  const outChannels = load<i32>(input, WinogradField.outChannels);
  const panelCount = load<i32>(input, WinogradField.panelCount);
  const xStep = positionBytes(channels, panelCount);
  const tiles = ((outHeight + 1) >> 1) * ((outWidth + 1) >> 1);
  const xTiles = <usize>load<u32>(call, WinogradGradientField.xTiles);
  const panels = <usize>load<u32>(call, WinogradGradientField.panels);
  let x = <usize>load<u32>(input, WinogradField.input);
  let gradient = <usize>load<u32>(call, WinogradGradientField.gradient);
  if (map) memory.fill(map, 0, <usize>(channels * mapHeight * mapWidth) << 2);
  memory.fill(<usize>load<u32>(call, WinogradGradientField.sums), 0, sumBytes(channels, outChannels) << 4);
  let filled = 0;
  for (let n = load<i32>(input, WinogradField.batch); n > 0; n--) {
    if (map) fillMap(x, channels, height, width, map, mapHeight, mapWidth, load<i32>(input, WinogradField.padTop), load<i32>(input, WinogradField.padLeft));
    transposed(gradient, outChannels, outHeight * outWidth, panels, panelBytes(outHeight * outWidth));
    for (let first = 0; first < tiles; ) {
      const count = min((panelCount - filled) << 3, tiles - first);
      store<u32>(input, <u32>(xTiles + (<usize>(filled * channels) << 5)), WinogradField.tiles);
      transformTiles(input, map ? map : x, first, count, xStep);
      transformGradients(call, first, count, filled << 3);
      first += count;
      filled += (count + 7) >> 3;
      if (filled == panelCount) {
        addProducts(call, filled);
        filled = 0;
      }
    }
    x += <usize>(channels * height * width) << 2;
    gradient += <usize>(outChannels * outHeight * outWidth) << 2;
  }
  if (filled) addProducts(call, filled);
  writeWeights(call, channels, outChannels);
}

/** Bytes from position to position of panels; as in `winograd-float.ts`. */
@inline
function positionBytes(channels: i32, panelCount: i32): usize {
  return (<usize>(channels * panelCount) << 5) + 64;
}

/** Bytes of 8 channels of dY, [pixels, 8]. */
@inline
function panelBytes(pixels: i32): usize {
  return <usize>((pixels + 3) & ~3) << 5;
}

/** Bytes of the sums of a position: [outChannels / 8][channels / 4][4][8]. */
@inline
function sumBytes(channels: i32, outChannels: i32): usize {
  return <usize>(((outChannels + 7) >> 3) * ((channels + 3) >> 2)) << 7;
}

/** Positions [outChannels / 8][tile][8] of `count` tiles of dY from `first` on, to tile `to` and after; zeros fill up the panel. */
function transformGradients(call: usize, first: i32, count: i32, to: i32): void {
  const input = <usize>load<u32>(call, WinogradGradientField.input);
  const outHeight = load<i32>(input, WinogradField.outHeight);
  const outWidth = load<i32>(input, WinogradField.outWidth);
  const outTiles = (load<i32>(input, WinogradField.outChannels) + 7) >> 3;
  const panelCount = load<i32>(input, WinogradField.panelCount);
  const step = positionBytes(outTiles << 3, panelCount);
  const tilesX = (outWidth + 1) >> 1;
  const row = <usize>outWidth << 5;
  const wanted = (count + 7) & ~7;
  let panel = <usize>load<u32>(call, WinogradGradientField.panels);
  let at = <usize>load<u32>(call, WinogradGradientField.gradientTiles) + (<usize>to << 5);
  for (let o = 0; o < outTiles; o++) {
    let y = first / tilesX;
    let x = first % tilesX;
    let out = at;
    for (let t = 0; t < count; t++) {
      const p = panel + <usize>(y << 1) * row + (<usize>x << 6);
      const hasRight = (x << 1) + 1 < outWidth;
      const hasBelow = (y << 1) + 1 < outHeight;
      gradientPositions(p, row, hasRight, hasBelow, out, step);
      gradientPositions(p + 16, row, hasRight, hasBelow, out + 16, step);
      out += 32;
      if (++x == tilesX) {
        x = 0;
        y++;
      }
    }
    for (let position: usize = 0; position < 16; position++) memory.fill(out + position * step, 0, <usize>(wanted - count) << 5);
    panel += panelBytes(outHeight * outWidth);
    at += <usize>panelCount << 8;
  }
}

/** The 16 positions of a tile of 2 × 2 for 4 channels: 0, 0 + 1, 0 − 1, −1 of the rows, and of the columns. */
@inline
function gradientPositions(p: usize, row: usize, hasRight: bool, hasBelow: bool, to: usize, step: usize): void {
  const zero = f32x4.splat(0);
  const a = v128.load(p);
  const b = hasRight ? v128.load(p + 32) : zero;
  const c = hasBelow ? v128.load(p + row) : zero;
  const d = hasRight && hasBelow ? v128.load(p + row + 32) : zero;
  positionRow(a, b, to, step);
  positionRow(f32x4.add(a, c), f32x4.add(b, d), to + (step << 2), step);
  positionRow(f32x4.sub(a, c), f32x4.sub(b, d), to + (step << 3), step);
  positionRow(f32x4.neg(c), f32x4.neg(d), to + step * 12, step);
}

@inline
function positionRow(a: v128, b: v128, to: usize, step: usize): void {
  v128.store(to, a);
  v128.store(to + step, f32x4.add(a, b));
  v128.store(to + (step << 1), f32x4.sub(a, b));
  v128.store(to + step * 3, f32x4.neg(b));
}

/** Adds the products of so many panels of 8 tiles to the sums of all positions. */
function addProducts(call: usize, panels: i32): void {
  const input = <usize>load<u32>(call, WinogradGradientField.input);
  const channels = load<i32>(input, WinogradField.channels);
  const outTiles = (load<i32>(input, WinogradField.outChannels) + 7) >> 3;
  const panelCount = load<i32>(input, WinogradField.panelCount);
  const xStep = positionBytes(channels, panelCount);
  const gradientStep = positionBytes(outTiles << 3, panelCount);
  const xPanel = <usize>channels << 5;
  let sums = <usize>load<u32>(call, WinogradGradientField.sums);
  let x = <usize>load<u32>(call, WinogradGradientField.xTiles);
  let gradients = <usize>load<u32>(call, WinogradGradientField.gradientTiles);
  for (let position = 0; position < 16; position++) {
    for (let o = 0; o < outTiles; o++) {
      const g = gradients + (<usize>(o * panelCount) << 8);
      for (let c = 0; c < channels; c += 4) {
        tileSums(x + (<usize>c << 5), xPanel, g, panels, sums);
        sums += 128;
      }
    }
    x += xStep;
    gradients += gradientStep;
  }
}

/** 4 channels of X by 8 of dY. Channels past the last sum what nobody reads. */
@inline
function tileSums(x: usize, xPanel: usize, g: usize, panels: i32, sums: usize): void {
  let c00 = v128.load(sums), c01 = v128.load(sums, 16), c10 = v128.load(sums, 32), c11 = v128.load(sums, 48);
  let c20 = v128.load(sums, 64), c21 = v128.load(sums, 80), c30 = v128.load(sums, 96), c31 = v128.load(sums, 112);
  for (let panel = 0; panel < panels; panel++) {
    const end = x + 32;
    for (let at = x; at < end; at += 4) {
      const b0 = v128.load(g);
      const b1 = v128.load(g, 16);
      let v = v128.load32_splat(at);
      c00 = f32x4.add(c00, f32x4.mul(v, b0));
      c01 = f32x4.add(c01, f32x4.mul(v, b1));
      v = v128.load32_splat(at, 32);
      c10 = f32x4.add(c10, f32x4.mul(v, b0));
      c11 = f32x4.add(c11, f32x4.mul(v, b1));
      v = v128.load32_splat(at, 64);
      c20 = f32x4.add(c20, f32x4.mul(v, b0));
      c21 = f32x4.add(c21, f32x4.mul(v, b1));
      v = v128.load32_splat(at, 96);
      c30 = f32x4.add(c30, f32x4.mul(v, b0));
      c31 = f32x4.add(c31, f32x4.mul(v, b1));
      g += 32;
    }
    x += xPanel;
  }
  v128.store(sums, c00);
  v128.store(sums, c01, 16);
  v128.store(sums, c10, 32);
  v128.store(sums, c11, 48);
  v128.store(sums, c20, 64);
  v128.store(sums, c21, 80);
  v128.store(sums, c30, 96);
  v128.store(sums, c31, 112);
}

/** dW [outChannels, channels, 3, 3] from the sums of the positions. */
function writeWeights(call: usize, channels: i32, outChannels: i32): void {
  const step = sumBytes(channels, outChannels);
  const channelTiles = (channels + 3) >> 2;
  const sums = <usize>load<u32>(call, WinogradGradientField.sums);
  let output = <usize>load<u32>(call, WinogradGradientField.output);
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < channels; c++) {
      const tile = (o >> 3) * channelTiles + (c >> 2);
      const at = sums + (<usize>tile << 7) + (<usize>(c & 3) << 5) + (<usize>(o & 7) << 2);
      for (let i = 0; i < 3; i++) {
        const a = tapOf(at, step << 2, i);
        const b = tapOf(at + step, step << 2, i);
        const d = tapOf(at + (step << 1), step << 2, i);
        const e = tapOf(at + step * 3, step << 2, i);
        store<f32>(output, a + (b + d) * 0.5);
        store<f32>(output, (b - d) * 0.5, 4);
        store<f32>(output, (b + d) * 0.5 + e, 8);
        output += 12;
      }
    }
  }
}

/** Row `i` of taps, in a column of positions. */
@inline
function tapOf(at: usize, step: usize, i: i32): f32 {
  const m1 = load<f32>(at + step);
  const m2 = load<f32>(at + (step << 1));
  if (i == 0) return load<f32>(at) + (m1 + m2) * 0.5;
  if (i == 1) return (m1 - m2) * 0.5;
  return (m1 + m2) * 0.5 + load<f32>(at + step * 3);
}
