import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ARENA_STRATEGIES, type ArenaBuffer, planArena } from './arena.ts';

const bufferSet = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 0, max: 5000 }),
      firstTick: fc.integer({ min: -1, max: 20 }),
      life: fc.integer({ min: 0, max: 8 }),
    }),
    { maxLength: 40 },
  )
  .map((rows): ArenaBuffer[] =>
    rows.map(({ bytes, firstTick, life }, id) => ({ id, bytes, firstTick, lastTick: firstTick + life })),
  );

test('no two live buffers overlap, offsets are aligned, and the bound holds, for every strategy', () => {
  fc.assert(
    fc.property(
      bufferSet,
      fc.constantFrom(1, 4, 16),
      fc.constantFrom(...ARENA_STRATEGIES, 'best' as const),
      (buffers, alignment, strategy) => {
        const plan = planArena(buffers, { alignment, strategy });
        for (const a of buffers) {
          const atA = plan.offsets.get(a.id) as number;
          expect(atA % alignment).toBe(0);
          expect(atA + a.bytes).toBeLessThanOrEqual(plan.arenaBytes);
          for (const b of buffers) {
            if (b.id <= a.id || a.lastTick < b.firstTick || b.lastTick < a.firstTick) continue;
            if (a.bytes === 0 || b.bytes === 0) continue;
            const atB = plan.offsets.get(b.id) as number;
            expect(atA + a.bytes <= atB || atB + b.bytes <= atA).toBe(true);
          }
        }
        expect(plan.arenaBytes).toBeGreaterThanOrEqual(plan.lowerBoundBytes);
      },
    ),
  );
});

test('"best" is never larger than any single strategy', () => {
  fc.assert(
    fc.property(bufferSet, (buffers) => {
      const best = planArena(buffers).arenaBytes;
      for (const strategy of ARENA_STRATEGIES)
        expect(best).toBeLessThanOrEqual(planArena(buffers, { strategy }).arenaBytes);
    }),
  );
});

test('the LeNet of methods C.8 at one byte per element needs 4,320 bytes: the first pool with its input (E.1)', () => {
  const bytes = [784, 3456, 864, 1024, 256, 120, 84, 10];
  const plan = planArena(bytes.map((n, id) => ({ id, bytes: n, firstTick: id - 1, lastTick: id })));
  expect(plan).toMatchObject({ arenaBytes: 4320, lowerBoundBytes: 4320, peakTick: 1 });
});

test('a buffer that dies before it is born is refused', () => {
  expect(() => planArena([{ id: 0, bytes: 1, firstTick: 3, lastTick: 2 }])).toThrow('lastTick');
});

test('nothing to place needs no memory', () => {
  expect(planArena([])).toMatchObject({ arenaBytes: 0, lowerBoundBytes: 0, peakTick: -1 });
});

/** Offsets of buffers placed in the order given, by comparing each with every one before: the slow twin. */
function placedPlainly(order: readonly ArenaBuffer[], tightest: boolean): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const [i, b] of order.entries()) {
    const inTheWay = order
      .slice(0, i)
      .filter((o) => o.bytes > 0 && o.firstTick <= b.lastTick && o.lastTick >= b.firstTick)
      .map((o) => ({ start: offsets.get(o.id) as number, end: (offsets.get(o.id) as number) + o.bytes }))
      .sort((p, q) => p.start - q.start);
    const holes: (readonly [size: number, at: number])[] = [];
    let at = 0;
    for (const { start, end } of inTheWay) {
      if (start - at >= b.bytes) holes.push([start - at, at]);
      at = Math.max(at, end);
    }
    if (tightest) holes.sort(([p], [q]) => p - q);
    offsets.set(b.id, b.bytes === 0 ? 0 : (holes[0]?.[1] ?? at));
  }
  return offsets;
}

/** As many buffers that runs and blocks matter, most living long. */
const manyBuffers = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 0, max: 50 }),
      firstTick: fc.integer({ min: -1, max: 500 }),
      life: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 1000 })),
    }),
    { minLength: 200, maxLength: 700 },
  )
  .map((rows): ArenaBuffer[] =>
    rows.map(({ bytes, firstTick, life }, id) => ({ id, bytes, firstTick, lastTick: firstTick + life })),
  );

test('placing by blocks and runs gives the offsets of comparing all with all', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 4, arbitrary: bufferSet }, { weight: 1, arbitrary: manyBuffers }), (buffers) => {
      const life = (b: ArenaBuffer) => b.lastTick - b.firstTick;
      const bySize = buffers.toSorted((a, b) => b.bytes - a.bytes || life(b) - life(a));
      expect(planArena(buffers, { strategy: 'size' }).offsets).toEqual(placedPlainly(bySize, false));
      const byTime = buffers.toSorted((a, b) => a.firstTick - b.firstTick || b.bytes - a.bytes);
      expect(planArena(buffers, { strategy: 'execution' }).offsets).toEqual(placedPlainly(byTime, true));
    }),
  );
});

test('the bound is the fullest tick', () => {
  fc.assert(
    fc.property(bufferSet, fc.constantFrom(1, 16), (buffers, alignment) => {
      let bound = 0;
      for (let tick = -1; tick <= 30; tick++) {
        const live = buffers.filter((b) => b.bytes > 0 && b.firstTick <= tick && b.lastTick >= tick);
        const aligned = live.map((b) => Math.ceil(b.bytes / alignment) * alignment);
        const padding = Math.max(0, ...live.map((b, i) => (aligned[i] as number) - b.bytes));
        bound = Math.max(bound, aligned.reduce((n, b) => n + b, 0) - padding);
      }
      expect(planArena(buffers, { alignment }).lowerBoundBytes).toBe(bound);
    }),
  );
});

test.each([
  ['a chain', (i: number) => [i - 1, i] as const],
  ['skips of 300 layers', (i: number) => [i - 1, i + (i % 7 === 0 ? 300 : 0)] as const],
  ['all alive at once', (i: number) => [i - 1, 20_000] as const],
])('20,000 buffers, %s, are placed within seconds', { timeout: 30_000 }, (_, life) => {
  const buffers = Array.from({ length: 20_000 }, (_, id): ArenaBuffer => {
    const [firstTick, lastTick] = life(id);
    return { id, bytes: 64 + ((id * 7919) % 1000), firstTick, lastTick };
  });
  const started = performance.now();
  const plan = planArena(buffers);
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(plan.arenaBytes).toBeLessThanOrEqual(1.3 * plan.lowerBoundBytes);
});
