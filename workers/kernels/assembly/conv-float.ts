// Convolution in float32: im2col is fused into packing, a few panels of 8 output pixels at a time; depthwise has its own kernel.
import { gemmPanels } from './gemm-float';
import { ConvFloatField } from './memory';

/** The input of one sample with its border of zeros; the input itself where there is no border. */
function padded(call: usize, input: usize): usize {
  const map = <usize>load<u32>(call, ConvFloatField.map);
  if (!map) return input;
  const channels = load<i32>(call, ConvFloatField.channels);
  const height = load<i32>(call, ConvFloatField.height);
  const rowBytes = <usize>load<i32>(call, ConvFloatField.width) << 2;
  const mapHeight = load<i32>(call, ConvFloatField.mapHeight);
  const mapRow = <usize>load<i32>(call, ConvFloatField.mapWidth) << 2;
  memory.fill(map, 0, <usize>(channels * mapHeight) * mapRow);
  const first = <usize>load<i32>(call, ConvFloatField.padTop) * mapRow + (<usize>load<i32>(call, ConvFloatField.padLeft) << 2);
  for (let c = 0; c < channels; c++) {
    let to = map + <usize>(c * mapHeight) * mapRow + first;
    for (let y = 0; y < height; y++) {
      memory.copy(to, input, rowBytes);
      to += mapRow;
      input += rowBytes;
    }
  }
  return map;
}

