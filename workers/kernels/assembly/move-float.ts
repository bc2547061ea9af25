// Elements from place to place: everything that transposes, cuts, joins, repeats, pads or picks.
import { FillField, MoveDim, MoveField } from './memory';

export function moveFloat(call: usize): void {
  dimension(
    <usize>load<u32>(call, MoveField.dims),
    load<i32>(call, MoveField.rank),
    <usize>load<u32>(call, MoveField.input),
    <usize>load<u32>(call, MoveField.output),
  );
}

/** Constant elements: the border of a padding. */
export function fillFloat(call: usize): void {
  const bits = load<i32>(call, FillField.value);
  const output = <usize>load<u32>(call, FillField.output);
  const bytes = <usize>load<i32>(call, FillField.count) << 2;
  const whole = bytes & ~15;
  const v = i32x4.splat(bits);
  for (let i: usize = 0; i < whole; i += 16) v128.store(output + i, v);
  for (let i = whole; i < bytes; i += 4) store<i32>(output + i, bits);
}

function dimension(dim: usize, rank: i32, from: usize, to: usize): void {
  const size = load<i32>(dim, MoveDim.size);
  const inputStep = load<i32>(dim, MoveDim.inputStep);
  const outputStep = load<i32>(dim, MoveDim.outputStep);
  const table = <usize>load<u32>(dim, MoveDim.table);
  if (rank == 1) {
    row(size, from, inputStep, table, to, outputStep);
    return;
  }
  const inner = dim + MoveDim.bytes;
  if (rank == 2 && table == 0 && inputStep == 4 && load<i32>(inner, MoveDim.outputStep) == 4 && load<u32>(inner, MoveDim.table) == 0) {
    transpose(from, load<i32>(inner, MoveDim.size), load<i32>(inner, MoveDim.inputStep), to, size, outputStep);
    return;
  }
  for (let i = 0; i < size; i++) {
    dimension(inner, rank - 1, from + (table ? load<i32>(table + (<usize>i << 2)) : i * inputStep), to);
    to += outputStep;
  }
}

function row(size: i32, from: usize, inputStep: i32, table: usize, to: usize, outputStep: i32): void {
  if (table) {
    for (let i = 0; i < size; i++) {
      store<i32>(to, load<i32>(from + load<i32>(table + (<usize>i << 2))));
      to += outputStep;
    }
    return;
  }
  if (inputStep == 4 && outputStep == 4) {
    const end = to + (<usize>size << 2);
    for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
    for (; to < end; to += 4, from += 4) store<i32>(to, load<i32>(from));
    return;
  }
  if (inputStep == 0 && outputStep == 4) {
    const end = to + (<usize>size << 2);
    const v = v128.load32_splat(from);
    for (; to + 16 <= end; to += 16) v128.store(to, v);
    for (; to < end; to += 4) v128.store32_lane(to, v, 0);
    return;
  }
  for (let i = 0; i < size; i++) {
    store<i32>(to, load<i32>(from));
    from += inputStep;
    to += outputStep;
  }
}

/** Input rows `rowStep` bytes apart become output columns; output rows lie `outputStep` bytes apart. In blocks of 4 × 4. */
function transpose(from: usize, rows: i32, rowStep: i32, to: usize, columns: i32, outputStep: i32): void {
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    let at = from + (<usize>column << 2);
    let into = to + <usize>column * outputStep;
    let r = 0;
    for (; r + 4 <= rows; r += 4) {
      const a = v128.load(at);
      const b = v128.load(at + rowStep);
      const c = v128.load(at + rowStep * 2);
      const d = v128.load(at + rowStep * 3);
      const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
      const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
      const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
      const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
      v128.store(into, v128.shuffle<i64>(ab0, cd0, 0, 2));
      v128.store(into + outputStep, v128.shuffle<i64>(ab0, cd0, 1, 3));
      v128.store(into + outputStep * 2, v128.shuffle<i64>(ab1, cd1, 0, 2));
      v128.store(into + outputStep * 3, v128.shuffle<i64>(ab1, cd1, 1, 3));
      at += rowStep * 4;
      into += 16;
    }
    for (; r < rows; r++) {
      for (let k = 0; k < 4; k++) store<i32>(into + k * outputStep, load<i32>(at + (<usize>k << 2)));
      at += rowStep;
      into += 4;
    }
  }
  for (; column < columns; column++) row(rows, from + (<usize>column << 2), rowStep, 0, to + <usize>column * outputStep, 4);
}
