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
