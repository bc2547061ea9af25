// Convolution 3 × 3 of stride 1 by minimal filtering: F(2 × 2, 3 × 3) of Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks", 2016. A tile of 4 × 4 inputs becomes 16 positions; per position one product over the channels gives what
// a tile of 2 × 2 outputs is summed from: 16 multiplications in place of 36. Only sums, halves and quarters are taken besides,
// so errors stay in the last bits, and whole numbers stay exact as long as they fit.
import { gemmPanels } from './gemm-float';
import { fillMap } from './map-float';
import { WinogradField } from './memory';

/** The position that all four outputs of a tile take with factor 1: its sums start from the bias. */
const BIAS_POSITION: i32 = 5;

export function winogradFloat(call: usize): void {
  if (load<i32>(call, WinogradField.transforms)) winogradWeightsFloat(call);
  const channels = load<i32>(call, WinogradField.channels);
  const height = load<i32>(call, WinogradField.height);
  const width = load<i32>(call, WinogradField.width);
  const map = <usize>load<u32>(call, WinogradField.map);
  const mapHeight = load<i32>(call, WinogradField.mapHeight);
  const mapWidth = load<i32>(call, WinogradField.mapWidth);
  const outputBytes = <usize>(load<i32>(call, WinogradField.outChannels) * load<i32>(call, WinogradField.outHeight) * load<i32>(call, WinogradField.outWidth)) << 2;
  let input = <usize>load<u32>(call, WinogradField.input);
  let output = <usize>load<u32>(call, WinogradField.output);
  if (map) memory.fill(map, 0, <usize>(channels * mapHeight * mapWidth) << 2);
  for (let n = load<i32>(call, WinogradField.batch); n > 0; n--) {
    if (map) fillMap(input, channels, height, width, map, mapHeight, mapWidth, load<i32>(call, WinogradField.padTop), load<i32>(call, WinogradField.padLeft));
    sample(call, map ? map : input, output);
    input += <usize>(channels * height * width) << 2;
    output += outputBytes;
  }
}

/** Bytes from position to position: a cache line more than the panels take, so that the 16 lie in different cache sets. */
@inline
function positionBytes(channels: i32, panelCount: i32): usize {
  return (<usize>(channels * panelCount) << 5) + 64;
}

function sample(call: usize, map: usize, output: usize): void {
  const channels = load<i32>(call, WinogradField.channels);
  const outChannels = load<i32>(call, WinogradField.outChannels);
  const tiles = ((load<i32>(call, WinogradField.outHeight) + 1) >> 1) * ((load<i32>(call, WinogradField.outWidth) + 1) >> 1);
  const panelCount = load<i32>(call, WinogradField.panelCount);
  const bias = <usize>load<u32>(call, WinogradField.bias);
  const weightBytes = <usize>(outChannels * channels) << 2;
  const fromBytes = positionBytes(channels, panelCount);
  const toBytes = positionBytes(outChannels, panelCount);
  for (let first = 0; first < tiles; first += panelCount << 3) {
    const count = min(panelCount << 3, tiles - first);
    transformTiles(call, map, first, count, fromBytes);
    let weights = <usize>load<u32>(call, WinogradField.transformed);
    let panels = <usize>load<u32>(call, WinogradField.tiles);
    let products = <usize>load<u32>(call, WinogradField.products);
    for (let position = 0; position < 16; position++) {
      gemmPanels(
        weights, outChannels, channels, panels, (count + 7) & ~7, products, <usize>panelCount << 5,
        position == BIAS_POSITION ? bias : 0, 0, -Infinity, Infinity,
      );
      weights += weightBytes;
      panels += fromBytes;
      products += toBytes;
    }
    gatherTiles(call, output, first, count, toBytes);
  }
}

/** Panels [channels, 8] per position of `count` tiles from `first` on, four tiles at a time; the last tile fills up. */
export function transformTiles(call: usize, map: usize, first: i32, count: i32, step: usize): void {
  const channels = load<i32>(call, WinogradField.channels);
  const tilesX = (load<i32>(call, WinogradField.outWidth) + 1) >> 1;
  const row = <usize>load<i32>(call, WinogradField.mapWidth) << 2;
  const planeBytes = <usize>load<i32>(call, WinogradField.mapHeight) * row;
  const panels = <usize>load<u32>(call, WinogradField.tiles);
  let y = first / tilesX;
  let x = first % tilesX;
  const quads = ((count + 7) >> 3) << 1;
  for (let quad = 0; quad < quads; quad++) {
    const left = count - (quad << 2);
    const to = panels + (<usize>((quad >> 1) * channels) << 5) + (<usize>(quad & 1) << 4);
    const p0 = map + <usize>(y << 1) * row + (<usize>x << 3);
    if (left >= 4 && x + 4 <= tilesX) {
      transformRun(p0, row, planeBytes, channels, to, step);
      x += 4;
    } else {
      if (left > 1 && ++x == tilesX) { x = 0; y++; }
      const p1 = map + <usize>(y << 1) * row + (<usize>x << 3);
      if (left > 2 && ++x == tilesX) { x = 0; y++; }
      const p2 = map + <usize>(y << 1) * row + (<usize>x << 3);
      if (left > 3 && ++x == tilesX) { x = 0; y++; }
      const p3 = map + <usize>(y << 1) * row + (<usize>x << 3);
      if (left > 4) x++;
      transformScattered(p0, p1, p2, p3, row, planeBytes, channels, to, step);
    }
    if (x == tilesX) { x = 0; y++; }
  }
}

