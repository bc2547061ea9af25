// Sums, means, extremes … of groups of elements, and running sums. Additions go through four lanes for a short stretch and
// from there in double precision, in an order that depends on the group's own size only.
import { exp4, firstLanes, log4, storeFirst } from './math-float';
import { CumSumField, ReduceField, ReduceFunction } from './memory';

/** Vectors that are added up in single precision. */
const STRETCH: i32 = 64;

export function reduceFloat(call: usize): void {
  const f = load<i32>(call, ReduceField.operation);
  if (f == ReduceFunction.max) reduce(call, ReduceFunction.max);
  else if (f == ReduceFunction.min) reduce(call, ReduceFunction.min);
  else if (f == ReduceFunction.product) reduce(call, ReduceFunction.product);
  else if (f == ReduceFunction.sumOfMagnitudes) reduce(call, ReduceFunction.sumOfMagnitudes);
  else if (f == ReduceFunction.sumOfSquares || f == ReduceFunction.norm) reduce(call, ReduceFunction.sumOfSquares);
  else if (f == ReduceFunction.logOfSumOfExp) reduce(call, ReduceFunction.logOfSumOfExp);
  else reduce(call, ReduceFunction.sum);
}

@inline
function reduce(call: usize, f: i32): void {
  const input = <usize>load<u32>(call, ReduceField.input);
  const offsets = <usize>load<u32>(call, ReduceField.keptOffsets);
  const offsetCount = load<i32>(call, ReduceField.keptOffsetCount);
  const count = load<i32>(call, ReduceField.keptCount);
  const step = load<i32>(call, ReduceField.keptStep);
  const columns = load<i32>(call, ReduceField.columns);
  let output = <usize>load<u32>(call, ReduceField.output);
  for (let o = 0; o < offsetCount; o++) {
    let at = input + load<i32>(offsets + (<usize>o << 2));
    for (let k = 0; k < count; k++) {
      if (columns) {
        let c = 0;
        if (isSum(f)) {
          for (; c + 16 <= columns; c += 16, output += 64) sumSixteenColumns(f, call, at + (<usize>c << 2), output);
        } else {
          for (; c + 16 <= columns; c += 16, output += 64) extremesOfSixteenColumns(f, call, at + (<usize>c << 2), output);
        }
        for (; c < columns; c += 4) {
          const fit = min(4, columns - c);
          const total = finish(call, foldColumns(f, call, at + (<usize>c << 2), v128.load(output)), v128.load(output));
          if (fit == 4) v128.store(output, total);
          else storeFirst(output, total, fit);
          output += <usize>fit << 2;
        }
      } else {
        const base = v128.load32_splat(output);
        store<f32>(output, f32x4.extract_lane(finish(call, foldRow(f, call, at, base), base), 0));
        output += 4;
      }
      at += step;
    }
  }
}

@inline
function start(f: i32): f32 {
  if (f == ReduceFunction.max) return -Infinity;
  if (f == ReduceFunction.min) return Infinity;
  return f == ReduceFunction.product ? 1 : 0;
}

@inline
function isSum(f: i32): bool {
  return f != ReduceFunction.max && f != ReduceFunction.min && f != ReduceFunction.product;
}

/** What an element counts for. */
@inline
function term(f: i32, x: v128, base: v128): v128 {
  if (f == ReduceFunction.sumOfMagnitudes) return f32x4.abs(x);
  if (f == ReduceFunction.sumOfSquares) return f32x4.mul(x, x);
  if (f == ReduceFunction.logOfSumOfExp) return exp4(f32x4.sub(x, finite(base)));
  return x;
}

/** An infinite largest element is not taken off: the others would not be numbers. */
@inline
function finite(base: v128): v128 {
  return v128.and(base, f32x4.lt(f32x4.abs(base), f32x4.splat(Infinity)));
}

@inline
function join(f: i32, a: v128, b: v128): v128 {
  if (f == ReduceFunction.max) return f32x4.max(a, b);
  if (f == ReduceFunction.min) return f32x4.min(a, b);
  if (f == ReduceFunction.product) return f32x4.mul(a, b);
  return f32x4.add(a, b);
}

