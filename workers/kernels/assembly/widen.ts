// 8-bit codes → int16 differences to the zero point, with the zero border that padding needs: X of the Program's semantics.
import { WidenField } from './memory';

export function widen(call: usize): void {
  let input = <usize>load<u32>(call, WidenField.input);
  const unsigned = load<i32>(call, WidenField.unsigned);
  const zeroPoint = load<i32>(call, WidenField.zeroPoint);
  const height = load<i32>(call, WidenField.height);
  const count = load<i32>(call, WidenField.rowElements);
  const padTop = load<i32>(call, WidenField.padTopElements);
  const padLeft = load<i32>(call, WidenField.padLeftElements);
  const mapRow = load<i32>(call, WidenField.mapRowElements);
  const mapElements = load<i32>(call, WidenField.mapElements);
  const map = <usize>load<u32>(call, WidenField.map);
  if (mapElements != height * count) memory.fill(map, 0, <usize>mapElements << 1);
  for (let y = 0; y < height; y++) {
    const row = map + (<usize>(padTop + y * mapRow + padLeft) << 1);
    widenRow(input, row, count, unsigned, zeroPoint);
    input += count;
  }
}

function widenRow(input: usize, row: usize, count: i32, unsigned: i32, zeroPoint: i32): void {
  const z = i16x8.splat(<i16>zeroPoint);
  let i = 0;
  if (unsigned) {
    for (; i + 8 <= count; i += 8) v128.store(row + (<usize>i << 1), i16x8.sub(v128.load_ext<u8>(input + i), z));
    for (; i < count; i++) store<i16>(row + (<usize>i << 1), <i16>(<i32>load<u8>(input + i) - zeroPoint));
  } else {
    for (; i + 8 <= count; i += 8) v128.store(row + (<usize>i << 1), i16x8.sub(v128.load_ext<i8>(input + i), z));
    for (; i < count; i++) store<i16>(row + (<usize>i << 1), <i16>(<i32>load<i8>(input + i) - zeroPoint));
  }
}
