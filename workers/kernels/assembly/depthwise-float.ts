// Depthwise convolution in float32: plane by plane, 4 output columns at a time, a plane's map small enough for the first cache.
import { fillMap } from './map-float';
import { ConvFloatField } from './memory';

/** Any window, column stride 1 or 2. Reads up to 32 bytes past a plane, as SLACK_BYTES allows. */
export function depthwiseFloat(call: usize): void {
  planes(call, false);
}

/** Window 3 × 3, undilated, column stride 1 or 2, at least 4 output columns. */
export function depthwiseThreeFloat(call: usize): void {
  planes(call, true);
}

@inline
function planes(call: usize, three: bool): void {
  const height = load<i32>(call, ConvFloatField.height);
  const width = load<i32>(call, ConvFloatField.width);
  const map = <usize>load<u32>(call, ConvFloatField.map);
  const mapHeight = load<i32>(call, ConvFloatField.mapHeight);
  const mapWidth = load<i32>(call, ConvFloatField.mapWidth);
  const channels = load<i32>(call, ConvFloatField.channels);
  const multiplier = load<i32>(call, ConvFloatField.outChannels) / channels;
  const outputBytes = <usize>(load<i32>(call, ConvFloatField.outHeight) * load<i32>(call, ConvFloatField.outWidth)) << 2;
  const depth = load<i32>(call, ConvFloatField.depth);
  const isUnit = load<i32>(call, ConvFloatField.strideX) == 1;
  let input = <usize>load<u32>(call, ConvFloatField.input);
  let output = <usize>load<u32>(call, ConvFloatField.output);
  if (map) memory.fill(map, 0, <usize>(mapHeight * mapWidth) << 2);
  for (let n = load<i32>(call, ConvFloatField.batch); n > 0; n--) {
    let weights = <usize>load<u32>(call, ConvFloatField.weights);
    let bias = <usize>load<u32>(call, ConvFloatField.bias);
    for (let c = 0; c < channels; c++) {
      if (map) fillMap(input, 1, height, width, map, mapHeight, mapWidth, load<i32>(call, ConvFloatField.padTop), load<i32>(call, ConvFloatField.padLeft));
      const plane = map ? map : input;
      for (let m = 0; m < multiplier; m++) {
        const offset: f32 = bias ? load<f32>(bias) : 0;
        if (three) {
          if (isUnit) threeByThree(call, plane, weights, offset, output, 1);
          else threeByThree(call, plane, weights, offset, output, 2);
        } else if (isUnit) anyWindow(call, plane, weights, offset, output, 1);
        else anyWindow(call, plane, weights, offset, output, 2);
        weights += <usize>depth << 2;
        if (bias) bias += 4;
        output += outputBytes;
      }
      input += <usize>(height * width) << 2;
    }
  }
}

/** Four inputs from `at` on, one or two apart. */
@inline
function four(at: usize, offset: usize, stride: i32): v128 {
  at += offset;
  return stride == 1 ? v128.load(at) : v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

/** Weights in registers. The last vector of a row overlaps the one before, so no pixel is left over. */
@inline
function threeByThree(call: usize, map: usize, weights: usize, bias: f32, output: usize, stride: i32): void {
  const outHeight = load<i32>(call, ConvFloatField.outHeight);
  const outWidth = load<i32>(call, ConvFloatField.outWidth);
  const mapRow = <usize>load<i32>(call, ConvFloatField.mapWidth) << 2;
  const rowStep = <usize>load<i32>(call, ConvFloatField.strideY) * mapRow;
  const low = v128.load32_splat(call, ConvFloatField.low);
  const high = v128.load32_splat(call, ConvFloatField.high);
  const w0 = v128.load32_splat(weights), w1 = v128.load32_splat(weights, 4), w2 = v128.load32_splat(weights, 8);
  const w3 = v128.load32_splat(weights, 12), w4 = v128.load32_splat(weights, 16), w5 = v128.load32_splat(weights, 20);
  const w6 = v128.load32_splat(weights, 24), w7 = v128.load32_splat(weights, 28), w8 = v128.load32_splat(weights, 32);
  const lastColumn = outWidth - 4;
  for (let y = 0; y < outHeight; y++) {
    const row1 = map + mapRow;
    const row2 = row1 + mapRow;
    for (let x = 0; ; ) {
      const at = <usize>(x * stride) << 2;
      let sum = f32x4.splat(bias);
      sum = f32x4.add(sum, f32x4.mul(four(map + at, 0, stride), w0));
      sum = f32x4.add(sum, f32x4.mul(four(map + at, 4, stride), w1));
      sum = f32x4.add(sum, f32x4.mul(four(map + at, 8, stride), w2));
      sum = f32x4.add(sum, f32x4.mul(four(row1 + at, 0, stride), w3));
      sum = f32x4.add(sum, f32x4.mul(four(row1 + at, 4, stride), w4));
      sum = f32x4.add(sum, f32x4.mul(four(row1 + at, 8, stride), w5));
      sum = f32x4.add(sum, f32x4.mul(four(row2 + at, 0, stride), w6));
      sum = f32x4.add(sum, f32x4.mul(four(row2 + at, 4, stride), w7));
      sum = f32x4.add(sum, f32x4.mul(four(row2 + at, 8, stride), w8));
      v128.store(output + (<usize>x << 2), f32x4.min(f32x4.max(sum, low), high));
      if (x == lastColumn) break;
      x = min(x + 4, lastColumn);
    }
    map += rowStep;
    output += <usize>outWidth << 2;
  }
}

@inline
function anyWindow(call: usize, map: usize, weights: usize, bias: f32, output: usize, stride: i32): void {
  const outHeight = load<i32>(call, ConvFloatField.outHeight);
  const outWidth = load<i32>(call, ConvFloatField.outWidth);
  const rowStep = <usize>(load<i32>(call, ConvFloatField.strideY) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  const offsets = <usize>load<u32>(call, ConvFloatField.offsets);
  const end = offsets + (<usize>load<i32>(call, ConvFloatField.depth) << 2);
  const low = v128.load32_splat(call, ConvFloatField.low);
  const high = v128.load32_splat(call, ConvFloatField.high);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x += 4) {
      const p = map + (<usize>(x * stride) << 2);
      let sum = f32x4.splat(bias);
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        sum = f32x4.add(sum, f32x4.mul(four(p, <usize>load<i32>(tap), stride), v128.load32_splat(w)));
        w += 4;
      }
      sum = f32x4.min(f32x4.max(sum, low), high);
      const count = outWidth - x;
      if (count >= 4) {
        v128.store(output, sum);
        output += 16;
      } else {
        for (let i = 0; i < count; i++) {
          store<f32>(output, f32x4.extract_lane(sum, 0));
          sum = v128.shuffle<i32>(sum, sum, 1, 2, 3, 3);
          output += 4;
        }
      }
    }
    map += rowStep;
  }
}
