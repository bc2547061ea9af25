// Products of codes and weights −1, 0, 1 by counting bits (methods C.12, D.2): magnitudes are multiplied by AND, signs by XOR, and
// dot = ones(magnitudes) − 2 · ones(magnitudes & signs).
import { PlanesField, TernaryField } from './integer-fields';
import { RescaleBlock, WriteField } from './memory';
import { put8 } from './rescale';

/** Bits of a byte's worth of counts: after this many steps of at most 8 the sums of bytes are taken. */
const STEPS_PER_SUM: i32 = 31;

export function ternaryPlanes(call: usize): void {
  let input = <usize>load<u32>(call, PlanesField.input);
  const height = load<i32>(call, PlanesField.height);
  const width = load<i32>(call, PlanesField.width);
  const channels = load<i32>(call, PlanesField.channels);
  const words = load<i32>(call, PlanesField.words);
  const mapWidth = load<i32>(call, PlanesField.mapWidth);
  const map = <usize>load<u32>(call, PlanesField.map);
  const pixelBytes = <usize>words << 4;
  memory.fill(map, 0, <usize>load<i32>(call, PlanesField.mapPixels) * pixelBytes);
  const first = load<i32>(call, PlanesField.padTop) * mapWidth + load<i32>(call, PlanesField.padLeft);
  for (let y = 0; y < height; y++) {
    let to = map + <usize>(first + y * mapWidth) * pixelBytes;
    for (let x = 0; x < width; x++) {
      planesOf(input, channels, words, to);
      input += channels;
      to += pixelBytes;
    }
  }
}

@inline
function planesOf(input: usize, channels: i32, words: i32, to: usize): void {
  const signs = <usize>words << 3;
  for (let c = 0; c < channels; c += 16) {
    const codes = v128.load(input + c);
    const left = channels - c;
    const mask: i32 = left >= 16 ? 0xffff : (1 << left) - 1;
    const magnitude = i8x16.bitmask(i8x16.ne(codes, i8x16.splat(0))) & mask;
    const sign = i8x16.bitmask(codes) & mask;
    store<u16>(to + (c >> 3), <u16>magnitude);
    store<u16>(to + signs + (c >> 3), <u16>sign);
  }
}

export function ternaryConv(call: usize): void {
  const outChannels = load<i32>(call, TernaryField.outChannels);
  const binary = load<i32>(call, TernaryField.binary);
  const steps = load<i32>(call, TernaryField.tapCount) * load<i32>(call, TernaryField.words);
  const panelBytes = <usize>steps << (binary ? 6 : 7);
  let weights = <usize>load<u32>(call, TernaryField.weights);
  let block = <usize>load<u32>(call, TernaryField.write + WriteField.channels);
  const output = <usize>load<u32>(call, TernaryField.write + WriteField.output);
  const outHeight = load<i32>(call, TernaryField.outHeight);
  const outWidth = load<i32>(call, TernaryField.outWidth);
  const columnStep = <usize>load<i32>(call, TernaryField.columnStep);
  const rowStep = <usize>load<i32>(call, TernaryField.rowStep);
  for (let o = 0; o < outChannels; o += 8) {
    let at = output + o;
    for (let y = 0; y < outHeight; y++) {
      let p = <usize>load<u32>(call, TernaryField.map) + <usize>y * rowStep;
      for (let x = 0; x < outWidth; x++) {
        if (binary) binaryPixel(call, p, weights, block, at, outChannels - o);
        else ternaryPixel(call, p, weights, block, at, outChannels - o);
        p += columnStep;
        at += outChannels;
      }
    }
    weights += panelBytes;
    block += RescaleBlock.bytes;
  }
}

/** Bytes of counts of 2 channels: ones − 2 · negatives, summed to two int32 per channel. */
@inline
function difference(ones: v128, negatives: v128): v128 {
  const words = i16x8.sub(
    i16x8.extadd_pairwise_i8x16_u(ones),
    i16x8.shl(i16x8.extadd_pairwise_i8x16_u(negatives), 1),
  );
  return i32x4.extadd_pairwise_i16x8_s(words);
}

/** Sums of 8 channels in four vectors of two halves each, with the bias, as codes. */
@inline
function finish(t0: v128, t1: v128, t2: v128, t3: v128, block: usize, write: usize, at: usize, count: i32): void {
  const c0 = i32x4.add(v128.shuffle<i32>(t0, t1, 0, 2, 4, 6), v128.shuffle<i32>(t0, t1, 1, 3, 5, 7));
  const c1 = i32x4.add(v128.shuffle<i32>(t2, t3, 0, 2, 4, 6), v128.shuffle<i32>(t2, t3, 1, 3, 5, 7));
  put8(
    i32x4.add(c0, v128.load(block, RescaleBlock.bias)),
    i32x4.add(c1, v128.load(block, RescaleBlock.bias + 16)),
    block, write, at, count,
  );
}

