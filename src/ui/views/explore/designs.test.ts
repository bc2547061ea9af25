import { expect, test } from 'vitest';
import { feasibility, frontOf, hypervolumeOf } from '../../../explore/view.ts';
import { difference } from './compare.tsx';
import { designsOf } from './designs.ts';
import { nearestMiss } from './empty.tsx';
import { familyOf } from './families.ts';
import { fixtureExploration, fixturePoints } from './fixture-exploration.ts';
import { chainOf } from './history-chain.ts';
import { hypervolumeCourse } from './hypervolume-course.ts';
import { cellText, headOf } from './objective-units.ts';
import { spread } from './parallel.tsx';
import { courseOf, limitAt, parallelAxes } from './parallel-scales.ts';
import { pointTable } from './point-table.ts';

const state = fixtureExploration(400);
const designs = designsOf(state);

test('what is counted is what the points say', () => {
  expect(designs.total).toBe(400);
  expect(designs.meeting).toBe(state.points.filter((p) => feasibility(p, state.constraints) === 'yes').length);
  expect(designs.front).toEqual(frontOf(state.points, [designs.axes?.[0].id ?? '', designs.axes?.[1].id ?? '']));
  expect(designs.families.reduce((sum, f) => sum + f.count, 0)).toBe(400);
  expect(designs.families.reduce((sum, f) => sum + f.onFront, 0)).toBe(designs.front.length);
});

test('a hidden family leaves plot and front, but stays counted and keeps the columns', () => {
  const hidden = designsOf({ ...state, hiddenOrigins: ['nsga2'] });
  expect(hidden.points.some((p) => p.origin === 'nsga2')).toBe(false);
  expect(hidden.families.find((f) => f.origin === 'nsga2')).toMatchObject({ hidden: true, onFront: 0 });
  expect(hidden.objectives).toEqual(designs.objectives);
});

test('axes the points do not have fall back to the default ones', () => {
  expect(designsOf({ ...state, axes: { x: 'latencySeconds', y: 'agreement' } }).axes?.map((o) => o.id)).toEqual([
    'latencySeconds',
    'accuracy',
  ]);
  expect(designsOf({ ...state, points: [] }).axes).toBeUndefined();
});

test('the course of the hypervolume ends at the hypervolume, and never falls', () => {
  const axes = ['flashBytes', 'accuracy'] as const;
  for (const constraints of [[], state.constraints]) {
    const course = hypervolumeCourse(state.points, axes, constraints);
    expect(course).toHaveLength(400);
    expect(course.at(-1)).toBeCloseTo(hypervolumeOf(state.points, axes, constraints) ?? -1, 9);
    expect(course.every((value, i) => i === 0 || value >= (course[i - 1] ?? 0))).toBe(true);
  }
});

test('with nothing inside the limits the nearest point says by how much it misses', () => {
  const constraints = [{ objective: 'accuracy', operator: '>=', limit: 0.95 } as const];
  const miss = nearestMiss(designsOf({ ...state, constraints }));
  const best = Math.max(...state.points.map((p) => p.objectives['accuracy']?.value ?? 0));
  expect(miss?.words).toEqual([`Top-1 accuracy ${((0.95 - best) * 100).toFixed(1)} points too little`]);
});

test('better is up on every parallel axis, and the limit read from a place is the value there', () => {
  const box = { left: 0, right: 700, top: 10, bottom: 110 };
  const axes = parallelAxes(state.points, designs.objectives, box);
  for (const axis of axes) {
    if (axis.extent[0] === axis.extent[1]) continue;
    const best = axis.objective.direction === 'max' ? axis.extent[1] : axis.extent[0];
    expect(axis.at(best)).toBeCloseTo(10);
    expect(limitAt(axis, 110)).toBeUndefined();
    expect(axis.at(limitAt(axis, 40) ?? 0)).toBeCloseTo(40);
  }
  const [first] = fixturePoints(1);
  if (!first) throw new Error('no point');
  const { accuracy: _gone, ...rest } = first.objectives;
  expect(courseOf({ ...first, objectives: rest }, axes)[0]).toBeUndefined();
});

test('columns have one unit, cells no unit', () => {
  const flash = designs.units.get('flashBytes');
  if (!flash) throw new Error('no flash');
  expect(headOf(flash)).toBe('Flash, KiB');
  expect(cellText(flash, 64 * 1024)).toBe('64.0');
  expect(difference(flash, 50, 100)).toBe('\u221250\u202f%');
  expect(difference(flash, undefined, 100)).toBe('');
});

test('the table holds each point; the reader table only the front', () => {
  expect(pointTable(designs, '').rows).toHaveLength(400);
  expect(pointTable(designs, '', 'front').rows.map((r) => r[0])).toEqual(
    designs.front.map((i) => state.points[i]?.id.slice(0, 6)),
  );
});

test('colour and shape are one pair; a sixth origin shares the fifth', () => {
  expect(familyOf('nsga2')).toMatchObject({ category: 2, shape: 'triangle' });
  expect(familyOf('random')).toMatchObject({ category: 4, shape: 'plus', label: 'Random' });
  expect(familyOf('something')).toMatchObject({ category: 4, label: 'something' });
});

test('tags keep their distance', () => {
  expect(spread([50, 40, 120])).toEqual([58, 40, 120]);
});

test('the chain shows now, what led to it and what was undone', () => {
  const step = (label: string) => ({ label, at: 0, before: {}, after: {} });
  const past = ['a', 'b', 'c', 'd', 'e', 'f'].map(step);
  const chain = chainOf(past, ['g', 'h', 'i'].map(step), 5);
  expect(chain.steps.map((s) => s.step.label + s.by)).toEqual(['d-2', 'e-1', 'f0', 'g1', 'h2']);
  expect([chain.earlier, chain.later]).toEqual([3, 1]);
  expect(chainOf(past.slice(0, 1), [], 5).steps).toHaveLength(1);
});
