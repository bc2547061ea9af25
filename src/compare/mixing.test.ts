import { expect, test } from 'vitest';
import { Random } from '../base/index.ts';
import { mix, mixAll, mixUnordered } from './mixing.ts';

test('half a million pairs of near and of far numbers all give different ones', () => {
  const random = new Random(1);
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) for (let j = 0; j < 500; j++) seen.add(mix(i, j));
  const far = Array.from({ length: 500 }, () => random.uint32() * 2 ** 21 + random.below(2 ** 21));
  for (const x of far) for (const y of far) seen.add(mix(x, y));
  expect(seen.size).toBe(500000);
  expect([...seen].every((number) => Number.isSafeInteger(number) && number >= 0)).toBe(true);
});

test('long chains that differ at one place stay apart', () => {
  const chain = Array.from({ length: 1000 }, (_, i) => i % 3);
  const all = chain.map((_, at) =>
    mixAll(
      7,
      chain.map((n, i) => (i === at ? n + 1 : n)),
    ),
  );
  expect(new Set([...all, mixAll(7, chain)]).size).toBe(1001);
});

test('order counts, or does not', () => {
  expect(mixAll(1, [2, 3])).not.toBe(mixAll(1, [3, 2]));
  expect(mixUnordered(1, [2, 3, 10])).toBe(mixUnordered(1, [10, 3, 2]));
  expect(mixAll(1, [])).not.toBe(mixAll(1, [0]));
});
