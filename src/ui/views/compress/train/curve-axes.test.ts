import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apart, curveScales } from './curve-axes.tsx';

const label = (y: number) => ({ key: String(y), text: '', color: '', x: 0, y });

test('labels never overlap, keep their order, and stay inside where there is room', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 30, max: 180, noNaN: true }), { maxLength: 8 }), (ys) => {
      const placed = apart(ys.map(label), 30, 180);
      for (let i = 1; i < placed.length; i++)
        expect((placed[i]?.y ?? 0) - (placed[i - 1]?.y ?? 0)).toBeGreaterThanOrEqual(14 - 1e-9);
      for (const { y } of placed) {
        expect(y).toBeLessThanOrEqual(180 + 7);
        expect(y).toBeGreaterThanOrEqual(30);
      }
      expect(placed.map((p) => Number(p.key))).toEqual([...ys].sort((a, b) => a - b));
    }),
  );
});

test('the axis of epochs spans the whole run before anything is known, and values stay within their range', () => {
  const size = { width: 500, height: 300 };
  const empty = curveScales(size, 10, [], { least: 4, within: [0, 100] });
  const full = curveScales(size, 10, [99.5, 99.9], { least: 4, within: [0, 100] });
  expect(empty.x.domain()).toEqual([0, 10]);
  expect(full.x.domain()).toEqual([0, 10]);
  expect(full.y.domain()[1]).toBeLessThanOrEqual(100);
  expect((full.y.domain()[1] ?? 0) - (full.y.domain()[0] ?? 0)).toBeGreaterThan(2);
});
