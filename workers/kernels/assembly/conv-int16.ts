// conv2d, dense and depthwise with sums in 64 bits: int16 inputs, or outputs of 16 bits. Dot products of int16 pairs are summed in
// 32 bits for as many pairs as surely fit, then in 64.
import { BorderField, WideConvField, WideDepthwiseField } from './integer-fields';
import { RescaleBlock } from './memory';

/** |x · w| ≤ 2^15 · 255 each: 128 pairs stay below 2^31. */
const PAIRS_PER_SUM: i32 = 128;

export function borderInt16(call: usize): void {
  let input = <usize>load<u32>(call, BorderField.input);
  const height = load<i32>(call, BorderField.height);
  const rowBytes = <usize>load<i32>(call, BorderField.rowElements) << 1;
  const mapRow = <usize>load<i32>(call, BorderField.mapRowElements) << 1;
  const map = <usize>load<u32>(call, BorderField.map);
  memory.fill(map, 0, <usize>load<i32>(call, BorderField.mapElements) << 1);
  let row = map + (<usize>(load<i32>(call, BorderField.padTopElements) + load<i32>(call, BorderField.padLeftElements)) << 1);
  for (let y = 0; y < height; y++) {
    memory.copy(row, input, rowBytes);
    row += mapRow;
    input += rowBytes;
  }
}

/** put(rescale(sum + bias)) of one channel: exact, because |sum| ≤ 2^47 goes with multipliers below 2^15. */
@inline
function put(sum: i64, block: usize, lane: usize, at: usize, bytes: i32, zeroPoint: i64, low: i64, high: i64): void {
  const acc = sum + <i64>load<i32>(block + (lane << 2), RescaleBlock.bias);
  const product = acc * <i64>load<i32>(block + (lane << 2), RescaleBlock.multiplier) + load<i64>(block + (lane << 3), RescaleBlock.half);
  const value = (product >> <i64>load<i32>(block + (lane << 2), RescaleBlock.shift)) + zeroPoint;
  const code = <i32>min<i64>(max<i64>(value, low), high);
  if (bytes == 2) store<i16>(at + (lane << 1), <i16>code);
  else store<i8>(at + lane, <i8>code);
}

@inline
function put8Wide(s0: v128, s1: v128, s2: v128, s3: v128, block: usize, at: usize, bytes: i32, zero: i64, low: i64, high: i64, count: i32): void {
  put(i64x2.extract_lane(s0, 0), block, 0, at, bytes, zero, low, high);
  if (count > 1) put(i64x2.extract_lane(s0, 1), block, 1, at, bytes, zero, low, high);
  if (count > 2) put(i64x2.extract_lane(s1, 0), block, 2, at, bytes, zero, low, high);
  if (count > 3) put(i64x2.extract_lane(s1, 1), block, 3, at, bytes, zero, low, high);
  if (count > 4) put(i64x2.extract_lane(s2, 0), block, 4, at, bytes, zero, low, high);
  if (count > 5) put(i64x2.extract_lane(s2, 1), block, 5, at, bytes, zero, low, high);
  if (count > 6) put(i64x2.extract_lane(s3, 0), block, 6, at, bytes, zero, low, high);
  if (count > 7) put(i64x2.extract_lane(s3, 1), block, 7, at, bytes, zero, low, high);
}

export function convInt16(call: usize): void {
  const groups = load<i32>(call, WideConvField.groups);
  const groupChannels = load<i32>(call, WideConvField.groupChannels);
  const outBytes = load<i32>(call, WideConvField.outBytes);
  const panelBytes = <usize>(load<i32>(call, WideConvField.runCount) * load<i32>(call, WideConvField.runPairs)) << 5;
  let weights = <usize>load<u32>(call, WideConvField.weights);
  let block = <usize>load<u32>(call, WideConvField.channels);
  let map = <usize>load<u32>(call, WideConvField.map);
  let output = <usize>load<u32>(call, WideConvField.output);
  for (let g = 0; g < groups; g++) {
    for (let o = 0; o < groupChannels; o += 8) {
      panel(call, map, weights, block, output + o * outBytes, min(8, groupChannels - o));
      weights += panelBytes;
      block += RescaleBlock.bytes;
    }
    map += load<i32>(call, WideConvField.groupStep);
    output += groupChannels * outBytes;
  }
}

function panel(call: usize, map: usize, weights: usize, block: usize, output: usize, count: i32): void {
  const outHeight = load<i32>(call, WideConvField.outHeight);
  const outWidth = load<i32>(call, WideConvField.outWidth);
  const columnStep = <usize>load<i32>(call, WideConvField.columnStep);
  const rowStep = <usize>load<i32>(call, WideConvField.rowStep);
  const outStep = <usize>(load<i32>(call, WideConvField.outChannels) * load<i32>(call, WideConvField.outBytes));
  for (let y = 0; y < outHeight; y++) {
    let p = map + <usize>y * rowStep;
    for (let x = 0; x < outWidth; x++) {
      pixel(call, p, weights, block, output, count);
      p += columnStep;
      output += outStep;
    }
  }
}

