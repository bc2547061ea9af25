import { BugError } from './errors.ts';

/**
 * Sub-byte integers as a bit stream: value `i` occupies bits [i·bits, (i+1)·bits), least significant bit first,
 * two's complement when signed. The stream is padded with zeros to whole bytes. Packages and flash sizes use this form.
 */
export function packBits(values: ArrayLike<number>, bits: number): Uint8Array {
  if (bits < 1 || bits > 16) throw new BugError(`packBits: ${bits} bits`);
  const out = new Uint8Array(Math.ceil((values.length * bits) / 8));
  const mask = (1 << bits) - 1;
  let position = 0;
  for (let i = 0; i < values.length; i++) {
    let rest = (values[i] as number) & mask;
    let left = bits;
    while (left > 0) {
      const byte = position >>> 3;
      const offset = position & 7;
      const taken = Math.min(8 - offset, left);
      out[byte] = (out[byte] as number) | ((rest & ((1 << taken) - 1)) << offset);
      rest >>>= taken;
      left -= taken;
      position += taken;
    }
  }
  return out;
}

/** The inverse of `packBits`. */
export function unpackBits(packed: Uint8Array, bits: number, count: number, signed: boolean): Int32Array {
  const out = new Int32Array(count);
  const sign = 1 << (bits - 1);
  let position = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    let got = 0;
    while (got < bits) {
      const offset = position & 7;
      const taken = Math.min(8 - offset, bits - got);
      value |= (((packed[position >>> 3] as number) >>> offset) & ((1 << taken) - 1)) << got;
      got += taken;
      position += taken;
    }
    out[i] = signed && value & sign ? value - 2 * sign : value;
  }
  return out;
}
