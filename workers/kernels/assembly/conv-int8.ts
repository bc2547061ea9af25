// conv2d and dense: 4 pixels × 8 output channels at a time over a widened map, no im2col: the inputs of one pixel are runs
// of int16 that lie one after another, so each pixel is an address and the runs are offsets from it.
import { ConvField, RescaleBlock, WriteField } from './memory';
import { unpack } from './packed-weights';
import { put8 } from './rescale';

export function convInt8(call: usize): void {
  const groups = load<i32>(call, ConvField.groups);
  const groupChannels = load<i32>(call, ConvField.groupChannels);
  const groupStep = load<i32>(call, ConvField.groupStep);
  const values = load<i32>(call, ConvField.runCount) * load<i32>(call, ConvField.runPairs) << 4;
  const packedBits = load<i32>(call, ConvField.packedBits);
  const unpacked = <usize>load<u32>(call, ConvField.panel);
  const panelBytes = packedBits ? <usize>(values >> 3) * packedBits : <usize>values << 1;
  let weights = <usize>load<u32>(call, ConvField.weights);
  let block = <usize>load<u32>(call, ConvField.write + WriteField.channels);
  let map = <usize>load<u32>(call, ConvField.map);
  let output = <usize>load<u32>(call, ConvField.write + WriteField.output);
  for (let g = 0; g < groups; g++) {
    for (let o = 0; o < groupChannels; o += 8) {
      if (packedBits) unpack(weights, packedBits, values, unpacked);
      panel(call, map, packedBits ? unpacked : weights, block, output + o, groupChannels - o);
      weights += panelBytes;
      block += RescaleBlock.bytes;
    }
    map += groupStep;
    output += groupChannels;
  }
}

/** All pixels of 8 output channels: the panel of weights stays in the first cache. */
function panel(call: usize, map: usize, weights: usize, block: usize, output: usize, count: i32): void {
  const outHeight = load<i32>(call, ConvField.outHeight);
  const outWidth = load<i32>(call, ConvField.outWidth);
  const columnStep = <usize>load<i32>(call, ConvField.columnStep);
  const rowSkip = <usize>load<i32>(call, ConvField.rowStep) - <usize>(outWidth - 1) * columnStep;
  const outStep = <usize>load<i32>(call, ConvField.outChannels);
  const pixels = outHeight * outWidth;
  let x = 0;
  let p = map;
  let done = 0;
  while (done + 4 <= pixels) {
    const p0 = p;
    if (++x == outWidth) { x = 0; p += rowSkip; } else p += columnStep;
    const p1 = p;
    if (++x == outWidth) { x = 0; p += rowSkip; } else p += columnStep;
    const p2 = p;
    if (++x == outWidth) { x = 0; p += rowSkip; } else p += columnStep;
    const p3 = p;
    if (++x == outWidth) { x = 0; p += rowSkip; } else p += columnStep;
    pixels4(call, p0, p1, p2, p3, weights, block, output, outStep, count);
    output += outStep << 2;
    done += 4;
  }
  while (done < pixels) {
    pixel1(call, p, weights, block, output, count);
    if (++x == outWidth) { x = 0; p += rowSkip; } else p += columnStep;
    output += outStep;
    done++;
  }
}

@inline
function pixels4(call: usize, p0: usize, p1: usize, p2: usize, p3: usize, weights: usize, block: usize, output: usize, outStep: usize, count: i32): void {
  const bias0 = v128.load(block, RescaleBlock.bias);
  const bias1 = v128.load(block, RescaleBlock.bias + 16);
  let c00 = bias0, c01 = bias1, c10 = bias0, c11 = bias1;
  let c20 = bias0, c21 = bias1, c30 = bias0, c31 = bias1;
  const runs = <usize>load<u32>(call, ConvField.runs);
  const runsEnd = runs + (<usize>load<i32>(call, ConvField.runCount) << 2);
  const runBytes = <usize>load<i32>(call, ConvField.runPairs) << 2;
  let w = weights;
  for (let run = runs; run < runsEnd; run += 4) {
    const start = <usize>load<i32>(run);
    const q1 = p1 - p0, q2 = p2 - p0, q3 = p3 - p0;
    let a = p0 + start;
    const end = a + runBytes;
    do {
      const b0 = v128.load(w);
      const b1 = v128.load(w, 16);
      let x = v128.load32_splat(a);
      c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, b0));
      c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(a + q1);
      c10 = i32x4.add(c10, i32x4.dot_i16x8_s(x, b0));
      c11 = i32x4.add(c11, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(a + q2);
      c20 = i32x4.add(c20, i32x4.dot_i16x8_s(x, b0));
      c21 = i32x4.add(c21, i32x4.dot_i16x8_s(x, b1));
      x = v128.load32_splat(a + q3);
      c30 = i32x4.add(c30, i32x4.dot_i16x8_s(x, b0));
      c31 = i32x4.add(c31, i32x4.dot_i16x8_s(x, b1));
      a += 4;
      w += 32;
    } while (a < end);
  }
  const write = call + ConvField.write;
  put8(c00, c01, block, write, output, count);
  put8(c10, c11, block, write, output + outStep, count);
  put8(c20, c21, block, write, output + (outStep << 1), count);
  put8(c30, c31, block, write, output + outStep * 3, count);
}

function pixel1(call: usize, p: usize, weights: usize, block: usize, output: usize, count: i32): void {
  let c0 = v128.load(block, RescaleBlock.bias);
  let c1 = v128.load(block, RescaleBlock.bias + 16);
  const runs = <usize>load<u32>(call, ConvField.runs);
  const runsEnd = runs + (<usize>load<i32>(call, ConvField.runCount) << 2);
  const runBytes = <usize>load<i32>(call, ConvField.runPairs) << 2;
  let w = weights;
  for (let run = runs; run < runsEnd; run += 4) {
    let a = p + <usize>load<i32>(run);
    const end = a + runBytes;
    do {
      const x = v128.load32_splat(a);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(w)));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(w, 16)));
      a += 4;
      w += 32;
    } while (a < end);
  }
  put8(c0, c1, block, call + ConvField.write, output, count);
}
