// Softmax and its logarithm along one axis: differences to the largest element, so that nothing overflows.
import { exp4, firstLanes, log4, storeFirst } from './math-float';
import { SoftmaxField } from './memory';
import { lanesSum } from './reduce-float';

export function softmaxFloat(call: usize): void {
  const outer = load<i32>(call, SoftmaxField.outer);
  const size = load<i32>(call, SoftmaxField.size);
  const inner = load<i32>(call, SoftmaxField.inner);
  const logarithm = load<i32>(call, SoftmaxField.logarithm);
  let input = <usize>load<u32>(call, SoftmaxField.input);
  let output = <usize>load<u32>(call, SoftmaxField.output);
  const bytes = <usize>(size * inner) << 2;
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      if (logarithm) rowLogarithm(input, output, size);
      else row(input, output, size);
    } else {
      for (let k = 0; k < inner; k += 4) {
        const at = <usize>k << 2;
        columns(input + at, output + at, size, <usize>inner << 2, min(4, inner - k), logarithm);
      }
    }
    input += bytes;
    output += bytes;
  }
}

@inline
function largest(input: usize, size: i32): v128 {
  const whole = <usize>(size & ~3) << 2;
  let top = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < whole; i += 16) top = f32x4.max(top, v128.load(input + i));
  if (size & 3) top = f32x4.max(top, v128.bitselect(v128.load(input + whole), f32x4.splat(-Infinity), firstLanes(size & 3)));
  top = f32x4.max(top, v128.shuffle<i64>(top, top, 1, 0));
  return f32x4.max(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
}

function row(input: usize, output: usize, size: i32): void {
  const whole = <usize>(size & ~3) << 2;
  const top = largest(input, size);
  let sum: f64 = 0;
  for (let from: usize = 0; from < whole; ) {
    const end = min(whole, from + 1024);
    let part = f32x4.splat(0);
    for (; from < end; from += 16) {
      const e = exp4(f32x4.sub(v128.load(input + from), top));
      v128.store(output + from, e);
      part = f32x4.add(part, e);
    }
    sum += lanesSum(part);
  }
  let tail = f32x4.splat(0);
  if (size & 3) {
    tail = v128.and(exp4(f32x4.sub(v128.load(input + whole), top)), firstLanes(size & 3));
    sum += lanesSum(tail);
  }
  const total = f32x4.splat(<f32>sum);
  for (let i: usize = 0; i < whole; i += 16) v128.store(output + i, f32x4.div(v128.load(output + i), total));
  if (size & 3) storeFirst(output + whole, f32x4.div(tail, total), size & 3);
}

function rowLogarithm(input: usize, output: usize, size: i32): void {
  const whole = <usize>(size & ~3) << 2;
  const top = largest(input, size);
  let sum: f64 = 0;
  for (let from: usize = 0; from < whole; ) {
    const end = min(whole, from + 1024);
    let part = f32x4.splat(0);
    for (; from < end; from += 16) part = f32x4.add(part, exp4(f32x4.sub(v128.load(input + from), top)));
    sum += lanesSum(part);
  }
  if (size & 3) sum += lanesSum(v128.and(exp4(f32x4.sub(v128.load(input + whole), top)), firstLanes(size & 3)));
  const log = log4(f32x4.splat(<f32>sum));
  for (let i: usize = 0; i < whole; i += 16) {
    v128.store(output + i, f32x4.sub(f32x4.sub(v128.load(input + i), top), log));
  }
  if (size & 3) storeFirst(output + whole, f32x4.sub(f32x4.sub(v128.load(input + whole), top), log), size & 3);
}

/** `count` (1 … 4) neighbouring lines of `size` elements, `step` bytes apart. */
function columns(input: usize, output: usize, size: i32, step: usize, count: i32, logarithm: i32): void {
  let top = f32x4.splat(-Infinity);
  let at: usize = 0;
  for (let i = 0; i < size; i++, at += step) top = f32x4.max(top, v128.load(input + at));
  let sum = f32x4.splat(0);
  at = 0;
  for (let i = 0; i < size; i++, at += step) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(input + at), top)));
  const log = logarithm ? log4(sum) : f32x4.splat(0);
  at = 0;
  for (let i = 0; i < size; i++, at += step) {
    const x = f32x4.sub(v128.load(input + at), top);
    const y = logarithm ? f32x4.sub(x, log) : f32x4.div(exp4(x), sum);
    if (count == 4) v128.store(output + at, y);
    else storeFirst(output + at, y, count);
  }
}
