import { expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import type { DesignPoint } from './design-point.ts';
import { objectives } from './objectives.ts';
import { uniformChoices } from './space.ts';
import {
  binCounts,
  binGrid,
  defaultAxes,
  extentOf,
  feasibility,
  formatConstraint,
  frontOf,
  hypervolumeOf,
  kneeOf,
  objectivesOf,
  parseConstraint,
  valueText,
  violation,
} from './view.ts';

const target = { platform: 'p', runtime: 'r', clockHertz: 1 };
const point = (values: Record<string, number>): DesignPoint => ({
  id: JSON.stringify(values),
  choices: uniformChoices(target, 1, 8, 8),
  objectives: Object.fromEntries(Object.entries(values).map(([id, value]) => [id, { value, provenance: 'computed' }])),
  origin: 'manual',
  diagnostics: [],
});

const points = [
  point({ flashBytes: 100, accuracy: 0.9 }),
  point({ flashBytes: 60, accuracy: 0.89 }),
  point({ flashBytes: 50, accuracy: 0.6 }),
  point({ flashBytes: 100, accuracy: 0.7 }),
  point({ accuracy: 0.99 }),
];

test('the front maximizes what is better large, and leaves unknown figures out', () => {
  expect(frontOf(points, ['flashBytes', 'accuracy'])).toEqual([2, 1, 0]);
  expect(kneeOf(points, ['flashBytes', 'accuracy'])).toBe(1);
  expect(frontOf(points, ['flashBytes', 'accuracy'], [parseConstraint('accuracy>0.8')])).toEqual([1, 0]);
});

test('limits: unknown is never feasible', () => {
  const limit = parseConstraint('flashBytes<=60');
  expect(points.map((p) => feasibility(p, [limit]))).toEqual(['no', 'yes', 'yes', 'no', 'unknown']);
  expect(violation(points[0]!, limit)).toBeCloseTo(40 / 60);
  expect(violation(points[4]!, limit)).toBe(Infinity);
});

test('limits are read and written', () => {
  expect(parseConstraint('latencySeconds<0.01')).toEqual({ objective: 'latencySeconds', operator: '<=', limit: 0.01 });
  expect(parseConstraint(' accuracy >= 9e-1 ')).toEqual({ objective: 'accuracy', operator: '>=', limit: 0.9 });
  for (const text of ['latencySeconds<0.01', 'accuracy>=.5', 'flashBytes<=-1e3']) {
    const read = parseConstraint(text);
    expect(parseConstraint(formatConstraint(read))).toEqual(read);
  }
  for (const bad of ['', 'latency<1', 'accuracy=1', 'accuracy<', 'accuracy<1ms', '0.5<accuracy']) {
    expect(() => parseConstraint(bad)).toThrow(UserError);
  }
});

test('the first axes: flash unless another cost spreads much wider; the quality there is', () => {
  expect(defaultAxes(points)).toEqual(['flashBytes', 'accuracy']);
  const gpu = [
    point({ flashBytes: 100, latencySeconds: 4, agreement: 1 }),
    point({ flashBytes: 90, latencySeconds: 1, agreement: 0.9 }),
  ];
  expect(defaultAxes(gpu)).toEqual(['latencySeconds', 'agreement']);
  // Two levels of agreement draw no front, SQNR does.
  const coarse = [1, 1, 0.9].map((agreement, i) => point({ flashBytes: 100 - i, agreement, sqnrDecibel: 30 - i }));
  expect(defaultAxes(coarse)).toEqual(['flashBytes', 'sqnrDecibel']);
  // Unpacking narrow weights takes time: no reason to show time first, though it differs most.
  const mcu = [
    point({ flashBytes: 100, latencySeconds: 1, accuracy: 1 }),
    point({ flashBytes: 90, latencySeconds: 4, accuracy: 0.9 }),
  ];
  expect(defaultAxes(mcu)).toEqual(['flashBytes', 'accuracy']);
  expect(defaultAxes([point({ flashBytes: 1 })])).toBeUndefined();
});

test('hypervolume grows with a better point and not with a dominated one', () => {
  const axes = ['flashBytes', 'accuracy'];
  const base = hypervolumeOf(points, axes)!;
  expect(hypervolumeOf([...points, point({ flashBytes: 80, accuracy: 0.8 })], axes)).toBeCloseTo(base);
  expect(hypervolumeOf([...points, point({ flashBytes: 55, accuracy: 0.89 })], axes)!).toBeGreaterThan(base);
  expect(hypervolumeOf([], axes)).toBeUndefined();
});

test('binning counts every value inside once', () => {
  expect([...binCounts([0, 0.5, 1, 1.5, 2, Number.NaN, 3], 0, 2, 2)]).toEqual([2, 3]);
  expect([...binGrid([0, 1, 2], [0, 1, 2], [0, 2], [0, 2], 2, 2)]).toEqual([1, 0, 0, 2]);
  expect(extentOf(points, 'flashBytes')).toEqual([50, 100]);
  expect(objectivesOf(points)).toEqual(['accuracy', 'flashBytes']);
});

test('every objective says its unit, direction and form', () => {
  for (const objective of objectives) {
    expect(objective.help).toMatch(/\.$/);
    expect(valueText(objective, 0.5).value).not.toBe('');
  }
  expect(valueText(objectives.get('accuracy'), 0.987)).toEqual({ value: '98.7', unit: '%' });
  expect(valueText(objectives.get('latencySeconds'), 0.0123)).toEqual({ value: '12.3', unit: 'ms' });
});
