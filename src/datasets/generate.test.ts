import { describe, expect, test } from 'vitest';
import { sampleOf } from '../ir/index.ts';
import { generateSamples, generationNotice, type InputPort, pickSamples, splitSamples } from './index.ts';

const picture: InputPort = { id: 'p', type: 'float32', shape: [1, 3, 16, 16] };

describe('generated samples', () => {
  test('depend on the seed alone; more begin as fewer do', () => {
    const four = generateSamples([picture], 4, 7);
    const again = generateSamples([picture], 4, 7);
    expect(again.sha256).toBe(four.sha256);
    expect(generateSamples([picture], 4, 8).sha256).not.toBe(four.sha256);
    expect(pickSamples(generateSamples([picture], 9, 7), [0, 1, 2, 3]).sha256).toBe(four.sha256);
    expect(four).toMatchObject({ count: 4, origin: 'generated' });
    expect(generationNotice(four).message).toContain('seed 7');
  });

  test('pictures are within 0 to 1, smooth, and use most of the range, in both layouts', () => {
    for (const shape of [
      [1, 3, 16, 16],
      [1, 16, 16, 3],
    ]) {
      const { data } = generateSamples([{ id: 'p', shape }], 20, 1).inputs[0]!;
      const nextPixel = shape[1] === 3 ? 1 : 3;
      let steps = 0;
      let pairs = 0;
      for (let i = 0; i + nextPixel < data.length; i++) {
        if (nextPixel === 1 ? i % 16 === 15 : Math.floor(i / 3) % 16 === 15) continue;
        steps += Math.abs(data[i + nextPixel]! - data[i]!);
        pairs++;
      }
      // Independent uniform pixels would differ by 1/3 on average.
      expect(steps / pairs).toBeLessThan(0.12);
      expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...data)).toBeLessThanOrEqual(1);
      expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(0.7);
    }
  });

  test.each([
    ['uint8', [1, 3, 16, 16], 0, 255],
    ['int8', [1, 3, 16, 16], -128, 127],
    ['int64', [1, 40], 0, 7],
    ['bool', [1, 40], 0, 1],
    ['float32', [1, 640], -1, 1],
  ] as const)('%s %j: from %d to %d', (type, shape, low, high) => {
    const { data } = generateSamples([{ id: 'i', type, shape }], 8, 3).inputs[0]!;
    expect(Math.min(...data)).toBeGreaterThanOrEqual(low);
    expect(Math.max(...data)).toBeLessThanOrEqual(high);
    if (type !== 'float32') expect(data.every((v) => Number.isInteger(v))).toBe(true);
    expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan((high - low) * 0.7);
  });

  test('a scalar input gets one element per sample', () => {
    expect(generateSamples([{ id: 'rate', type: 'int64', shape: [] }], 3, 1).inputs[0]!.data.length).toBe(3);
  });
});

describe('splitting', () => {
  const set = {
    ...generateSamples([{ id: 'i', shape: [1, 2] }], 10, 1),
    labels: Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1),
  };
  test('takes calibration samples evenly and leaves the others for evaluation', () => {
    const { calibration, evaluation, diagnostics } = splitSamples(set, 4);
    expect([...calibration.labels!]).toEqual([0, 0, 1, 1]); // samples 0, 2, 5, 7
    expect([...evaluation.labels!]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(sampleOf(calibration.inputs[0]!, 2)).toEqual(sampleOf(set.inputs[0]!, 5));
    expect(sampleOf(evaluation.inputs[0]!, 0)).toEqual(sampleOf(set.inputs[0]!, 1));
    expect(diagnostics).toEqual([]);
  });
  test('says when there are too few', () => {
    const half = splitSamples(set, 100);
    expect([half.calibration.count, half.evaluation.count, half.diagnostics[0]!.code]).toEqual([
      5,
      5,
      'datasets/few-samples',
    ]);
    const one = pickSamples(set, [3]);
    const both = splitSamples(one, 1);
    expect(both.calibration).toBe(both.evaluation);
    expect(both.diagnostics[0]!.code).toBe('datasets/not-split');
  });
});
