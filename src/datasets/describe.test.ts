import { expect, test } from 'vitest';
import { tensorOf } from '../ir/index.ts';
import { beforeNormalization, bindSamples, previewsOf, valueFigures } from './index.ts';

const setOf = (shape: number[], values: number[], port: number[], labels?: number[], preprocessing?: object) =>
  bindSamples(
    new Map([
      ['x', tensorOf('float32', shape, values)],
      ...(labels ? [['y', tensorOf('int32', [labels.length], labels)] as const] : []),
    ]),
    [{ id: 'x', shape: port }],
    preprocessing ? { preprocessing } : {},
  ).samples;

test('figures of all values and of each channel, NCHW and NHWC', () => {
  const channels = (port: number[], values: number[]) =>
    valueFigures(setOf([2, ...port.slice(1)], values, port).inputs[0]!);
  const first = channels([1, 3, 1, 2], [1, 3, 10, 10, 0, 0, 5, 7, 10, 10, 0, 8]);
  expect(first.channels.map(({ min, max, mean }) => [min, max, mean])).toEqual([
    [1, 7, 4],
    [10, 10, 10],
    [0, 8, 2],
  ]);
  expect(first.channels[0]!.deviation).toBeCloseTo(Math.sqrt(5), 12);
  expect(first.all).toMatchObject({ min: 0, max: 10, mean: 64 / 12 });
  const last = channels(
    [1, 5, 1, 3],
    Array.from({ length: 30 }, (_, i) => i % 3),
  );
  expect(last.channels.map(({ mean, deviation }) => [mean, deviation])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
});

test('a small spread about a large mean keeps its digits', () => {
  const { all } = valueFigures(setOf([3, 2], [65536, 65537, 65538, 65536, 65537, 65538], [1, 2]).inputs[0]!);
  expect(all.mean).toBe(65537);
  expect(all.deviation).toBeCloseTo(Math.sqrt(2 / 3), 10);
});

test('figures before a normalization are those without it', () => {
  const preprocessing = { scale: 1 / 255, mean: [0.5, 0.25], deviation: [0.2, -0.5] };
  const values = [0, 255, 51, 102, 5, 250, 10, 20];
  const raw = valueFigures(setOf([2, 2, 1, 2], values, [1, 2, 1, 2]).inputs[0]!).channels;
  const fed = valueFigures(setOf([2, 2, 1, 2], values, [1, 2, 1, 2], undefined, preprocessing).inputs[0]!).channels;
  beforeNormalization(fed, preprocessing).forEach((back, c) => {
    for (const key of ['min', 'max', 'mean', 'deviation'] as const) expect(back[key]).toBeCloseTo(raw[c]![key], 3);
  });
});

test('previews: classes take turns, pictures keep their colours, large ones are made small', () => {
  const colours = setOf(
    [4, 3, 1, 2],
    [0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255],
    [1, 3, 1, 2],
    [0, 0, 1, 1],
  );
  const shown = previewsOf(colours, colours.inputs[0]!, 3);
  expect(shown.map(({ sample, label }) => [sample, label])).toEqual([
    [0, 0],
    [2, 1],
    [1, 0],
  ]);
  expect(shown.map((p) => p.kind === 'picture' && [...p.rgba.subarray(0, 4)])).toEqual([
    [0, 0, 0, 255],
    [0, 255, 0, 255],
    [255, 0, 0, 255],
  ]);
  const large = setOf(
    [1, 1, 96, 128],
    Array.from({ length: 96 * 128 }, (_, i) => i),
    [1, 1, 96, 128],
  );
  expect(previewsOf(large, large.inputs[0]!, 24)[0]).toMatchObject({ kind: 'picture', width: 64, height: 48 });
});

test('previews of series: a line per channel', () => {
  const series = setOf([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4]);
  const [shown] = previewsOf(series, series.inputs[0]!, 24);
  expect(shown!.kind === 'series' && shown!.lines.map((line) => [...line])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});
