// add: (A · mA + B · mB + half) >> shift for 8-bit codes; one dot product per lane, because multipliers are below 2^15.
import { AddField } from './memory';
import { store8 } from './rescale';

@inline
function load8(at: usize, unsigned: i32, zeroPoint: i32): v128 {
  return i16x8.sub(unsigned ? v128.load_ext<u8>(at) : v128.load_ext<i8>(at), i16x8.splat(<i16>zeroPoint));
}

/** Reads up to 7 bytes past the operands, as SLACK_BYTES allows. */
export function addInt8(call: usize): void {
  const a = <usize>load<u32>(call, AddField.a);
  const b = <usize>load<u32>(call, AddField.b);
  const output = <usize>load<u32>(call, AddField.output);
  const count = load<i32>(call, AddField.count);
  const unsignedA = load<i32>(call, AddField.unsignedA);
  const unsignedB = load<i32>(call, AddField.unsignedB);
  const unsignedOutput = load<i32>(call, AddField.unsignedOutput);
  const zeroPointA = load<i32>(call, AddField.zeroPointA);
  const zeroPointB = load<i32>(call, AddField.zeroPointB);
  const shift = load<i32>(call, AddField.shift);
  const multipliers = i32x4.splat((load<i32>(call, AddField.multiplierA) & 0xffff) | (load<i32>(call, AddField.multiplierB) << 16));
  const half = i32x4.splat(shift > 0 ? 1 << (shift - 1) : 0);
  const z = i32x4.splat(load<i32>(call, AddField.zeroPointOutput));
  const low = i32x4.splat(load<i32>(call, AddField.low));
  const high = i32x4.splat(load<i32>(call, AddField.high));
  for (let i = 0; i < count; i += 8) {
    const x = load8(a + i, unsignedA, zeroPointA);
    const y = load8(b + i, unsignedB, zeroPointB);
    let s = i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11), multipliers);
    let t = i32x4.dot_i16x8_s(v128.shuffle<i16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15), multipliers);
    s = i32x4.add(i32x4.shr_s(i32x4.add(s, half), shift), z);
    t = i32x4.add(i32x4.shr_s(i32x4.add(t, half), shift), z);
    s = i32x4.min_s(i32x4.max_s(s, low), high);
    t = i32x4.min_s(i32x4.max_s(t, low), high);
    store8(s, t, unsignedOutput, output + i, count - i);
  }
}
