import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactCosineOfPi, exactExp, exactLog, exactPower } from './exact-math.ts';
import { learningRateAt, type RateRecipe, ratesAt } from './schedules.ts';

const near = (a: number, b: number, share: number): boolean => Math.abs(a - b) <= share * Math.max(1e-300, Math.abs(b));

test('exact functions agree with those of the engine to the last digits', () => {
  fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => near(exactExp(x), Math.exp(x), 1e-15)));
  fc.assert(
    fc.property(
      fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      (x) => Math.abs(exactLog(x) - Math.log(x)) <= 4e-16 * Math.max(1, Math.abs(Math.log(x))),
    ),
  );
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      (x) => Math.abs(exactCosineOfPi(x) - Math.cos(Math.PI * x)) < 3e-16,
    ),
  );
  expect(exactCosineOfPi(0.5)).toBe(0);
  expect(exactCosineOfPi(0)).toBe(-exactCosineOfPi(1));
  expect([exactExp(0), exactExp(-800), exactExp(800)]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  expect(exactLog(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(exactLog(-1)).toBeNaN();
  expect(exactPower(0.9, 3)).toBeCloseTo(0.729, 15);
  expect(exactPower(0.9, 0)).toBe(1);
});

const sgd = { id: 'sgd', momentum: 0.9, nesterov: false } as const;
const base: RateRecipe = {
  epochs: 6,
  learningRate: 0.1,
  optimizer: sgd,
  schedule: { id: 'constant', warmUpEpochs: 0 },
};

test('warm-up grows to the full rate, and then the schedule begins', () => {
  const recipe: RateRecipe = { ...base, schedule: { id: 'constant', warmUpEpochs: 0.5 } };
  const rates = Array.from({ length: 10 }, (_, step) => learningRateAt(recipe, 8, step));
  expect(rates.slice(0, 5)).toEqual([0.025, 0.05, 0.075, 0.1, 0.1].map(Math.fround));
});

test('steps fall at the ends of epochs', () => {
  const recipe: RateRecipe = { ...base, schedule: { id: 'step', warmUpEpochs: 0, everyEpochs: 2, factor: 0.5 } };
  const rates = [0, 19, 20, 39, 40].map((step) => learningRateAt(recipe, 10, step));
  expect(rates).toEqual([0.1, 0.05, 0.025].flatMap((r) => [Math.fround(r), Math.fround(r)]).slice(0, 5));
});

test('the cosine falls all the way from the full rate to its floor', () => {
  const recipe: RateRecipe = { ...base, schedule: { id: 'cosine', warmUpEpochs: 1, floor: 0.01 } };
  const rates = Array.from({ length: 60 }, (_, step) => learningRateAt(recipe, 10, step));
  expect(rates[9]).toBe(Math.fround(0.1));
  expect(rates[10]).toBe(Math.fround(0.1));
  expect(rates[35]).toBeCloseTo(0.1 * (0.01 + 0.99 * 0.5), 7);
  for (let i = 11; i < 60; i++) expect(rates[i]).toBeLessThan(rates[i - 1] as number);
  expect(rates[59]).toBeGreaterThan(0.001);
  expect(rates[59]).toBeLessThan(0.0013);
});

test('Adam gets the corrections of its moments', () => {
  const adam = { ...base, optimizer: { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } } as const;
  expect([...ratesAt(adam, 10, 0)]).toEqual([0.1, 1 / (1 - 0.9), 1 / (1 - 0.999)].map(Math.fround));
  expect(ratesAt(adam, 10, 99)[1]).toBeCloseTo(1 / (1 - 0.9 ** 100), 6);
  expect([...ratesAt(base, 10, 5)]).toEqual([Math.fround(0.1), 1, 1]);
});
