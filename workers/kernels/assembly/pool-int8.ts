// maxPool and averagePool over 8-bit maps [H, W, C].
import { PoolField } from './memory';

@inline
function code(at: usize, unsigned: i32): i32 {
  return unsigned ? <i32>load<u8>(at) : <i32>load<i8>(at);
}

export function maxPoolInt8(call: usize): void {
  const outHeight = load<i32>(call, PoolField.outHeight);
  const outWidth = load<i32>(call, PoolField.outWidth);
  const channels = load<i32>(call, PoolField.channels);
  let output = <usize>load<u32>(call, PoolField.output);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      maxOfWindow(call, oy, ox, output);
      output += channels;
    }
  }
}

function maxOfWindow(call: usize, oy: i32, ox: i32, output: usize): void {
  const input = <usize>load<u32>(call, PoolField.input);
  const unsigned = load<i32>(call, PoolField.unsigned);
  const height = load<i32>(call, PoolField.height);
  const width = load<i32>(call, PoolField.width);
  const channels = load<i32>(call, PoolField.channels);
  const dilationY = load<i32>(call, PoolField.dilationY);
  const dilationX = load<i32>(call, PoolField.dilationX);
  const y0 = oy * load<i32>(call, PoolField.strideY) - load<i32>(call, PoolField.padTop);
  const x0 = ox * load<i32>(call, PoolField.strideX) - load<i32>(call, PoolField.padLeft);
  const y1 = min(height, y0 + load<i32>(call, PoolField.windowHeight) * dilationY);
  const x1 = min(width, x0 + load<i32>(call, PoolField.windowWidth) * dilationX);
  const low = load<i32>(call, PoolField.low);
  const high = load<i32>(call, PoolField.high);
  const sign = i8x16.splat(unsigned ? -128 : 0);
  const first = i8x16.splat(-128);
  let c = 0;
  // Unsigned codes are compared as signed ones, moved by 128.
  const lowest = i8x16.splat(<i8>(unsigned ? low - 128 : low));
  const highest = i8x16.splat(<i8>(unsigned ? high - 128 : high));
  for (; c + 16 <= channels; c += 16) {
    let best = first;
    for (let y = y0; y < y1; y += dilationY) {
      if (y < 0) continue;
      for (let x = x0; x < x1; x += dilationX) {
        if (x < 0) continue;
        best = i8x16.max_s(best, v128.xor(v128.load(input + <usize>((y * width + x) * channels + c)), sign));
      }
    }
    v128.store(output + c, v128.xor(i8x16.min_s(i8x16.max_s(best, lowest), highest), sign));
  }
  for (; c < channels; c++) {
    let best = unsigned ? 0 : -128;
    for (let y = y0; y < y1; y += dilationY) {
      if (y < 0) continue;
      for (let x = x0; x < x1; x += dilationX) {
        if (x < 0) continue;
        best = max(best, code(input + <usize>((y * width + x) * channels + c), unsigned));
      }
    }
    store<u8>(output + c, <u8>min(max(best, low), high));
  }
}

export function averagePoolInt8(call: usize): void {
  const outHeight = load<i32>(call, PoolField.outHeight);
  const outWidth = load<i32>(call, PoolField.outWidth);
  const channels = load<i32>(call, PoolField.channels);
  let output = <usize>load<u32>(call, PoolField.output);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      averageOfWindow(call, oy, ox, output);
      output += channels;
    }
  }
}

function averageOfWindow(call: usize, oy: i32, ox: i32, output: usize): void {
  const input = <usize>load<u32>(call, PoolField.input);
  const unsigned = load<i32>(call, PoolField.unsigned);
  const height = load<i32>(call, PoolField.height);
  const width = load<i32>(call, PoolField.width);
  const channels = load<i32>(call, PoolField.channels);
  const zeroPoint = load<i32>(call, PoolField.zeroPoint);
  const top = oy * load<i32>(call, PoolField.strideY) - load<i32>(call, PoolField.padTop);
  const left = ox * load<i32>(call, PoolField.strideX) - load<i32>(call, PoolField.padLeft);
  const bottom = top + load<i32>(call, PoolField.windowHeight);
  const right = left + load<i32>(call, PoolField.windowWidth);
  const y0 = max(0, top), y1 = min(height, bottom);
  const x0 = max(0, left), x1 = min(width, right);
  const inside = max(0, y1 - y0) * max(0, x1 - x0);
  // A window may reach past the padding (ceil mode): what lies beyond is never counted.
  const counted = load<i32>(call, PoolField.countPadding)
    ? (min(bottom, height + load<i32>(call, PoolField.padBottom)) - top) * (min(right, width + load<i32>(call, PoolField.padRight)) - left)
    : inside;
  const multiplier = <i64>load<i32>(<usize>load<u32>(call, PoolField.multipliers) + (<usize>counted << 2));
  const shift = <i64>load<i32>(call, PoolField.shift);
  const half: i64 = shift > 0 ? (<i64>1) << (shift - 1) : 0;
  const z = <i64>load<i32>(call, PoolField.zeroPointOutput);
  const low = <i64>load<i32>(call, PoolField.low);
  const high = <i64>load<i32>(call, PoolField.high);
  const offset = inside * zeroPoint;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let y = y0; y < y1; y++) {
      let at = input + <usize>((y * width + x0) * channels + c);
      for (let x = x0; x < x1; x++) {
        sum += code(at, unsigned);
        at += channels;
      }
    }
    const value = ((<i64>(sum - offset) * multiplier + half) >> shift) + z;
    store<u8>(output + c, <u8>min<i64>(max<i64>(value, low), high));
  }
}