/** Sixteen neighbouring columns, a line of the cache: sums in the order in which `foldColumns` takes them. */
@inline
function sumSixteenColumns(f: i32, call: usize, at: usize, output: usize): void {
  const offsets = <usize>load<u32>(call, ReduceField.reducedOffsets);
  const offsetCount = load<i32>(call, ReduceField.reducedOffsetCount);
  const count = load<i32>(call, ReduceField.reducedCount);
  const step = load<i32>(call, ReduceField.reducedStep);
  const base0 = v128.load(output), base1 = v128.load(output, 16), base2 = v128.load(output, 32), base3 = v128.load(output, 48);
  const zero = f32x4.splat(0);
  let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  let low0 = zero, low1 = zero, low2 = zero, low3 = zero;
  let high0 = zero, high1 = zero, high2 = zero, high3 = zero;
  let pending = 0;
  for (let o = 0; o < offsetCount; o++) {
    let from = at + load<i32>(offsets + (<usize>o << 2));
    for (let r = 0; r < count; r++) {
      t0 = f32x4.add(t0, term(f, v128.load(from), base0));
      t1 = f32x4.add(t1, term(f, v128.load(from, 16), base1));
      t2 = f32x4.add(t2, term(f, v128.load(from, 32), base2));
      t3 = f32x4.add(t3, term(f, v128.load(from, 48), base3));
      from += step;
      if (++pending == STRETCH) {
        low0 = addLow(low0, t0), low1 = addLow(low1, t1), low2 = addLow(low2, t2), low3 = addLow(low3, t3);
        high0 = addHigh(high0, t0), high1 = addHigh(high1, t1), high2 = addHigh(high2, t2), high3 = addHigh(high3, t3);
        t0 = t1 = t2 = t3 = zero;
        pending = 0;
      }
    }
  }
  v128.store(output, finish(call, divided(call, addLow(low0, t0), addHigh(high0, t0)), base0));
  v128.store(output, finish(call, divided(call, addLow(low1, t1), addHigh(high1, t1)), base1), 16);
  v128.store(output, finish(call, divided(call, addLow(low2, t2), addHigh(high2, t2)), base2), 32);
  v128.store(output, finish(call, divided(call, addLow(low3, t3), addHigh(high3, t3)), base3), 48);
}

/** Adds two float32 lanes to two in double precision. */
@inline
function addLow(sum: v128, v: v128): v128 {
  return f64x2.add(sum, f64x2.promote_low_f32x4(v));
}

@inline
function addHigh(sum: v128, v: v128): v128 {
  return f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
}

@inline
function extremesOfSixteenColumns(f: i32, call: usize, at: usize, output: usize): void {
  const offsets = <usize>load<u32>(call, ReduceField.reducedOffsets);
  const offsetCount = load<i32>(call, ReduceField.reducedOffsetCount);
  const count = load<i32>(call, ReduceField.reducedCount);
  const step = load<i32>(call, ReduceField.reducedStep);
  let t0 = f32x4.splat(start(f)), t1 = t0, t2 = t0, t3 = t0;
  for (let o = 0; o < offsetCount; o++) {
    let from = at + load<i32>(offsets + (<usize>o << 2));
    for (let r = 0; r < count; r++) {
      t0 = join(f, t0, v128.load(from));
      t1 = join(f, t1, v128.load(from, 16));
      t2 = join(f, t2, v128.load(from, 32));
      t3 = join(f, t3, v128.load(from, 48));
      from += step;
    }
  }
  const none = f32x4.splat(0);
  v128.store(output, finish(call, t0, none));
  v128.store(output, finish(call, t1, none), 16);
  v128.store(output, finish(call, t2, none), 32);
  v128.store(output, finish(call, t3, none), 48);
}

/** Groups of four neighbouring columns. */
@inline
function foldColumns(f: i32, call: usize, at: usize, base: v128): v128 {
  const offsets = <usize>load<u32>(call, ReduceField.reducedOffsets);
  const offsetCount = load<i32>(call, ReduceField.reducedOffsetCount);
  const count = load<i32>(call, ReduceField.reducedCount);
  const step = load<i32>(call, ReduceField.reducedStep);
  let total = f32x4.splat(start(f));
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let pending = 0;
  for (let o = 0; o < offsetCount; o++) {
    let from = at + load<i32>(offsets + (<usize>o << 2));
    for (let r = 0; r < count; r++) {
      total = join(f, total, term(f, v128.load(from), base));
      from += step;
      if (isSum(f) && ++pending == STRETCH) {
        low = addLow(low, total);
        high = addHigh(high, total);
        total = f32x4.splat(0);
        pending = 0;
      }
    }
  }
  if (!isSum(f)) return total;
  return divided(call, addLow(low, total), addHigh(high, total));
}

