// Depthwise conv2d: 8 channels of a pixel at a time over a widened map; two taps are interleaved for each dot product.
import { DepthwiseField, RescaleBlock, WriteField } from './memory';
import { put8 } from './rescale';

export function depthwiseInt8(call: usize): void {
  const channels = load<i32>(call, DepthwiseField.channels);
  const map = <usize>load<u32>(call, DepthwiseField.map);
  const outHeight = load<i32>(call, DepthwiseField.outHeight);
  const outWidth = load<i32>(call, DepthwiseField.outWidth);
  const columnStep = <usize>load<i32>(call, DepthwiseField.columnStep);
  const rowStep = <usize>load<i32>(call, DepthwiseField.rowStep);
  const panelBytes = <usize>load<i32>(call, DepthwiseField.tapPairs) << 5;
  let weights = <usize>load<u32>(call, DepthwiseField.weights);
  let block = <usize>load<u32>(call, DepthwiseField.write + WriteField.channels);
  for (let c = 0; c < channels; c += 8) {
    let output = <usize>load<u32>(call, DepthwiseField.write + WriteField.output) + c;
    for (let y = 0; y < outHeight; y++) {
      let p = map + <usize>y * rowStep + (<usize>c << 1);
      for (let x = 0; x < outWidth; x++) {
        pixel(call, p, weights, block, output, channels - c);
        p += columnStep;
        output += channels;
      }
    }
    weights += panelBytes;
    block += RescaleBlock.bytes;
  }
}

@inline
function pixel(call: usize, p: usize, weights: usize, block: usize, output: usize, count: i32): void {
  let c0 = v128.load(block, RescaleBlock.bias);
  let c1 = v128.load(block, RescaleBlock.bias + 16);
  const taps = <usize>load<u32>(call, DepthwiseField.taps);
  const end = taps + (<usize>load<i32>(call, DepthwiseField.tapPairs) << 3);
  let w = weights;
  for (let tap = taps; tap < end; tap += 8) {
    const a = v128.load(p + <usize>load<i32>(tap));
    const b = v128.load(p + <usize>load<i32>(tap, 4));
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), v128.load(w)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), v128.load(w, 16)));
    w += 32;
  }
  put8(c0, c1, block, call + DepthwiseField.write, output, count);
}