@inline
function ternaryPixel(call: usize, p: usize, weights: usize, block: usize, at: usize, count: i32): void {
  const taps = <usize>load<u32>(call, TernaryField.taps);
  const end = taps + (<usize>load<i32>(call, TernaryField.tapCount) << 2);
  const planeBytes = <usize>load<i32>(call, TernaryField.words) << 3;
  const none = i64x2.splat(0);
  let t0 = none, t1 = none, t2 = none, t3 = none;
  let m0 = none, m1 = none, m2 = none, m3 = none;
  let n0 = none, n1 = none, n2 = none, n3 = none;
  let left = STEPS_PER_SUM;
  let w = weights;
  for (let tap = taps; tap < end; tap += 4) {
    let a = p + <usize>load<i32>(tap);
    const last = a + planeBytes;
    for (; a < last; a += 8) {
      const magnitude = v128.load64_splat(a);
      const sign = v128.load64_splat(a + planeBytes);
      let m = v128.and(v128.load(w), magnitude);
      m0 = i8x16.add(m0, i8x16.popcnt(m));
      n0 = i8x16.add(n0, i8x16.popcnt(v128.and(m, v128.xor(v128.load(w, 64), sign))));
      m = v128.and(v128.load(w, 16), magnitude);
      m1 = i8x16.add(m1, i8x16.popcnt(m));
      n1 = i8x16.add(n1, i8x16.popcnt(v128.and(m, v128.xor(v128.load(w, 80), sign))));
      m = v128.and(v128.load(w, 32), magnitude);
      m2 = i8x16.add(m2, i8x16.popcnt(m));
      n2 = i8x16.add(n2, i8x16.popcnt(v128.and(m, v128.xor(v128.load(w, 96), sign))));
      m = v128.and(v128.load(w, 48), magnitude);
      m3 = i8x16.add(m3, i8x16.popcnt(m));
      n3 = i8x16.add(n3, i8x16.popcnt(v128.and(m, v128.xor(v128.load(w, 112), sign))));
      w += 128;
      if (--left == 0) {
        t0 = i32x4.add(t0, difference(m0, n0));
        t1 = i32x4.add(t1, difference(m1, n1));
        t2 = i32x4.add(t2, difference(m2, n2));
        t3 = i32x4.add(t3, difference(m3, n3));
        m0 = m1 = m2 = m3 = n0 = n1 = n2 = n3 = none;
        left = STEPS_PER_SUM;
      }
    }
  }
  finish(
    i32x4.add(t0, difference(m0, n0)), i32x4.add(t1, difference(m1, n1)),
    i32x4.add(t2, difference(m2, n2)), i32x4.add(t3, difference(m3, n3)),
    block, call + TernaryField.write, at, count,
  );
}

/** Every weight is −1 or 1: the magnitudes of a product are those of the codes, counted once for all channels. */
@inline
function binaryPixel(call: usize, p: usize, weights: usize, block: usize, at: usize, count: i32): void {
  const taps = <usize>load<u32>(call, TernaryField.taps);
  const end = taps + (<usize>load<i32>(call, TernaryField.tapCount) << 2);
  const planeBytes = <usize>load<i32>(call, TernaryField.words) << 3;
  const none = i64x2.splat(0);
  let t0 = none, t1 = none, t2 = none, t3 = none;
  let n0 = none, n1 = none, n2 = none, n3 = none;
  let ones = none;
  let left = STEPS_PER_SUM;
  let w = weights;
  for (let tap = taps; tap < end; tap += 4) {
    let a = p + <usize>load<i32>(tap);
    const last = a + planeBytes;
    for (; a < last; a += 8) {
      const magnitude = v128.load64_splat(a);
      const sign = v128.load64_splat(a + planeBytes);
      ones = i8x16.add(ones, i8x16.popcnt(magnitude));
      n0 = i8x16.add(n0, i8x16.popcnt(v128.and(magnitude, v128.xor(v128.load(w), sign))));
      n1 = i8x16.add(n1, i8x16.popcnt(v128.and(magnitude, v128.xor(v128.load(w, 16), sign))));
      n2 = i8x16.add(n2, i8x16.popcnt(v128.and(magnitude, v128.xor(v128.load(w, 32), sign))));
      n3 = i8x16.add(n3, i8x16.popcnt(v128.and(magnitude, v128.xor(v128.load(w, 48), sign))));
      w += 64;
      if (--left == 0) {
        t0 = i32x4.add(t0, difference(ones, n0));
        t1 = i32x4.add(t1, difference(ones, n1));
        t2 = i32x4.add(t2, difference(ones, n2));
        t3 = i32x4.add(t3, difference(ones, n3));
        n0 = n1 = n2 = n3 = ones = none;
        left = STEPS_PER_SUM;
      }
    }
  }
  finish(
    i32x4.add(t0, difference(ones, n0)), i32x4.add(t1, difference(ones, n1)),
    i32x4.add(t2, difference(ones, n2)), i32x4.add(t3, difference(ones, n3)),
    block, call + TernaryField.write, at, count,
  );
}