/** A group of stretches that each lie in one piece; the result is in lane 0. */
@inline
function foldRow(f: i32, call: usize, at: usize, base: v128): v128 {
  const offsets = <usize>load<u32>(call, ReduceField.reducedOffsets);
  const offsetCount = load<i32>(call, ReduceField.reducedOffsetCount);
  const count = load<i32>(call, ReduceField.reducedCount);
  let sum: f64 = 0;
  let extreme = f32x4.splat(start(f));
  for (let o = 0; o < offsetCount; o++) {
    const from = at + load<i32>(offsets + (<usize>o << 2));
    if (isSum(f)) sum += rowSum(f, from, count, base);
    else extreme = foldPiece(f, extreme, from, count);
  }
  if (isSum(f)) return divided(call, f64x2.splat(sum), f64x2.splat(sum));
  extreme = join(f, extreme, v128.shuffle<i64>(extreme, extreme, 1, 0));
  return join(f, extreme, v128.shuffle<i32>(extreme, extreme, 1, 0, 3, 2));
}

@inline
function foldPiece(f: i32, extreme: v128, from: usize, count: i32): v128 {
  const whole = from + (<usize>(count & ~3) << 2);
  let other = f32x4.splat(start(f));
  for (; from + 32 <= whole; from += 32) {
    extreme = join(f, extreme, v128.load(from));
    other = join(f, other, v128.load(from, 16));
  }
  for (; from < whole; from += 16) extreme = join(f, extreme, v128.load(from));
  if (count & 3) other = join(f, other, v128.bitselect(v128.load(from), f32x4.splat(start(f)), firstLanes(count & 3)));
  return join(f, extreme, other);
}

/** Σ term(x) of `count` elements. */
@inline
function rowSum(f: i32, from: usize, count: i32, base: v128): f64 {
  const whole = from + (<usize>(count & ~3) << 2);
  let sum: f64 = 0;
  while (from < whole) {
    const end = min(whole, from + (STRETCH << 4));
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (; from + 64 <= end; from += 64) {
      a = f32x4.add(a, term(f, v128.load(from), base));
      b = f32x4.add(b, term(f, v128.load(from, 16), base));
      c = f32x4.add(c, term(f, v128.load(from, 32), base));
      d = f32x4.add(d, term(f, v128.load(from, 48), base));
    }
    for (; from < end; from += 16) a = f32x4.add(a, term(f, v128.load(from), base));
    sum += lanesSum(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  if (count & 3) sum += lanesSum(v128.and(term(f, v128.load(from), base), firstLanes(count & 3)));
  return sum;
}

/** Of the four lanes, in double precision. */
@inline
export function lanesSum(v: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

export function sumOf(from: usize, count: i32): f64 {
  return rowSum(ReduceFunction.sum, from, count, f32x4.splat(0));
}

export function sumOfSquares(from: usize, count: i32): f64 {
  return rowSum(ReduceFunction.sumOfSquares, from, count, f32x4.splat(0));
}

/** Sums as float32, means while they are still in double precision. */
@inline
function divided(call: usize, low: v128, high: v128): v128 {
  if (load<i32>(call, ReduceField.operation) == ReduceFunction.mean) {
    const size = f64x2.splat(<f64>load<i32>(call, ReduceField.groupSize));
    low = f64x2.div(low, size);
    high = f64x2.div(high, size);
  }
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

@inline
function finish(call: usize, total: v128, base: v128): v128 {
  const f = load<i32>(call, ReduceField.operation);
  if (f == ReduceFunction.norm) total = f32x4.sqrt(total);
  else if (f == ReduceFunction.logOfSum) total = log4(total);
  else if (f == ReduceFunction.logOfSumOfExp) total = f32x4.add(finite(base), log4(total));
  return f32x4.min(f32x4.max(total, v128.load32_splat(call, ReduceField.low)), v128.load32_splat(call, ReduceField.high));
}

export function cumSumFloat(call: usize): void {
  const outer = load<i32>(call, CumSumField.outer);
  const size = load<i32>(call, CumSumField.size);
  const inner = load<i32>(call, CumSumField.inner);
  const exclusive = load<i32>(call, CumSumField.exclusive);
  const reverse = load<i32>(call, CumSumField.reverse);
  const input = <usize>load<u32>(call, CumSumField.input);
  const output = <usize>load<u32>(call, CumSumField.output);
  const step = (reverse ? -inner : inner) << 2;
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < inner; k++) {
      let at = <usize>((o * size + (reverse ? size - 1 : 0)) * inner + k) << 2;
      let total: f64 = 0;
      for (let i = 0; i < size; i++) {
        const x = <f64>load<f32>(input + at);
        store<f32>(output + at, <f32>(exclusive ? total : total + x));
        total += x;
        at += step;
      }
    }
  }
}
