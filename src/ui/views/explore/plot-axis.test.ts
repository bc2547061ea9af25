import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectives } from '../../../explore/view.ts';
import { unitFor } from './objective-units.ts';
import { defaultDomain, offScale, plotAxis, wantsLog } from './plot-axis.ts';

const accuracy = objectives.get('accuracy');
const latency = objectives.get('latencySeconds');

test('ticks and title are in the unit shown, places come from SI values', () => {
  const axis = plotAxis(unitFor(latency, [0.1, 0.2]), [0, 0.25], [0, 500]);
  expect(axis.title).toBe('Latency, ms');
  expect(axis.ticks).toEqual([0, 50, 100, 150, 200, 250]);
  expect(axis.at(0.1)).toBeCloseTo(200);
  expect(axis.from(200)).toBeCloseTo(0.1);
});

test('a spread of more than thirty is logarithmic and says so; minor ticks have no words', () => {
  expect(wantsLog([0.001, 0.02])).toBe(false);
  const axis = plotAxis(unitFor(latency, [0.01]), [0.001, 1], [0, 600]);
  expect(axis.title).toBe('Latency, ms, log');
  expect(axis.ticks.map(axis.format).filter(Boolean)).toEqual(['1', '10', '100', '1000']);
  expect(axis.at(0.001) + axis.at(1)).toBeCloseTo(2 * axis.at(Math.sqrt(0.001)));
});

test('no tick above 100 %', () => {
  const axis = plotAxis(unitFor(accuracy, [0.99]), [0.9, 1.02], [300, 0]);
  expect(Math.max(...axis.ticks)).toBeLessThanOrEqual(100);
});

test('a few bad points do not squeeze the others, unless they are kept', () => {
  const values = [0.1, ...Array.from({ length: 99 }, (_, i) => 0.8 + i / 1000)];
  const [low, high] = defaultDomain(values, [], accuracy);
  expect(low).toBeGreaterThan(0.75);
  expect(high).toBeGreaterThan(0.898);
  expect(defaultDomain(values, [0.1], accuracy)[0]).toBeLessThan(0.1);
});

test('whatever is kept is inside the domain', () => {
  const some = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(some, fc.nat(), fc.constantFrom(accuracy, latency), (values, pick, objective) => {
      const keep = [values[pick % values.length] as number];
      const [low, high] = defaultDomain(values, keep, objective);
      expect(low).toBeLessThanOrEqual(keep[0] as number);
      expect(high).toBeGreaterThanOrEqual(keep[0] as number);
      expect(high).toBeGreaterThan(low);
    }),
  );
});

test('every known point is inside or counted at one edge', () => {
  const xs = [5, -1, 11, 5, 5, -1, Number.NaN];
  const ys = [5, 5, 5, -1, 11, -1, 5];
  expect(offScale(xs, ys, [0, 10], [0, 10])).toEqual({ left: [1], right: [2], below: [3, 5], above: [4] });
});