/** Four tiles side by side. */
function transformRun(p: usize, row: usize, planeBytes: usize, channels: i32, to: usize, step: usize): void {
  const row2 = row << 1;
  const row3 = row * 3;
  for (let c = 0; c < channels; c++) {
    // Rows of a tile that make a row of positions: 0 − 2, 1 + 2, 2 − 1, 1 − 3.
    runPositions(p, p + row2, false, to, step);
    runPositions(p + row, p + row2, true, to + (step << 2), step);
    runPositions(p + row2, p + row, false, to + (step << 3), step);
    runPositions(p + row, p + row3, false, to + step * 12, step);
    p += planeBytes;
    to += 32;
  }
}

/** A row of positions: the even and odd columns from 0 on, and from 2 on, are the four columns of the tiles. */
@inline
function runPositions(a: usize, b: usize, sum: bool, to: usize, step: usize): void {
  const v0 = combined(a, b, sum);
  const v1 = combined(a + 16, b + 16, sum);
  const v2 = combined(a + 8, b + 8, sum);
  const v3 = combined(a + 24, b + 24, sum);
  storePositions(
    v128.shuffle<f32>(v0, v1, 0, 2, 4, 6), v128.shuffle<f32>(v0, v1, 1, 3, 5, 7),
    v128.shuffle<f32>(v2, v3, 0, 2, 4, 6), v128.shuffle<f32>(v2, v3, 1, 3, 5, 7), to, step,
  );
}

/** Four tiles anywhere. */
function transformScattered(p0: usize, p1: usize, p2: usize, p3: usize, row: usize, planeBytes: usize, channels: i32, to: usize, step: usize): void {
  const row2 = row << 1;
  const row3 = row * 3;
  for (let c = 0; c < channels; c++) {
    scatteredPositions(p0, p1, p2, p3, 0, row2, false, to, step);
    scatteredPositions(p0, p1, p2, p3, row, row2, true, to + (step << 2), step);
    scatteredPositions(p0, p1, p2, p3, row2, row, false, to + (step << 3), step);
    scatteredPositions(p0, p1, p2, p3, row, row3, false, to + step * 12, step);
    p0 += planeBytes;
    p1 += planeBytes;
    p2 += planeBytes;
    p3 += planeBytes;
    to += 32;
  }
}

@inline
function scatteredPositions(p0: usize, p1: usize, p2: usize, p3: usize, a: usize, b: usize, sum: bool, to: usize, step: usize): void {
  const v0 = combined(p0 + a, p0 + b, sum);
  const v1 = combined(p1 + a, p1 + b, sum);
  const v2 = combined(p2 + a, p2 + b, sum);
  const v3 = combined(p3 + a, p3 + b, sum);
  const t0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
  const t2 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
  const t3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
  storePositions(
    v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), v128.shuffle<f32>(t0, t1, 2, 3, 6, 7),
    v128.shuffle<f32>(t2, t3, 0, 1, 4, 5), v128.shuffle<f32>(t2, t3, 2, 3, 6, 7), to, step,
  );
}

@inline
function combined(a: usize, b: usize, sum: bool): v128 {
  return sum ? f32x4.add(v128.load(a), v128.load(b)) : f32x4.sub(v128.load(a), v128.load(b));
}

/** A row of four positions, of four tiles, from the four columns of the tiles. */
@inline
function storePositions(c0: v128, c1: v128, c2: v128, c3: v128, at: usize, step: usize): void {
  v128.store(at, f32x4.sub(c0, c2));
  v128.store(at + step, f32x4.add(c1, c2));
  v128.store(at + (step << 1), f32x4.sub(c2, c1));
  v128.store(at + step * 3, f32x4.sub(c1, c3));
}

/** Outputs of `count` tiles from `first` on, from what the products gave for each position. */
function gatherTiles(call: usize, output: usize, first: i32, count: i32, step: usize): void {
  const outChannels = load<i32>(call, WinogradField.outChannels);
  const outHeight = load<i32>(call, WinogradField.outHeight);
  const outWidth = load<i32>(call, WinogradField.outWidth);
  const rowBytes = <usize>load<i32>(call, WinogradField.panelCount) << 5;
  const tilesX = (outWidth + 1) >> 1;
  const low = v128.load32_splat(call, WinogradField.low);
  const high = v128.load32_splat(call, WinogradField.high);
  const products = <usize>load<u32>(call, WinogradField.products);
  const planeBytes = <usize>(outHeight * outWidth) << 2;
  const firstY = first / tilesX;
  const firstX = first % tilesX;
  for (let o = 0; o < outChannels; o++) {
    let y = firstY;
    let x = firstX;
    for (let done = 0; done < count; done += 4) {
      const m = products + <usize>o * rowBytes + (<usize>done << 2);
      const left = count - done;
      const to = left >= 4 && (x << 1) + 8 <= outWidth ? output + (<usize>((y << 1) * outWidth + (x << 1)) << 2) : 0;
      if (to) {
        wideRow(m, step, 0, low, high, to);
        if ((y << 1) + 1 < outHeight) wideRow(m, step, 1, low, high, to + (<usize>outWidth << 2));
      } else {
        narrowRow(m, step, 0, low, high, output, x, y, left, outWidth, outHeight);
        narrowRow(m, step, 1, low, high, output, x, y, left, outWidth, outHeight);
      }
      x += 4;
      while (x >= tilesX) {
        x -= tilesX;
        y++;
      }
    }
    output += planeBytes;
  }
}

