import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isotonic, layeredLayout } from './layered-layout.ts';

const box = (id: string) => ({ id, width: 100, height: 30 });
const gaps = { gapX: 20, gapY: 40 };

test('a chain stands in one column, ranks below each other', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const { boxes, routes } = layeredLayout(
    ids.map(box),
    ids.slice(1).map((to, i) => ({ from: ids[i]!, to })),
    gaps,
  );
  expect(new Set(boxes.map((b) => b.x)).size).toBe(1);
  expect(boxes.map((b) => b.y)).toEqual([0, 70, 140, 210]);
  expect(routes[0]).toEqual([
    [50, 30],
    [50, 70],
  ]);
});

test('the drawing starts at the left edge, wherever alignment took it', () => {
  const { boxes, width } = layeredLayout(
    ['a', 'b', 'c'].map(box),
    [
      { from: 'a', to: 'b' },
      { from: 'a', to: 'c' },
    ],
    gaps,
  );
  expect(Math.min(...boxes.map((b) => b.x))).toBeCloseTo(0);
  expect(width).toBeCloseTo(220);
});

test('a skip connection passes beside the boxes it jumps over', () => {
  const links = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'd' },
    { from: 'a', to: 'd' },
  ];
  const { boxes, routes } = layeredLayout(['a', 'b', 'c', 'd'].map(box), links, gaps);
  const skip = routes[3]!;
  expect(skip).toHaveLength(6);
  for (const [x, y] of skip.slice(1, -1)) {
    for (const b of boxes) expect(x > b.x && x < b.x + b.width && y > b.y && y < b.y + b.height).toBe(false);
  }
});

test('boxes never overlap, links go down, everything is inside the frame', () => {
  const graphs = fc.integer({ min: 1, max: 40 }).chain((n) =>
    fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 80 }).map((pairs) => ({
      boxes: Array.from({ length: n }, (_, i) => ({
        id: String(i),
        width: 40 + ((i * 37) % 90),
        height: 20 + (i % 3) * 10,
      })),
      links: pairs.filter(([a, b]) => a < b).map(([a, b]) => ({ from: String(a), to: String(b) })),
    })),
  );
  fc.assert(
    fc.property(graphs, ({ boxes, links }) => {
      const layout = layeredLayout(boxes, links, gaps);
      layout.boxes.forEach((a, i) => {
        expect(a.x).toBeGreaterThanOrEqual(-1e-9);
        expect(a.x + a.width).toBeLessThanOrEqual(layout.width + 1e-9);
        expect(a.y + a.height).toBeLessThanOrEqual(layout.height + 1e-9);
        for (const b of layout.boxes.slice(i + 1)) {
          const apart =
            a.x + a.width <= b.x + 1e-6 ||
            b.x + b.width <= a.x + 1e-6 ||
            a.y + a.height <= b.y ||
            b.y + b.height <= a.y;
          expect(apart).toBe(true);
        }
      });
      for (const route of layout.routes) {
        for (let k = 1; k < route.length; k++) expect(route[k]![1]).toBeGreaterThanOrEqual(route[k - 1]![1]);
      }
    }),
    { numRuns: 200 },
  );
});

test('isotonic regression is the nearest non-decreasing sequence', () => {
  expect(isotonic([1, 3, 2, 4], [1, 1, 1, 1])).toEqual([1, 2.5, 2.5, 4]);
  expect(isotonic([3, 0], [1, 3])).toEqual([0.75, 0.75]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 12 }), (values) => {
      const out = isotonic(
        values,
        values.map(() => 1),
      );
      for (let i = 1; i < out.length; i++) expect(out[i]!).toBeGreaterThanOrEqual(out[i - 1]!);
      expect(out.reduce((a, b) => a + b, 0)).toBeCloseTo(
        values.reduce((a, b) => a + b, 0),
        6,
      );
    }),
  );
});
