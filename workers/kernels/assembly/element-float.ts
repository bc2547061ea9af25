// Element-wise float32 kernels: clamp (Relu, Clip), and a factor and offset per channel.
import { storeFirst } from './math-float';
import { AffineField, ElementField } from './memory';

/** Whole vectors; the last one reads and writes into the slack behind the operands, which nothing else uses. */
export function clampFloat(call: usize): void {
  const a = <usize>load<u32>(call, ElementField.a);
  const output = <usize>load<u32>(call, ElementField.output);
  const bytes = <usize>load<i32>(call, ElementField.count) << 2;
  const low = v128.load32_splat(call, ElementField.low);
  const high = v128.load32_splat(call, ElementField.high);
  for (let i: usize = 0; i < bytes; i += 16) v128.store(output + i, f32x4.min(f32x4.max(v128.load(a + i), low), high));
}

export function affineFloat(call: usize): void {
  const batch = load<i32>(call, AffineField.batch);
  const channels = load<i32>(call, AffineField.channels);
  const inner = load<i32>(call, AffineField.inner);
  const scales = <usize>load<u32>(call, AffineField.scale);
  const shifts = <usize>load<u32>(call, AffineField.shift);
  const low = v128.load32_splat(call, AffineField.low);
  const high = v128.load32_splat(call, AffineField.high);
  let input = <usize>load<u32>(call, AffineField.input);
  let output = <usize>load<u32>(call, AffineField.output);
  if (inner == 1) {
    // Channels lie one after another.
    const bytes = <usize>channels << 2;
    for (let n = 0; n < batch; n++, input += bytes, output += bytes) {
      for (let i: usize = 0; i < bytes; i += 16) {
        const y = affine(v128.load(input + i), v128.load(scales + i), v128.load(shifts + i), low, high);
        if (i + 16 <= bytes) v128.store(output + i, y);
        else storeFirst(output + i, y, channels & 3);
      }
    }
    return;
  }
  const bytes = <usize>inner << 2;
  const whole = bytes & ~15;
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++, input += bytes, output += bytes) {
      const scale = v128.load32_splat(scales + (<usize>c << 2));
      const shift = v128.load32_splat(shifts + (<usize>c << 2));
      for (let i: usize = 0; i < whole; i += 16) v128.store(output + i, affine(v128.load(input + i), scale, shift, low, high));
      if (inner & 3) storeFirst(output + whole, affine(v128.load(input + whole), scale, shift, low, high), inner & 3);
    }
  }
}

@inline
function affine(x: v128, scale: v128, shift: v128, low: v128, high: v128): v128 {
  return f32x4.min(f32x4.max(f32x4.add(f32x4.mul(x, scale), shift), low), high);
}