export function convFloat(call: usize): void {
  const batch = load<i32>(call, ConvFloatField.batch);
  const channels = load<i32>(call, ConvFloatField.channels);
  const groups = load<i32>(call, ConvFloatField.groups);
  const outChannels = load<i32>(call, ConvFloatField.outChannels) / groups;
  const pixels = load<i32>(call, ConvFloatField.outHeight) * load<i32>(call, ConvFloatField.outWidth);
  const depth = load<i32>(call, ConvFloatField.depth);
  const sampleBytes = <usize>(channels * load<i32>(call, ConvFloatField.height) * load<i32>(call, ConvFloatField.width)) << 2;
  const groupBytes = <usize>(channels / groups * load<i32>(call, ConvFloatField.mapHeight) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  const chunk = load<i32>(call, ConvFloatField.panelCount) << 3;
  const panels = <usize>load<u32>(call, ConvFloatField.panels);
  const bias = <usize>load<u32>(call, ConvFloatField.bias);
  let input = <usize>load<u32>(call, ConvFloatField.input);
  let output = <usize>load<u32>(call, ConvFloatField.output);
  for (let n = 0; n < batch; n++) {
    let map = padded(call, input);
    for (let g = 0; g < groups; g++) {
      const weights = <usize>load<u32>(call, ConvFloatField.weights) + (<usize>(g * outChannels * depth) << 2);
      for (let first = 0; first < pixels; first += chunk) {
        const count = min(chunk, pixels - first);
        for (let p = 0; p < count; p += 8) packPixels(call, map, first + p, min(8, count - p), panels + (<usize>(p * depth) << 2));
        gemmPanels(
          weights, outChannels, depth, panels, count, output + (<usize>first << 2), <usize>pixels << 2,
          bias ? bias + (<usize>(g * outChannels) << 2) : 0, 0, load<f32>(call, ConvFloatField.low), load<f32>(call, ConvFloatField.high),
        );
      }
      map += groupBytes;
      output += <usize>(outChannels * pixels) << 2;
    }
    input += sampleBytes;
  }
}

/** Address in the map of an output pixel's first input. */
@inline
function pixelAt(call: usize, map: usize, pixel: i32): usize {
  const outWidth = load<i32>(call, ConvFloatField.outWidth);
  const y = pixel / outWidth;
  const x = pixel - y * outWidth;
  const row = y * load<i32>(call, ConvFloatField.strideY) * load<i32>(call, ConvFloatField.mapWidth);
  return map + (<usize>(row + x * load<i32>(call, ConvFloatField.strideX)) << 2);
}

/** Panel [depth, 8] of the pixels from `pixel` on; where fewer than 8 exist, the last one is repeated. */
function packPixels(call: usize, map: usize, pixel: i32, count: i32, panel: usize): void {
  const last = pixel + count - 1;
  const p0 = pixelAt(call, map, pixel);
  const p1 = pixelAt(call, map, min(pixel + 1, last));
  const p2 = pixelAt(call, map, min(pixel + 2, last));
  const p3 = pixelAt(call, map, min(pixel + 3, last));
  const p4 = pixelAt(call, map, min(pixel + 4, last));
  const p5 = pixelAt(call, map, min(pixel + 5, last));
  const p6 = pixelAt(call, map, min(pixel + 6, last));
  const p7 = pixelAt(call, map, min(pixel + 7, last));
  const offsets = <usize>load<u32>(call, ConvFloatField.offsets);
  const end = offsets + (<usize>load<i32>(call, ConvFloatField.depth) << 2);
  // Addresses grow with the pixel, so ends 12 bytes apart mean four neighbours.
  if (p3 - p0 == 12 && p7 - p4 == 12) {
    for (let k = offsets; k < end; k += 4) {
      const at = <usize>load<i32>(k);
      v128.store(panel, v128.load(p0 + at));
      v128.store(panel, v128.load(p4 + at), 16);
      panel += 32;
    }
    return;
  }
  for (let k = offsets; k < end; k += 4) {
    const at = <usize>load<i32>(k);
    store<f32>(panel, load<f32>(p0 + at));
    store<f32>(panel, load<f32>(p1 + at), 4);
    store<f32>(panel, load<f32>(p2 + at), 8);
    store<f32>(panel, load<f32>(p3 + at), 12);
    store<f32>(panel, load<f32>(p4 + at), 16);
    store<f32>(panel, load<f32>(p5 + at), 20);
    store<f32>(panel, load<f32>(p6 + at), 24);
    store<f32>(panel, load<f32>(p7 + at), 28);
    panel += 32;
  }
}

/** Depthwise, column stride 1 or 2: 4 output columns at a time. Reads up to 28 bytes past a row, as SLACK_BYTES allows. */
export function depthwiseFloat(call: usize): void {
  const batch = load<i32>(call, ConvFloatField.batch);
  const channels = load<i32>(call, ConvFloatField.channels);
  const pixels = load<i32>(call, ConvFloatField.outHeight) * load<i32>(call, ConvFloatField.outWidth);
  const depth = load<i32>(call, ConvFloatField.depth);
  const sampleBytes = <usize>(channels * load<i32>(call, ConvFloatField.height) * load<i32>(call, ConvFloatField.width)) << 2;
  const planeBytes = <usize>(load<i32>(call, ConvFloatField.mapHeight) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  const bias = <usize>load<u32>(call, ConvFloatField.bias);
  let input = <usize>load<u32>(call, ConvFloatField.input);
  let output = <usize>load<u32>(call, ConvFloatField.output);
  for (let n = 0; n < batch; n++) {
    const map = padded(call, input);
    for (let c = 0; c < channels; c++) {
      const weights = <usize>load<u32>(call, ConvFloatField.weights) + (<usize>(c * depth) << 2);
      plane(call, map + <usize>c * planeBytes, weights, bias ? load<f32>(bias + (<usize>c << 2)) : 0, output);
      output += <usize>pixels << 2;
    }
    input += sampleBytes;
  }
}

function plane(call: usize, map: usize, weights: usize, bias: f32, output: usize): void {
  const outHeight = load<i32>(call, ConvFloatField.outHeight);
  const outWidth = load<i32>(call, ConvFloatField.outWidth);
  const strideX = load<i32>(call, ConvFloatField.strideX);
  const rowStep = <usize>(load<i32>(call, ConvFloatField.strideY) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  const offsets = <usize>load<u32>(call, ConvFloatField.offsets);
  const end = offsets + (<usize>load<i32>(call, ConvFloatField.depth) << 2);
  const low = v128.load32_splat(call, ConvFloatField.low);
  const high = v128.load32_splat(call, ConvFloatField.high);
  for (let y = 0; y < outHeight; y++) {
    const row = map + <usize>y * rowStep;
    for (let x = 0; x < outWidth; x += 4) {
      const p = row + (<usize>(x * strideX) << 2);
      let sum = f32x4.splat(bias);
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const at = p + <usize>load<i32>(tap);
        const v = strideX == 1 ? v128.load(at) : v128.shuffle<i32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
        sum = f32x4.add(sum, f32x4.mul(v, v128.load32_splat(w)));
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
  }
}
