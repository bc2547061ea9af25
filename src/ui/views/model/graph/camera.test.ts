import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  anchored,
  between,
  type Camera,
  fittedReadable,
  fittedWhole,
  kept,
  leastScale,
  revealing,
  visibleRect,
  zoomedAt,
} from './camera.ts';

const screen = { width: 400, height: 600 };
const cameras = fc.record({
  x: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  y: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  scale: fc.double({ min: 0.02, max: 3, noNaN: true }),
});
const points = fc.tuple(fc.double({ min: 0, max: 400, noNaN: true }), fc.double({ min: 0, max: 600, noNaN: true }));
const worldOf = (c: Camera, [x, y]: readonly [number, number]): [number, number] => [
  (x - c.x) / c.scale,
  (y - c.y) / c.scale,
];

test('zooming keeps what is under the pointer', () => {
  fc.assert(
    fc.property(cameras, points, fc.double({ min: 0.2, max: 5, noNaN: true }), (camera, at, factor) => {
      const next = zoomedAt(camera, factor, at);
      const [was, is] = [worldOf(camera, at), worldOf(next, at)];
      expect(is[0]).toBeCloseTo(was[0], 5);
      expect(is[1]).toBeCloseTo(was[1], 5);
    }),
  );
});

test('the way between two cameras starts and ends there, and zooms evenly', () => {
  fc.assert(
    fc.property(cameras, cameras, (from, to) => {
      for (const [share, want] of [
        [0, from],
        [1, to],
      ] as const) {
        const got = between(from, to, share);
        expect(got.scale / want.scale).toBeCloseTo(1, 6);
        expect(Math.abs(got.x - want.x) + Math.abs(got.y - want.y)).toBeLessThan(0.01);
      }
      const half = between(from, to, 0.5).scale;
      expect(half / Math.sqrt(from.scale * to.scale)).toBeCloseTo(1, 5);
    }),
  );
});

test('between cameras of a zoom at a point, that point stays', () => {
  const from = { x: 10, y: 20, scale: 0.5 };
  const at = [123, 234] as const;
  const to = zoomedAt(from, 3, at);
  for (const share of [0.2, 0.5, 0.9]) {
    const [x, y] = worldOf(between(from, to, share), at);
    expect(x).toBeCloseTo(worldOf(from, at)[0]);
    expect(y).toBeCloseTo(worldOf(from, at)[1]);
  }
});

test('a short drawing fits whole and centred, a long one starts at its top, readable', () => {
  const small = fittedReadable({ width: 200, height: 300 }, screen, undefined);
  expect(small).toEqual({ scale: 1, x: 100, y: 150 });
  const long = fittedReadable({ width: 200, height: 90_000 }, screen, undefined);
  expect(long).toEqual({ scale: 1, x: 100, y: 24 });
  const wide = fittedReadable({ width: 9000, height: 90_000 }, screen, { x: 5000, y: 0, width: 100, height: 20 });
  expect(wide.scale).toBe(0.7);
  expect((5050 * wide.scale + wide.x) / screen.width).toBeCloseTo(0.5);
});

test('fitting shows all of it, or keeps the middle where it is too long for that', () => {
  const all = fittedWhole({ width: 1000, height: 3000 }, screen, [0, 0]);
  const seen = visibleRect(all, screen);
  expect(seen.x).toBeLessThanOrEqual(0);
  expect(seen.y + seen.height).toBeGreaterThanOrEqual(3000);
  const chain = fittedWhole({ width: 188, height: 1_440_000 }, screen, [94, 700_000]);
  expect(chain.scale).toBe(0.02);
  expect(leastScale({ width: 188, height: 1_440_000 }, screen)).toBe(0.006);
  expect(700_000 * chain.scale + chain.y).toBeCloseTo(300);
  expect(fittedWhole({ width: 188, height: 1_440_000 }, screen, [94, 0]).y).toBe(24);
});

test('the drawing cannot be lost', () => {
  fc.assert(
    fc.property(cameras, (camera) => {
      const drawing = { width: 5000, height: 700 };
      const { x, y, width, height } = visibleRect(kept(camera, drawing, screen), screen);
      expect(x < drawing.width && y < drawing.height && x + width > 0 && y + height > 0).toBe(true);
    }),
  );
  const inside = { x: 5, y: 6, scale: 1 };
  expect(kept(inside, { width: 300, height: 300 }, screen)).toEqual(inside);
});

test('a box is brought on the screen by the least move', () => {
  const camera = { x: 0, y: 0, scale: 1 };
  expect(revealing(camera, { x: 100, y: 100, width: 50, height: 20 }, screen)).toEqual(camera);
  const below = revealing(camera, { x: 100, y: 900, width: 50, height: 20 }, screen);
  expect(below).toEqual({ x: 0, y: 600 - 24 - 920, scale: 1 });
});

test('an anchor stays under its pixel in another layout', () => {
  const camera = { x: 3, y: 4, scale: 0.5 };
  const next = anchored(camera, [100, 200], [700, 50]);
  expect(700 * next.scale + next.x).toBeCloseTo(100 * camera.scale + camera.x);
  expect(50 * next.scale + next.y).toBeCloseTo(200 * camera.scale + camera.y);
});
