// Element-wise float32 kernels: clamp (Relu, Clip), sum, product, and a factor and offset per channel.
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

export function addFloat(call: usize): void {
  const a = <usize>load<u32>(call, ElementField.a);
  const b = <usize>load<u32>(call, ElementField.b);
  const output = <usize>load<u32>(call, ElementField.output);
  const bytes = <usize>load<i32>(call, ElementField.count) << 2;
  const low = v128.load32_splat(call, ElementField.low);
  const high = v128.load32_splat(call, ElementField.high);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(output + i, f32x4.min(f32x4.max(f32x4.add(v128.load(a + i), v128.load(b + i)), low), high));
  }
}

export function mulFloat(call: usize): void {
  const a = <usize>load<u32>(call, ElementField.a);
  const b = <usize>load<u32>(call, ElementField.b);
  const output = <usize>load<u32>(call, ElementField.output);
  const bytes = <usize>load<i32>(call, ElementField.count) << 2;
  const low = v128.load32_splat(call, ElementField.low);
  const high = v128.load32_splat(call, ElementField.high);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(output + i, f32x4.min(f32x4.max(f32x4.mul(v128.load(a + i), v128.load(b + i)), low), high));
  }
}

export function affineFloat(call: usize): void {
  const planes = load<i32>(call, AffineField.batch) * load<i32>(call, AffineField.channels);
  const channels = load<i32>(call, AffineField.channels);
  const inner = load<i32>(call, AffineField.inner);
  const low = load<f32>(call, AffineField.low);
  const high = load<f32>(call, AffineField.high);
  let input = <usize>load<u32>(call, AffineField.input);
  let output = <usize>load<u32>(call, AffineField.output);
  for (let p = 0; p < planes; p++) {
    const c = <usize>(p % channels) << 2;
    const scale = load<f32>(<usize>load<u32>(call, AffineField.scale) + c);
    const shift = load<f32>(<usize>load<u32>(call, AffineField.shift) + c);
    for (let i = 0; i < inner; i++) {
      store<f32>(output, min(max(load<f32>(input) * scale + shift, low), high));
      input += 4;
      output += 4;
    }
  }
}
