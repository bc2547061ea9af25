// Sizes of a convolution or pool, in every kernel that belongs to one. `channels` and `outChannels` are of one group; `batch` of a
// pool counts its planes.

struct Window {
  batch: u32, groups: u32, channels: u32, outChannels: u32,
  height: i32, width: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  dilationY: i32, dilationX: i32, padTop: i32, padLeft: i32,
  padBottom: i32, padRight: i32,
  splits: u32, splitDepth: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> w: Window;

fn kernelArea() -> u32 { return u32(w.kernelHeight * w.kernelWidth); }
fn area() -> u32 { return u32(w.height * w.width); }
fn outArea() -> u32 { return u32(w.outHeight * w.outWidth); }
/** Row and column of a position in rows of `width`. */
fn place(index: u32, width: i32) -> vec2<i32> { return vec2<i32>(i32(index) / width, i32(index) % width); }
/** Where an output position reads for a kernel position; outside the map: padding. */
fn source(out: vec2<i32>, k: vec2<i32>) -> vec2<i32> {
  return out * vec2<i32>(w.strideY, w.strideX) - vec2<i32>(w.padTop, w.padLeft) + k * vec2<i32>(w.dilationY, w.dilationX);
}
fn isInside(p: vec2<i32>) -> bool { return p.x >= 0 && p.y >= 0 && p.x < w.height && p.y < w.width; }
/** The output position that reads `p` for a kernel position; (-1, -1) where none does. */
fn reader(p: vec2<i32>, k: vec2<i32>) -> vec2<i32> {
  let t = p + vec2<i32>(w.padTop, w.padLeft) - k * vec2<i32>(w.dilationY, w.dilationX);
  if (t.x < 0 || t.y < 0 || t.x % w.strideY != 0 || t.y % w.strideX != 0) { return vec2<i32>(-1); }
  let out = t / vec2<i32>(w.strideY, w.strideX);
  if (out.x >= w.outHeight || out.y >= w.outWidth) { return vec2<i32>(-1); }
  return out;
}
