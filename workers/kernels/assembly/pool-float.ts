// Max and average pooling in float32 over planes [height, width]. Where a window lies inside the plane and columns are one or
// two apart, four outputs are made at a time.
import { PoolFloatField } from './memory';

export function maxPoolFloat(call: usize): void {
  pool(call, true);
}

export function averagePoolFloat(call: usize): void {
  pool(call, false);
}

@inline
function pool(call: usize, largest: bool): void {
  const height = load<i32>(call, PoolFloatField.height);
  const width = load<i32>(call, PoolFloatField.width);
  const strideY = load<i32>(call, PoolFloatField.strideY);
  const strideX = load<i32>(call, PoolFloatField.strideX);
  const padTop = load<i32>(call, PoolFloatField.padTop);
  const padLeft = load<i32>(call, PoolFloatField.padLeft);
  const outHeight = load<i32>(call, PoolFloatField.outHeight);
  const outWidth = load<i32>(call, PoolFloatField.outWidth);
  const reachX = (load<i32>(call, PoolFloatField.windowWidth) - 1) * load<i32>(call, PoolFloatField.dilationX) + 1;
  // Output columns whose windows lie inside the plane: inside … insideEnd − 1.
  const inside = strideX > 2 ? outWidth : min(outWidth, (padLeft + strideX - 1) / strideX);
  const room = width + padLeft - reachX;
  const insideEnd = room < 0 ? inside : max(inside, min(outWidth, room / strideX + 1));
  let input = <usize>load<u32>(call, PoolFloatField.input);
  let output = <usize>load<u32>(call, PoolFloatField.output);
  for (let p = load<i32>(call, PoolFloatField.planes); p > 0; p--) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y = oy * strideY - padTop;
      let x = 0;
      for (; x < inside; x++) store<f32>(output + (<usize>x << 2), window(call, input, y, x * strideX - padLeft, largest));
      for (; x + 4 <= insideEnd; x += 4) {
        const v = strideX == 1
          ? fourWindows(call, input, y, x - padLeft, largest, 1)
          : fourWindows(call, input, y, (x << 1) - padLeft, largest, 2);
        v128.store(output + (<usize>x << 2), v);
      }
      for (; x < outWidth; x++) store<f32>(output + (<usize>x << 2), window(call, input, y, x * strideX - padLeft, largest));
      output += <usize>outWidth << 2;
    }
    input += <usize>(height * width) << 2;
  }
}

/** Windows at four output columns, all columns of them inside the plane. */
@inline
function fourWindows(call: usize, plane: usize, y0: i32, x0: i32, largest: bool, stride: i32): v128 {
  const height = load<i32>(call, PoolFloatField.height);
  const width = load<i32>(call, PoolFloatField.width);
  const dilationY = load<i32>(call, PoolFloatField.dilationY);
  const step = <usize>load<i32>(call, PoolFloatField.dilationX) << 2;
  const columns = load<i32>(call, PoolFloatField.windowWidth);
  const end = min(height, y0 + load<i32>(call, PoolFloatField.windowHeight) * dilationY);
  let value = largest ? f32x4.splat(-Infinity) : f32x4.splat(0);
  let rows = 0;
  for (let y = y0; y < end; y += dilationY) {
    if (y < 0) continue;
    let at = plane + (<usize>(y * width + x0) << 2);
    for (let k = 0; k < columns; k++) {
      const v = stride == 1 ? v128.load(at) : v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
      value = largest ? f32x4.max(value, v) : f32x4.add(value, v);
      at += step;
    }
    rows++;
  }
  if (largest) return value;
  if (load<i32>(call, PoolFloatField.countPadding)) rows = countedRows(call, y0);
  return f32x4.div(value, f32x4.splat(<f32>(rows * columns)));
}

/** One window, the part of it that is inside the plane. */
@inline
function window(call: usize, plane: usize, y0: i32, x0: i32, largest: bool): f32 {
  const height = load<i32>(call, PoolFloatField.height);
  const width = load<i32>(call, PoolFloatField.width);
  const dilationY = load<i32>(call, PoolFloatField.dilationY);
  const dilationX = load<i32>(call, PoolFloatField.dilationX);
  const reachX = load<i32>(call, PoolFloatField.windowWidth) * dilationX;
  const bottom = min(height, y0 + load<i32>(call, PoolFloatField.windowHeight) * dilationY);
  const right = min(width, x0 + reachX);
  let value: f32 = largest ? -Infinity : 0;
  let sum: f64 = 0;
  let count = 0;
  for (let y = y0; y < bottom; y += dilationY) {
    if (y < 0) continue;
    for (let x = x0; x < right; x += dilationX) {
      if (x < 0) continue;
      const element = load<f32>(plane + (<usize>(y * width + x) << 2));
      if (largest) value = max(value, element);
      else sum += element;
      count++;
    }
  }
  if (largest) return value;
  if (load<i32>(call, PoolFloatField.countPadding)) {
    count = countedRows(call, y0) * counted(x0, reachX, dilationX, width + load<i32>(call, PoolFloatField.padRight));
  }
  return <f32>(sum / <f64>count);
}

@inline
function countedRows(call: usize, y0: i32): i32 {
  const dilation = load<i32>(call, PoolFloatField.dilationY);
  const end = load<i32>(call, PoolFloatField.height) + load<i32>(call, PoolFloatField.padBottom);
  return counted(y0, load<i32>(call, PoolFloatField.windowHeight) * dilation, dilation, end);
}

/** Taps of a window that lie before the end of the padding: a last window of ceil mode may reach beyond. */
@inline
function counted(start: i32, reach: i32, dilation: i32, end: i32): i32 {
  return (min(reach, end - start) + dilation - 1) / dilation;
}

/** Mean over whole planes: two sums of two in float64. */
export function globalAveragePoolFloat(call: usize): void {
  const count = load<i32>(call, PoolFloatField.height) * load<i32>(call, PoolFloatField.width);
  let input = <usize>load<u32>(call, PoolFloatField.input);
  let output = <usize>load<u32>(call, PoolFloatField.output);
  for (let p = load<i32>(call, PoolFloatField.planes); p > 0; p--) {
    let low = f64x2.splat(0);
    let high = low;
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const v = v128.load(input);
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
      input += 16;
    }
    low = f64x2.add(low, high);
    let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
    for (; i < count; i++) {
      sum += load<f32>(input);
      input += 4;
    }
    store<f32>(output, <f32>(sum / <f64>count));
    output += 4;
  }
}
