// Max and average pooling in float32 over planes [height, width].
import { PoolFloatField } from './memory';

export function maxPoolFloat(call: usize): void {
  pool(call, true);
}

export function averagePoolFloat(call: usize): void {
  pool(call, false);
}

@inline
function pool(call: usize, largest: bool): void {
  const planes = load<i32>(call, PoolFloatField.planes);
  const height = load<i32>(call, PoolFloatField.height);
  const width = load<i32>(call, PoolFloatField.width);
  const strideY = load<i32>(call, PoolFloatField.strideY);
  const strideX = load<i32>(call, PoolFloatField.strideX);
  const dilationY = load<i32>(call, PoolFloatField.dilationY);
  const dilationX = load<i32>(call, PoolFloatField.dilationX);
  const reachY = load<i32>(call, PoolFloatField.windowHeight) * dilationY;
  const reachX = load<i32>(call, PoolFloatField.windowWidth) * dilationX;
  const padTop = load<i32>(call, PoolFloatField.padTop);
  const padLeft = load<i32>(call, PoolFloatField.padLeft);
  const bottomEnd = height + load<i32>(call, PoolFloatField.padBottom);
  const rightEnd = width + load<i32>(call, PoolFloatField.padRight);
  const outHeight = load<i32>(call, PoolFloatField.outHeight);
  const outWidth = load<i32>(call, PoolFloatField.outWidth);
  const countPadding = load<i32>(call, PoolFloatField.countPadding);
  let input = <usize>load<u32>(call, PoolFloatField.input);
  let output = <usize>load<u32>(call, PoolFloatField.output);
  for (let p = 0; p < planes; p++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const y0 = oy * strideY - padTop;
      for (let ox = 0; ox < outWidth; ox++) {
        const x0 = ox * strideX - padLeft;
        let value: f32 = largest ? -Infinity : 0;
        let sum: f64 = 0;
        let count = 0;
        for (let y = y0; y < min(height, y0 + reachY); y += dilationY) {
          if (y < 0) continue;
          for (let x = x0; x < min(width, x0 + reachX); x += dilationX) {
            if (x < 0) continue;
            const element = load<f32>(input + (<usize>(y * width + x) << 2));
            if (largest) value = max(value, element);
            else sum += element;
            count++;
          }
        }
        if (!largest) {
          if (countPadding) count = counted(y0, reachY, dilationY, bottomEnd) * counted(x0, reachX, dilationX, rightEnd);
          value = <f32>(sum / <f64>count);
        }
        store<f32>(output, value);
        output += 4;
      }
    }
    input += <usize>(height * width) << 2;
  }
}

/** Taps of a window that lie before the end of the padding: a last window of ceil mode may reach beyond. */
@inline
function counted(start: i32, reach: i32, dilation: i32, end: i32): i32 {
  return (min(reach, end - start) + dilation - 1) / dilation;
}
