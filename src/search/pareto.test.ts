import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constrainedRanks, crowding, dominates, front, knee, ranks, scoresOf, snap } from './pareto.ts';

const golden = [
  [1, 9],
  [2, 6],
  [4, 4],
  [7, 2],
  [9, 1],
];

/** Plain twin: Deb's fast non-dominated sort, straight from methods C.2 step 1. */
function plainRanks(points: readonly (readonly number[])[], violations: readonly number[]): number[] {
  const beats = (i: number, j: number): boolean => {
    const [v, w] = [violations[i]!, violations[j]!];
    if (v > 0 || w > 0) return v < w;
    return dominates(points[i]!, points[j]!);
  };
  const rank = new Array<number>(points.length).fill(-1);
  for (let level = 0; rank.includes(-1); level++) {
    const open = rank.flatMap((r, i) => (r === -1 ? [i] : []));
    const peeled = open.filter((i) => !open.some((j) => beats(j, i)));
    for (const i of peeled) rank[i] = level;
  }
  return rank;
}

const pointsOf = (width: number) =>
  fc.array(fc.tuple(...Array.from({ length: width }, () => fc.integer({ min: 0, max: 6 }))), {
    minLength: 1,
    maxLength: 40,
  });

describe.each([1, 2, 3, 4])('%i objectives', (width) => {
  test('fast ranks equal the plain non-dominated sort, duplicates and constraints included', () => {
    fc.assert(
      fc.property(
        pointsOf(width),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 40 }),
        (points, v) => {
          expect([...ranks(scoresOf(points))]).toEqual(
            plainRanks(
              points,
              points.map(() => 0),
            ),
          );
          const violations = points.map((_, i) => Math.max(0, v[i]! - 1));
          expect([...constrainedRanks(scoresOf(points), Float64Array.from(violations))]).toEqual(
            plainRanks(points, violations),
          );
        },
      ),
    );
  });

  test('the front is what nobody dominates, each value once', () => {
    fc.assert(
      fc.property(pointsOf(width), (points) => {
        const kept = front(points);
        for (const p of points) {
          const covered = kept.some((i) => dominates(points[i]!, p) || points[i]!.join() === p.join());
          expect(covered).toBe(true);
        }
        for (const i of kept) expect(kept.some((j) => dominates(points[j]!, points[i]!))).toBe(false);
        expect(new Set(kept.map((i) => points[i]!.join())).size).toBe(kept.length);
      }),
    );
  });
});

test('crowding of methods C.2: ∞, 1, 1.125, 1, ∞', () => {
  const distance = crowding(scoresOf(golden), [0, 1, 2, 3, 4]);
  expect([...distance]).toEqual([Infinity, 1, 1.125, 1, Infinity]);
});

test('an objective that does not vary adds nothing to crowding', () => {
  const flat = scoresOf(golden.map(([x, y]) => [x!, y!, 5]));
  expect([...crowding(flat, [0, 1, 2, 3, 4])]).toEqual([Infinity, 1, 1.125, 1, Infinity]);
});

test('values equal to 1e-12 relative neither dominate nor stay on the front twice', () => {
  expect(dominates([1, 2], [1 * (1 + 1e-14), 2])).toBe(false);
  expect(dominates([1, 2], [1.000001, 2])).toBe(true);
  expect(
    front([
      [0.1 + 0.2, 1],
      [0.3, 1],
    ]),
  ).toEqual([0]);
  expect(snap(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(snap(12345)).toBe(12345);
});

test('the knee bulges most towards the ideal, whatever the scales', () => {
  const bent = [
    [1, 9],
    [2, 4],
    [4, 3],
    [9, 1],
    [9, 9],
  ];
  expect(knee(bent)).toBe(1);
  expect(knee(bent.map(([x, y]) => [x! * 1e6, y! * 1e-6]))).toBe(1);
  expect(knee(golden.filter((_, i) => i !== 1))).toBe(1);
  const straight = [0, 0.5, 1].map((x) => [x, 1 - x]);
  expect(knee(straight)).toBeUndefined();
  expect(knee(straight.slice(1))).toBeUndefined();
});
