// Functions of two float32 values with broadcasting: rows of the innermost dimension, whole vectors and an exact tail.
import { storeFirst } from './math-float';
import { BinaryDim, BinaryField, BinaryFunction } from './memory';

export function binaryFloat(call: usize): void {
  dimension(
    call,
    <usize>load<u32>(call, BinaryField.dims),
    load<i32>(call, BinaryField.rank),
    <usize>load<u32>(call, BinaryField.a),
    <usize>load<u32>(call, BinaryField.b),
    <usize>load<u32>(call, BinaryField.output),
  );
}

/** Where the output goes on. */
function dimension(call: usize, dim: usize, rank: i32, a: usize, b: usize, output: usize): usize {
  const size = load<i32>(dim, BinaryDim.size);
  const stepA = load<i32>(dim, BinaryDim.stepA);
  const stepB = load<i32>(dim, BinaryDim.stepB);
  if (rank == 1) {
    row(call, a, stepA, b, stepB, output, size);
    return output + (<usize>size << 2);
  }
  for (let i = 0; i < size; i++) {
    output = dimension(call, dim + BinaryDim.bytes, rank - 1, a, b, output);
    a += stepA;
    b += stepB;
  }
  return output;
}

function row(call: usize, a: usize, stepA: i32, b: usize, stepB: i32, output: usize, size: i32): void {
  const f = load<i32>(call, BinaryField.operation);
  if (f == BinaryFunction.add) rowOf(BinaryFunction.add, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.sub) rowOf(BinaryFunction.sub, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.mul) rowOf(BinaryFunction.mul, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.div) rowOf(BinaryFunction.div, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.min) rowOf(BinaryFunction.min, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.max) rowOf(BinaryFunction.max, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.prelu) rowOf(BinaryFunction.prelu, call, a, stepA, b, stepB, output, size);
  else if (f == BinaryFunction.select) selectRow(call, a, stepA, b, stepB, output, size);
  else powerRow(call, a, stepA, b, stepB, output, size);
}

@inline
function rowOf(f: i32, call: usize, a: usize, stepA: i32, b: usize, stepB: i32, output: usize, size: i32): void {
  const low = v128.load32_splat(call, BinaryField.low);
  const high = v128.load32_splat(call, BinaryField.high);
  const bytes = <usize>size << 2;
  const whole = bytes & ~15;
  let i: usize = 0;
  if (stepA != 0 && stepB != 0) {
    for (; i < whole; i += 16) v128.store(output + i, clamp(combine(f, v128.load(a + i), v128.load(b + i)), low, high));
    if (i < bytes) storeFirst(output + i, clamp(combine(f, v128.load(a + i), v128.load(b + i)), low, high), size & 3);
  } else if (stepA != 0) {
    const y = v128.load32_splat(b);
    for (; i < whole; i += 16) v128.store(output + i, clamp(combine(f, v128.load(a + i), y), low, high));
    if (i < bytes) storeFirst(output + i, clamp(combine(f, v128.load(a + i), y), low, high), size & 3);
  } else if (stepB == 0) {
    const v = clamp(combine(f, v128.load32_splat(a), v128.load32_splat(b)), low, high);
    for (; i < whole; i += 16) v128.store(output + i, v);
    if (i < bytes) storeFirst(output + i, v, size & 3);
  } else {
    const x = v128.load32_splat(a);
    for (; i < whole; i += 16) v128.store(output + i, clamp(combine(f, x, v128.load(b + i)), low, high));
    if (i < bytes) storeFirst(output + i, clamp(combine(f, x, v128.load(b + i)), low, high), size & 3);
  }
}

@inline
function combine(f: i32, x: v128, y: v128): v128 {
  if (f == BinaryFunction.add) return f32x4.add(x, y);
  if (f == BinaryFunction.sub) return f32x4.sub(x, y);
  if (f == BinaryFunction.mul) return f32x4.mul(x, y);
  if (f == BinaryFunction.div) return f32x4.div(x, y);
  if (f == BinaryFunction.min) return f32x4.min(x, y);
  if (f == BinaryFunction.max) return f32x4.max(x, y);
  return v128.bitselect(f32x4.mul(y, x), x, f32x4.lt(x, f32x4.splat(0)));
}

@inline
function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.min(f32x4.max(x, low), high);
}

/** The standard library's power (after musl): polynomials and tables in double precision. */
function powerRow(call: usize, a: usize, stepA: i32, b: usize, stepB: i32, output: usize, size: i32): void {
  const low = load<f32>(call, BinaryField.low);
  const high = load<f32>(call, BinaryField.high);
  for (let i = 0; i < size; i++) {
    store<f32>(output, min(max(NativeMathf.pow(load<f32>(a), load<f32>(b)), low), high));
    a += stepA;
    b += stepB;
    output += 4;
  }
}

function selectRow(call: usize, a: usize, stepA: i32, b: usize, stepB: i32, output: usize, size: i32): void {
  const low = load<f32>(call, BinaryField.low);
  const high = load<f32>(call, BinaryField.high);
  let mask = <usize>load<u32>(call, BinaryField.mask) + (output - <usize>load<u32>(call, BinaryField.output));
  for (let i = 0; i < size; i++) {
    store<f32>(output, min(max(load<i32>(mask) ? load<f32>(a) : load<f32>(b), low), high));
    a += stepA;
    b += stepB;
    output += 4;
    mask += 4;
  }
}
