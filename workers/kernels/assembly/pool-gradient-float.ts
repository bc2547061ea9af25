// Gradients of max and average pooling in float32 over planes [height, width].
import { PoolGradientField } from './memory';

/** Windows one after another; the first element in row-major order that is the window's value takes all of its gradient. */
export function maxPoolGradientFloat(call: usize): void {
  if (isHalving(call)) halved(call);
  else pool(call, true);
}

/** Whether windows are 2 × 2 side by side and cover all columns. */
function isHalving(call: usize): bool {
  const width = load<i32>(call, PoolGradientField.width);
  const isTwo = load<i32>(call, PoolGradientField.windowHeight) == 2 && load<i32>(call, PoolGradientField.windowWidth) == 2;
  const isApart = load<i32>(call, PoolGradientField.strideY) == 2 && load<i32>(call, PoolGradientField.strideX) == 2;
  const isClose = load<i32>(call, PoolGradientField.dilationY) == 1 && load<i32>(call, PoolGradientField.dilationX) == 1;
  const pads = load<i32>(call, PoolGradientField.padTop) | load<i32>(call, PoolGradientField.padLeft) | load<i32>(call, PoolGradientField.padBottom) | load<i32>(call, PoolGradientField.padRight);
  const covers = width == load<i32>(call, PoolGradientField.outWidth) << 1 && load<i32>(call, PoolGradientField.outHeight) == load<i32>(call, PoolGradientField.height) >> 1;
  return isTwo && isApart && isClose && pads == 0 && covers && width >= 4;
}

/** Two windows of 2 × 2 at a time; the last two of a row may overlap the ones before. */
function halved(call: usize): void {
  const outHeight = load<i32>(call, PoolGradientField.outHeight);
  const row = <usize>load<i32>(call, PoolGradientField.width) << 2;
  const isOdd = (load<i32>(call, PoolGradientField.height) & 1) != 0;
  let gradient = <usize>load<u32>(call, PoolGradientField.gradient);
  let y = <usize>load<u32>(call, PoolGradientField.y);
  let x = <usize>load<u32>(call, PoolGradientField.x);
  let output = <usize>load<u32>(call, PoolGradientField.output);
  for (let p = load<i32>(call, PoolGradientField.planes); p > 0; p--) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let i: usize = 0; i < row; i += 16) {
        const at = min(i, row - 16);
        twoWindows(x + at, row, y + (at >> 1), gradient + (at >> 1), output + at);
      }
      x += row << 1;
      output += row << 1;
      y += row >> 1;
      gradient += row >> 1;
    }
    if (isOdd) {
      memory.fill(output, 0, row);
      x += row;
      output += row;
    }
  }
}

@inline
function twoWindows(x: usize, row: usize, y: usize, gradient: usize, output: usize): void {
  const value = v128.load64_zero(y);
  const g = v128.load64_zero(gradient);
  const values = v128.shuffle<f32>(value, value, 0, 0, 1, 1);
  const gradients = v128.shuffle<f32>(g, g, 0, 0, 1, 1);
  const isOdd = i32x4(0, -1, 0, -1);
  const top = f32x4.eq(v128.load(x), values);
  const bottom = f32x4.eq(v128.load(x + row), values);
  const topOther = v128.shuffle<i32>(top, top, 1, 0, 3, 2);
  const bottomOther = v128.shuffle<i32>(bottom, bottom, 1, 0, 3, 2);
  const firstTop = v128.andnot(top, v128.and(topOther, isOdd));
  const firstBottom = v128.andnot(v128.andnot(bottom, v128.or(top, topOther)), v128.and(bottomOther, isOdd));
  v128.store(output, v128.and(gradients, firstTop));
  v128.store(output + row, v128.and(gradients, firstBottom));
}

/** Each element inside a window takes an equal share of its gradient. */
export function averagePoolGradientFloat(call: usize): void {
  pool(call, false);
}

