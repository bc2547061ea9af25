import { expect, test } from 'vitest';
import { Random } from './random.ts';

test('gives the numbers of the PCG32 reference program (seed 42, stream 54)', () => {
  const random = new Random(42, 54);
  const first = Array.from({ length: 6 }, () => random.uint32());
  expect(first).toEqual([0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e]);
});

test('derived streams do not depend on how far the parent has run', () => {
  const fresh = new Random(7).derive(3);
  const parent = new Random(7);
  parent.uint32();
  const later = parent.derive(3);
  expect(later.uint32()).toBe(fresh.uint32());
  expect(new Random(7).derive(4).uint32()).not.toBe(new Random(7).derive(3).uint32());
});

test('below is within range and roughly uniform', () => {
  const random = new Random(1);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60000; i++) counts[random.below(6)]!++;
  for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(400);
});
