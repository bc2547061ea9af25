// Convolution in float32 as a product: im2col is fused into packing, a few panels of 8 output pixels at a time.
import { gemmPanels } from './gemm-float';
import { fillMap } from './map-float';
import { ConvFloatField, SPILL } from './memory';

export function convFloat(call: usize): void {
  const batch = load<i32>(call, ConvFloatField.batch);
  const channels = load<i32>(call, ConvFloatField.channels);
  const height = load<i32>(call, ConvFloatField.height);
  const width = load<i32>(call, ConvFloatField.width);
  const map = <usize>load<u32>(call, ConvFloatField.map);
  const mapHeight = load<i32>(call, ConvFloatField.mapHeight);
  const mapWidth = load<i32>(call, ConvFloatField.mapWidth);
  const outputBytes = <usize>(load<i32>(call, ConvFloatField.outChannels) * load<i32>(call, ConvFloatField.outHeight) * load<i32>(call, ConvFloatField.outWidth)) << 2;
  let input = <usize>load<u32>(call, ConvFloatField.input);
  let output = <usize>load<u32>(call, ConvFloatField.output);
  if (map) memory.fill(map, 0, <usize>(channels * mapHeight * mapWidth) << 2);
  for (let n = 0; n < batch; n++) {
    if (map) fillMap(input, channels, height, width, map, mapHeight, mapWidth, load<i32>(call, ConvFloatField.padTop), load<i32>(call, ConvFloatField.padLeft));
    sample(call, map ? map : input, output);
    input += <usize>(channels * height * width) << 2;
    output += outputBytes;
  }
}

function sample(call: usize, map: usize, output: usize): void {
  const groups = load<i32>(call, ConvFloatField.groups);
  const channels = load<i32>(call, ConvFloatField.channels) / groups;
  const outChannels = load<i32>(call, ConvFloatField.outChannels) / groups;
  const pixels = load<i32>(call, ConvFloatField.outHeight) * load<i32>(call, ConvFloatField.outWidth);
  const depth = load<i32>(call, ConvFloatField.depth);
  const chunk = load<i32>(call, ConvFloatField.panelCount) << 3;
  const panels = <usize>load<u32>(call, ConvFloatField.panels);
  const groupBytes = <usize>(channels * load<i32>(call, ConvFloatField.mapHeight) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  let weights = <usize>load<u32>(call, ConvFloatField.weights);
  let bias = <usize>load<u32>(call, ConvFloatField.bias);
  for (let g = 0; g < groups; g++) {
    for (let first = 0; first < pixels; first += chunk) {
      const count = min(chunk, pixels - first);
      packPixels(call, map, first, count, panels);
      gemmPanels(
        weights, outChannels, depth, panels, count, output + (<usize>first << 2), <usize>pixels << 2, bias, 0,
        load<f32>(call, ConvFloatField.low), load<f32>(call, ConvFloatField.high),
      );
    }
    map += groupBytes;
    output += <usize>(outChannels * pixels) << 2;
    weights += <usize>(outChannels * depth) << 2;
    if (bias) bias += <usize>outChannels << 2;
  }
}

/** Panels [depth, 8] of `count` output pixels from `first` on, four pixels at a time; beyond the last pixel it is repeated. */
function packPixels(call: usize, map: usize, first: i32, count: i32, panel: usize): void {
  const outWidth = load<i32>(call, ConvFloatField.outWidth);
  const step = <usize>load<i32>(call, ConvFloatField.strideX) << 2;
  const rowStep = <usize>(load<i32>(call, ConvFloatField.strideY) * load<i32>(call, ConvFloatField.mapWidth)) << 2;
  const offsets = <usize>load<u32>(call, ConvFloatField.offsets);
  const depth = load<i32>(call, ConvFloatField.depth);
  const end = offsets + (<usize>depth << 2);
  // From behind a row of pixels to the start of the next one.
  const wrap = rowStep - <usize>outWidth * step;
  let x = first % outWidth;
  let p = map + <usize>(first / outWidth) * rowStep + <usize>x * step;
  const halves = ((count + 7) >> 3) << 1;
  for (let half = 0; half < halves; half++) {
    const left = count - (half << 2);
    const to = panel + (<usize>(half >> 1) * depth << 5) + (<usize>(half & 1) << 4);
    if (left >= 4 && x + 4 <= outWidth) {
      packRun(p, step, offsets, end, to);
      x += 4;
      p += step << 2;
    } else {
      for (let i = 0; i < 4; i++) {
        store<u32>(SPILL + (<usize>i << 2), <u32>p);
        if (i + 1 >= left) continue;
        p += step;
        if (++x == outWidth) {
          x = 0;
          p += wrap;
        }
      }
      packScattered(offsets, end, to);
    }
    if (x == outWidth) {
      x = 0;
      p += wrap;
    }
  }
}

/** Four pixels of a row, `step` bytes apart. */
@inline
function packRun(p: usize, step: usize, offsets: usize, end: usize, to: usize): void {
  if (step == 4) {
    for (let k = offsets; k < end; k += 4) {
      v128.store(to, v128.load(p + <usize>load<i32>(k)));
      to += 32;
    }
  } else if (step == 8) {
    for (let k = offsets; k < end; k += 4) {
      const at = p + <usize>load<i32>(k);
      v128.store(to, v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6));
      to += 32;
    }
  } else {
    for (let k = offsets; k < end; k += 4) {
      const at = p + <usize>load<i32>(k);
      store<f32>(to, load<f32>(at));
      store<f32>(to, load<f32>(at + step), 4);
      store<f32>(to, load<f32>(at + (step << 1)), 8);
      store<f32>(to, load<f32>(at + step * 3), 12);
      to += 32;
    }
  }
}

/** The four pixels whose addresses lie at SPILL. */
function packScattered(offsets: usize, end: usize, to: usize): void {
  const p0 = <usize>load<u32>(SPILL);
  const p1 = <usize>load<u32>(SPILL, 4);
  const p2 = <usize>load<u32>(SPILL, 8);
  const p3 = <usize>load<u32>(SPILL, 12);
  for (let k = offsets; k < end; k += 4) {
    const at = <usize>load<i32>(k);
    store<f32>(to, load<f32>(p0 + at));
    store<f32>(to, load<f32>(p1 + at), 4);
    store<f32>(to, load<f32>(p2 + at), 8);
    store<f32>(to, load<f32>(p3 + at), 12);
    to += 32;
  }
}