/** First tap of a window that is not before the plane. */
@inline
function firstInside(start: i32, dilation: i32): i32 {
  return start < 0 ? start + ((dilation - 1 - start) / dilation) * dilation : start;
}

/** Taps from `start` in steps of `dilation` that lie below `end`. */
@inline
function counted(start: i32, end: i32, dilation: i32): i32 {
  return start < end ? (end - start + dilation - 1) / dilation : 0;
}

@inline
function pool(call: usize, largest: bool): void {
  const planes = load<i32>(call, PoolGradientField.planes);
  const height = load<i32>(call, PoolGradientField.height);
  const width = load<i32>(call, PoolGradientField.width);
  const strideY = load<i32>(call, PoolGradientField.strideY);
  const strideX = load<i32>(call, PoolGradientField.strideX);
  const dilationY = load<i32>(call, PoolGradientField.dilationY);
  const dilationX = load<i32>(call, PoolGradientField.dilationX);
  const reachY = load<i32>(call, PoolGradientField.windowHeight) * dilationY;
  const reachX = load<i32>(call, PoolGradientField.windowWidth) * dilationX;
  const padTop = load<i32>(call, PoolGradientField.padTop);
  const padLeft = load<i32>(call, PoolGradientField.padLeft);
  const bottomEnd = height + load<i32>(call, PoolGradientField.padBottom);
  const rightEnd = width + load<i32>(call, PoolGradientField.padRight);
  const outHeight = load<i32>(call, PoolGradientField.outHeight);
  const outWidth = load<i32>(call, PoolGradientField.outWidth);
  const countPadding = load<i32>(call, PoolGradientField.countPadding);
  const plane = <usize>(height * width) << 2;
  let gradient = <usize>load<u32>(call, PoolGradientField.gradient);
  let output = <usize>load<u32>(call, PoolGradientField.output);
  let x = <usize>load<u32>(call, PoolGradientField.x);
  let y = <usize>load<u32>(call, PoolGradientField.y);
  memory.fill(output, 0, plane * <usize>planes);
  for (let p = 0; p < planes; p++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const startY = oy * strideY - padTop;
      const y0 = firstInside(startY, dilationY);
      const y1 = min(height, startY + reachY);
      for (let ox = 0; ox < outWidth; ox++) {
        const startX = ox * strideX - padLeft;
        const x0 = firstInside(startX, dilationX);
        const x1 = min(width, startX + reachX);
        if (largest) {
          giveFirst(x, output, load<f32>(y), load<f32>(gradient), y0, y1, dilationY, x0, x1, dilationX, width);
          y += 4;
        } else {
          let cells = counted(y0, y1, dilationY) * counted(x0, x1, dilationX);
          if (countPadding) {
            cells = counted(startY, min(startY + reachY, bottomEnd), dilationY) * counted(startX, min(startX + reachX, rightEnd), dilationX);
          }
          share(output, load<f32>(gradient) / <f32>cells, y0, y1, dilationY, x0, x1, dilationX, width);
        }
        gradient += 4;
      }
    }
    output += plane;
    if (largest) x += plane;
  }
}

@inline
function giveFirst(
  x: usize, dx: usize, value: f32, gradient: f32, y0: i32, y1: i32, stepY: i32, x0: i32, x1: i32, stepX: i32, width: i32,
): void {
  for (let iy = y0; iy < y1; iy += stepY) {
    for (let ix = x0; ix < x1; ix += stepX) {
      const at = <usize>(iy * width + ix) << 2;
      if (load<f32>(x + at) == value) {
        store<f32>(dx + at, load<f32>(dx + at) + gradient);
        return;
      }
    }
  }
}

@inline
function share(dx: usize, part: f32, y0: i32, y1: i32, stepY: i32, x0: i32, x1: i32, stepX: i32, width: i32): void {
  for (let iy = y0; iy < y1; iy += stepY) {
    for (let ix = x0; ix < x1; ix += stepX) {
      const at = dx + (<usize>(iy * width + ix) << 2);
      store<f32>(at, load<f32>(at) + part);
    }
  }
}
