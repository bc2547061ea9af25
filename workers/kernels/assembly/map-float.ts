// Feature maps with a border of zeros.

/** Copies planes [height, width] into the middle of planes [mapHeight, mapWidth] whose border is zero already. */
export function fillMap(
  from: usize, planes: i32, height: i32, width: i32, map: usize, mapHeight: i32, mapWidth: i32, padTop: i32, padLeft: i32,
): void {
  const rowBytes = <usize>width << 2;
  const mapRow = <usize>mapWidth << 2;
  const planeBytes = <usize>mapHeight * mapRow;
  map += <usize>padTop * mapRow + (<usize>padLeft << 2);
  for (let p = 0; p < planes; p++) {
    let to = map;
    for (let y = 0; y < height; y++) {
      copyFloats(from, to, width);
      from += rowBytes;
      to += mapRow;
    }
    map += planeBytes;
  }
}

/** Rows are short: a copy of its own is faster than the call of `memory.copy`. The last vector may overlap the one before. */
@inline
export function copyFloats(from: usize, to: usize, count: i32): void {
  const bytes = <usize>count << 2;
  if (count < 4) {
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + i, load<f32>(from + i));
    return;
  }
  const last = bytes - 16;
  for (let i: usize = 0; i < last; i += 16) v128.store(to + i, v128.load(from + i));
  v128.store(to + last, v128.load(from + last));
}
