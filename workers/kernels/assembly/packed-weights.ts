// Weights of 2 to 7 bits, packed without gaps, → int16 panels as conv2d multiplies them.
/** `count` values, each + 2^(bits − 1) in `bits`, a multiple of 8: 8 of them are `bits` whole bytes. Reads up to 7 bytes past the last. */
export function unpack(packed: usize, bits: i32, count: i32, panel: usize): void {
  const mask = (<u64>1 << <u64>bits) - 1;
  const zero = <i32>1 << (bits - 1);
  const step = <u64>bits;
  let to = panel;
  const end = panel + (<usize>count << 1);
  while (to < end) {
    let word = load<u64>(packed);
    store<i16>(to, <i16>(<i32>(word & mask) - zero));
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 2);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 4);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 6);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 8);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 10);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 12);
    word >>= step;
    store<i16>(to, <i16>(<i32>(word & mask) - zero), 14);
    packed += bits;
    to += 16;
  }
}
