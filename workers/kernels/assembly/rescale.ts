// Accumulators → codes: rescale and put of the Program's semantics, for 8 channels of one pixel.
import { RescaleBlock, SPILL, WriteField } from './memory';

/**
 * (acc · multiplier + half) >> shift for 4 channels, 34 ≤ shift ≤ 62. The shift differs per lane, which SIMD cannot do, so it
 * is done in two floors: the upper 32 bits of the product, times 2^(64 − shift), and the upper 32 bits of that.
 */
@inline
function rescale4(acc: v128, block: usize, half: usize): v128 {
  const m = v128.load(block, RescaleBlock.multiplier);
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(acc, m), v128.load(half));
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(acc, m), v128.load(half, 16));
  const upper = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
  const second = v128.load(block, RescaleBlock.second);
  return v128.shuffle<i32>(
    i64x2.extmul_low_i32x4_s(upper, second),
    i64x2.extmul_high_i32x4_s(upper, second),
    1, 3, 5, 7,
  );
}

/** The same through scalar 64-bit arithmetic, any shift; already clamped, so that nothing is lost in 32 bits. */
function rescale4Exact(acc: v128, block: usize, half: usize, zeroPoint: i64, low: i64, high: i64): v128 {
  v128.store(SPILL, acc);
  for (let i: usize = 0; i < 4; i++) {
    const at = SPILL + (i << 2);
    const product = <i64>load<i32>(at) * <i64>load<i32>(block + (i << 2), RescaleBlock.multiplier) + load<i64>(half + (i << 3));
    const value = (product >> <i64>load<i32>(block + (i << 2), RescaleBlock.shift)) + zeroPoint;
    store<i32>(at, <i32>min<i64>(max<i64>(value, low), high));
  }
  return v128.load(SPILL);
}

/** The first `count` of 8 codes, each within its type's range already. */
@inline
export function store8(a: v128, b: v128, unsigned: i32, at: usize, count: i32): void {
  const words = i16x8.narrow_i32x4_s(a, b);
  const codes = unsigned ? i8x16.narrow_i16x8_u(words, words) : i8x16.narrow_i16x8_s(words, words);
  if (count >= 8) {
    v128.store64_lane(at, codes, 0);
  } else {
    let rest = i64x2.extract_lane(codes, 0);
    for (let i = 0; i < count; i++) {
      store<u8>(at + i, <u8>rest);
      rest >>= 8;
    }
  }
}

/** put(rescale(acc)) of 8 channels, written to `at`; only the first `count` exist. */
@inline
export function put8(a: v128, b: v128, block: usize, write: usize, at: usize, count: i32): void {
  const unsigned = load<i32>(write, WriteField.unsigned);
  const zeroPoint = load<i32>(write, WriteField.zeroPoint);
  const low = load<i32>(write, WriteField.low);
  const high = load<i32>(write, WriteField.high);
  if (load<i32>(write, WriteField.exact)) {
    a = rescale4Exact(a, block, block + RescaleBlock.half, zeroPoint, low, high);
    b = rescale4Exact(b, block + 16, block + RescaleBlock.half + 32, zeroPoint, low, high);
  } else {
    const z = i32x4.splat(zeroPoint);
    const l = i32x4.splat(low);
    const h = i32x4.splat(high);
    a = i32x4.min_s(i32x4.max_s(i32x4.add(rescale4(a, block, block + RescaleBlock.half), z), l), h);
    b = i32x4.min_s(i32x4.max_s(i32x4.add(rescale4(b, block + 16, block + RescaleBlock.half + 32), z), l), h);
  }
  store8(a, b, unsigned, at, count);
}