/** Row `i` of the outputs of four tiles that lie side by side. */
@inline
function wideRow(m: usize, step: usize, i: i32, low: v128, high: v128, to: usize): void {
  const s1 = columnSum(m + step, step, i);
  const s2 = columnSum(m + (step << 1), step, i);
  const even = clamped(f32x4.add(f32x4.add(columnSum(m, step, i), s1), s2), low, high);
  const odd = clamped(f32x4.sub(f32x4.sub(s1, s2), columnSum(m + step * 3, step, i)), low, high);
  v128.store(to, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
}

/** The same of up to four tiles that lie anywhere, without what is outside the map. */
function narrowRow(
  m: usize, step: usize, i: i32, low: v128, high: v128, output: usize, x: i32, y: i32, left: i32, outWidth: i32, outHeight: i32,
): void {
  const s1 = columnSum(m + step, step, i);
  const s2 = columnSum(m + (step << 1), step, i);
  let even = clamped(f32x4.add(f32x4.add(columnSum(m, step, i), s1), s2), low, high);
  let odd = clamped(f32x4.sub(f32x4.sub(s1, s2), columnSum(m + step * 3, step, i)), low, high);
  for (let tile = min(4, left); tile > 0; tile--) {
    const row = (y << 1) + i;
    if (row < outHeight) {
      const to = output + (<usize>(row * outWidth + (x << 1)) << 2);
      store<f32>(to, f32x4.extract_lane(even, 0));
      if ((x << 1) + 1 < outWidth) store<f32>(to, f32x4.extract_lane(odd, 0), 4);
    }
    even = v128.shuffle<f32>(even, even, 1, 2, 3, 3);
    odd = v128.shuffle<f32>(odd, odd, 1, 2, 3, 3);
    if (++x << 1 >= outWidth) {
      x = 0;
      y++;
    }
  }
}

@inline
function clamped(v: v128, low: v128, high: v128): v128 {
  return f32x4.min(f32x4.max(v, low), high);
}

/** Row `i` of the outputs, from the four positions of a column. */
@inline
function columnSum(m: usize, step: usize, i: i32): v128 {
  const m1 = v128.load(m + (step << 2));
  const m2 = v128.load(m + (step << 3));
  return i == 0 ? f32x4.add(f32x4.add(v128.load(m), m1), m2) : f32x4.sub(f32x4.sub(m1, m2), v128.load(m + step * 12));
}

/** Weights [outChannels, channels, 3, 3] by their byte steps → [16, outChannels, channels]; turned by half a circle if asked. */
export function winogradWeightsFloat(call: usize): void {
  const channels = load<i32>(call, WinogradField.channels);
  const outChannels = load<i32>(call, WinogradField.outChannels);
  const outStep = <usize>load<i32>(call, WinogradField.outChannelStep);
  const inStep = <usize>load<i32>(call, WinogradField.channelStep);
  const turned = load<i32>(call, WinogradField.turned) != 0;
  const weights = <usize>load<u32>(call, WinogradField.weights);
  const step = <usize>(outChannels * channels) << 2;
  let to = <usize>load<u32>(call, WinogradField.transformed);
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < channels; c++) {
      const w = weights + <usize>o * outStep + <usize>c * inStep;
      const first = turned ? w + 32 : w;
      for (let i = 0; i < 4; i++) {
        const g0 = filtered(first, turned, i, 0);
        const g1 = filtered(first, turned, i, 1);
        const g2 = filtered(first, turned, i, 2);
        const at = to + step * <usize>(i << 2);
        store<f32>(at, g0);
        store<f32>(at + step, ((g0 + g2) + g1) * 0.5);
        store<f32>(at + (step << 1), ((g0 + g2) - g1) * 0.5);
        store<f32>(at + step * 3, g2);
      }
      to += 4;
    }
  }
}

/** Column `x` of a filter, in row `i` of positions. */
@inline
function filtered(first: usize, turned: bool, i: i32, x: i32): f32 {
  const step: usize = turned ? -12 : 12;
  const top = turned ? first - (<usize>x << 2) : first + (<usize>x << 2);
  const g0 = load<f32>(top);
  const g2 = load<f32>(top + step + step);
  if (i == 0) return g0;
  if (i == 3) return g2;
  const g1 = load<f32>(top + step);
  return ((g0 + g2) + (i == 1 ? g1 : -g1)) * 0.5;
}
