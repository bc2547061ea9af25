import { expect, test } from 'vitest';
import { fineTuning } from '../../../state/initial.ts';
import type { TrainingRun } from '../../../state/types.ts';
import { drawnRuns } from './drawn-runs.ts';

const run = (number: number, status: TrainingRun['status'] = 'done'): TrainingRun => ({
  id: `r${number}`,
  number,
  model: { id: 'm', sha256: 's', name: 'net.onnx' },
  data: { id: 'd', name: 'data', count: 100 },
  recipe: fineTuning,
  status,
  startedAt: number,
  epochs: [],
  curve: [],
});

test('one run has a colour for each of its lines, several have one each, with a shape', () => {
  const [alone] = drawnRuns([run(1)], []);
  expect(alone?.category).not.toBe(alone?.trainingCategory);
  expect(alone?.shape).toBe('diamond');
  const several = drawnRuns([run(1), run(2), run(3)], ['r1', 'r3']);
  expect(several.map((d) => d.run.id)).toEqual(['r1', 'r3']);
  for (const { category, trainingCategory } of several) expect(category).toBe(trainingCategory);
  expect(new Set(several.map((d) => d.shape)).size).toBe(2);
});

test('what is under way is always drawn; with nothing chosen, the last', () => {
  const runs = [run(1), run(2, 'running'), run(3), run(4, 'paused')];
  expect(drawnRuns(runs, ['r1']).map((d) => d.run.id)).toEqual(['r1', 'r2', 'r4']);
  expect(drawnRuns([run(1), run(2)], []).map((d) => d.run.id)).toEqual(['r2']);
  expect(drawnRuns([], [])).toEqual([]);
});

test('a sixth run is given no colour', () => {
  const runs = [1, 2, 3, 4, 5, 6].map((n) => run(n));
  const drawn = drawnRuns(
    runs,
    runs.map(({ id }) => id),
  );
  expect(drawn).toHaveLength(5);
  expect(new Set(drawn.map((d) => d.category)).size).toBe(5);
});
