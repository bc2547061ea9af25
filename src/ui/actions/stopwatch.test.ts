import { expect, test } from 'vitest';
import { Stopwatch } from './stopwatch.ts';

test('what passes while it stands still is not counted', () => {
  let now = 1000;
  const watch = new Stopwatch(() => now);
  now += 500;
  expect(watch.seconds()).toBe(0.5);
  watch.run(false);
  watch.run(false);
  now += 10_000;
  expect(watch.seconds()).toBe(0.5);
  watch.run(true);
  now += 250;
  expect(watch.seconds()).toBe(0.75);
  watch.run(false);
  now += 100;
  expect(watch.seconds()).toBe(0.75);
});