@inline
function pixel(call: usize, p: usize, weights: usize, block: usize, output: usize, count: i32): void {
  const runs = <usize>load<u32>(call, WideConvField.runs);
  const runsEnd = runs + (<usize>load<i32>(call, WideConvField.runCount) << 2);
  const runPairs = load<i32>(call, WideConvField.runPairs);
  let s0 = i64x2.splat(0), s1 = i64x2.splat(0), s2 = i64x2.splat(0), s3 = i64x2.splat(0);
  let c0 = i32x4.splat(0), c1 = i32x4.splat(0);
  let left = PAIRS_PER_SUM;
  let w = weights;
  for (let run = runs; run < runsEnd; run += 4) {
    let a = p + <usize>load<i32>(run);
    for (let i = 0; i < runPairs; i++) {
      const x = v128.load32_splat(a);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(w)));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(w, 16)));
      a += 4;
      w += 32;
      if (--left == 0) {
        s0 = i64x2.add(s0, i64x2.extend_low_i32x4_s(c0));
        s1 = i64x2.add(s1, i64x2.extend_high_i32x4_s(c0));
        s2 = i64x2.add(s2, i64x2.extend_low_i32x4_s(c1));
        s3 = i64x2.add(s3, i64x2.extend_high_i32x4_s(c1));
        c0 = c1 = i32x4.splat(0);
        left = PAIRS_PER_SUM;
      }
    }
  }
  put8Wide(
    i64x2.add(s0, i64x2.extend_low_i32x4_s(c0)),
    i64x2.add(s1, i64x2.extend_high_i32x4_s(c0)),
    i64x2.add(s2, i64x2.extend_low_i32x4_s(c1)),
    i64x2.add(s3, i64x2.extend_high_i32x4_s(c1)),
    block, output, load<i32>(call, WideConvField.outBytes),
    <i64>load<i32>(call, WideConvField.zeroPoint), <i64>load<i32>(call, WideConvField.low), <i64>load<i32>(call, WideConvField.high),
    count,
  );
}

/** 8 channels of a pixel at a time; the host sees to it that the taps are few enough for 32-bit sums. */
export function depthwiseInt16(call: usize): void {
  const channels = load<i32>(call, WideDepthwiseField.channelCount);
  const outHeight = load<i32>(call, WideDepthwiseField.outHeight);
  const outWidth = load<i32>(call, WideDepthwiseField.outWidth);
  const outBytes = load<i32>(call, WideDepthwiseField.outBytes);
  const columnStep = <usize>load<i32>(call, WideDepthwiseField.columnStep);
  const rowStep = <usize>load<i32>(call, WideDepthwiseField.rowStep);
  const panelBytes = <usize>load<i32>(call, WideDepthwiseField.tapPairs) << 5;
  let weights = <usize>load<u32>(call, WideDepthwiseField.weights);
  let block = <usize>load<u32>(call, WideDepthwiseField.channels);
  for (let c = 0; c < channels; c += 8) {
    let output = <usize>load<u32>(call, WideDepthwiseField.output) + c * outBytes;
    for (let y = 0; y < outHeight; y++) {
      let p = <usize>load<u32>(call, WideDepthwiseField.map) + <usize>y * rowStep + (<usize>c << 1);
      for (let x = 0; x < outWidth; x++) {
        depthwisePixel(call, p, weights, block, output, min(8, channels - c));
        p += columnStep;
        output += channels * outBytes;
      }
    }
    weights += panelBytes;
    block += RescaleBlock.bytes;
  }
}

@inline
function depthwisePixel(call: usize, p: usize, weights: usize, block: usize, output: usize, count: i32): void {
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  const taps = <usize>load<u32>(call, WideDepthwiseField.taps);
  const end = taps + (<usize>load<i32>(call, WideDepthwiseField.tapPairs) << 3);
  let w = weights;
  for (let tap = taps; tap < end; tap += 8) {
    const a = v128.load(p + <usize>load<i32>(tap));
    const b = v128.load(p + <usize>load<i32>(tap, 4));
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), v128.load(w)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), v128.load(w, 16)));
    w += 32;
  }
  put8Wide(
    i64x2.extend_low_i32x4_s(c0), i64x2.extend_high_i32x4_s(c0), i64x2.extend_low_i32x4_s(c1), i64x2.extend_high_i32x4_s(c1),
    block, output, load<i32>(call, WideDepthwiseField.outBytes),
    <i64>load<i32>(call, WideDepthwiseField.zeroPoint), <i64>load<i32>(call, WideDepthwiseField.low), <i64>load<i32>(call, WideDepthwiseField.high),
    count,
  );
}
