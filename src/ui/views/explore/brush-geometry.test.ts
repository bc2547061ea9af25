import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectives } from '../../../explore/view.ts';
import { brushOf, dragged, inBrush, nudged, partAt, type Rect, rectBetween, rectOf, zoomed } from './brush-geometry.ts';
import { unitFor } from './objective-units.ts';
import { plotAxis } from './plot-axis.ts';

const x = plotAxis(unitFor(objectives.get('flashBytes'), [50_000]), [40_000, 100_000], [40, 640]);
const y = plotAxis(unitFor(objectives.get('accuracy'), [0.8]), [0.6, 0.9], [320, 20]);
const bounds: Rect = { left: 40, top: 20, right: 640, bottom: 320 };
const rect: Rect = { left: 100, top: 60, right: 200, bottom: 120 };

test('a brush in data units and its rectangle name the same window', () => {
  const brush = brushOf(rect, x, y);
  expect(brush.x[0]).toBeCloseTo(46_000);
  expect(brush.y[1]).toBeCloseTo(0.86);
  const back = rectOf(brush, x, y);
  for (const side of ['left', 'right', 'top', 'bottom'] as const) expect(back[side]).toBeCloseTo(rect[side]);
  expect(inBrush(brush, 50_000, 0.85)).toBe(true);
  expect(inBrush(brush, 50_000, 0.5)).toBe(false);
  expect(inBrush(brush, Number.NaN, 0.85)).toBe(false);
});

test('corners are caught before the inside, and nothing outside', () => {
  expect(partAt(rect, [103, 57])).toBe('nw');
  expect(partAt(rect, [198, 125])).toBe('se');
  expect(partAt(rect, [150, 90])).toBe('inside');
  expect(partAt(rect, [300, 90])).toBeUndefined();
});

test('a corner pulled past the other swaps sides', () => {
  expect(dragged(rect, 'nw', [150, 100], bounds)).toEqual(rectBetween([200, 120], [250, 160]));
});

test('dragging and keys never leave the plot, moving keeps the size', () => {
  const way = fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: -900, max: 900 }));
  const part = fc.constantFrom('nw', 'ne', 'sw', 'se', 'inside');
  fc.assert(
    fc.property(way, part, fc.constantFrom('move', 'grow'), (by, which, how) => {
      for (const after of [dragged(rect, which, by, bounds), nudged(rect, by, how, bounds)]) {
        expect(after.left).toBeGreaterThanOrEqual(bounds.left);
        expect(after.right).toBeLessThanOrEqual(bounds.right);
        expect(after.top).toBeGreaterThanOrEqual(bounds.top);
        expect(after.bottom).toBeLessThanOrEqual(bounds.bottom);
        expect(after.left).toBeLessThanOrEqual(after.right);
        expect(after.top).toBeLessThanOrEqual(after.bottom);
      }
      const moved = nudged(rect, by, 'move', bounds);
      expect(moved.right - moved.left).toBe(100);
      expect(moved.bottom - moved.top).toBe(60);
    }),
  );
});

test('zooming in and out again at one place changes nothing', () => {
  const back = zoomed(zoomed(bounds, 1.4, [200, 100]), 1 / 1.4, [200, 100]);
  expect(back.left).toBeCloseTo(bounds.left);
  expect(back.bottom).toBeCloseTo(bounds.bottom);
  expect(zoomed(bounds, 2, [40, 20])).toEqual({ left: 40, top: 20, right: 340, bottom: 170 });
});
