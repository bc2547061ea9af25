// lookup and requantize: one code in, one code out.
import { LookupField, RequantizeField, RescaleBlock, WriteField } from './memory';
import { put8 } from './rescale';

export function lookupInt8(call: usize): void {
  const input = <usize>load<u32>(call, LookupField.input);
  const output = <usize>load<u32>(call, LookupField.output);
  const count = load<i32>(call, LookupField.count);
  const table = <usize>load<u32>(call, LookupField.table);
  // From the lowest code up: signed codes start at −128, so flipping the top bit is the index.
  const flip: u8 = load<i32>(call, LookupField.unsigned) ? 0 : 128;
  for (let i = 0; i < count; i++) store<u8>(output + i, load<u8>(table + <usize>(load<u8>(input + i) ^ flip)));
}

/** Reads up to 7 bytes past the operand, as SLACK_BYTES allows. */
export function requantizeInt8(call: usize): void {
  let input = <usize>load<u32>(call, RequantizeField.input);
  let output = <usize>load<u32>(call, RequantizeField.write + WriteField.output);
  const unsigned = load<i32>(call, RequantizeField.unsigned);
  const z = i16x8.splat(<i16>load<i32>(call, RequantizeField.zeroPoint));
  const pixels = load<i32>(call, RequantizeField.pixels);
  const channels = load<i32>(call, RequantizeField.channels);
  const blocks = <usize>load<u32>(call, RequantizeField.write + WriteField.channels);
  for (let p = 0; p < pixels; p++) {
    let block = blocks;
    for (let c = 0; c < channels; c += 8) {
      const x = i16x8.sub(unsigned ? v128.load_ext<u8>(input + c) : v128.load_ext<i8>(input + c), z);
      put8(i32x4.extend_low_i16x8_s(x), i32x4.extend_high_i16x8_s(x), block, call + RequantizeField.write, output + c, channels - c);
      block += RescaleBlock.bytes;
    }
    input += channels;
    output += channels;
  }
}
