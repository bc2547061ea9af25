import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SampleSet } from '../ir/index.ts';
import { bindSamples, splitForTraining, TRAINING_PARTS, trainingPart } from './index.ts';

/** Samples of two numbers; `values` gives the first, the second is fixed. */
function setOf(values: readonly number[], labels?: readonly number[]): SampleSet {
  const x = Float32Array.from(values.flatMap((v) => [v, 1]));
  const given = new Map([
    ['x', { type: 'float32' as const, shape: [values.length, 2], data: x }],
    ...(labels
      ? [['y', { type: 'int32' as const, shape: [labels.length], data: Int32Array.from(labels) }] as const]
      : []),
  ]);
  return bindSamples(given, [{ id: 'x', shape: [1, 2] }], { name: 'set' }).samples;
}

const ramp = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('no sample is in two parts, and each is in one', () => {
  const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 12,
    maxLength: 300,
  });
  fc.assert(
    fc.property(sets, fc.boolean(), (rows, labelled) => {
      const values = rows.map(([value]) => value);
      fc.pre(new Set(values).size > 10);
      const set = setOf(values, labelled ? rows.map(([, label]) => label) : undefined);
      const { parts } = splitForTraining(set);
      expect(TRAINING_PARTS.flatMap((part) => [...parts[part]]).sort((a, b) => a - b)).toEqual(ramp(set.count));
      const seen = TRAINING_PARTS.map((part) => new Set(parts[part].map((i) => values[i])));
      for (const [i, one] of seen.entries())
        for (const other of seen.slice(i + 1)) expect([...one].filter((value) => other.has(value))).toEqual([]);
    }),
  );
});

test('shares hold in every class, and calibration stops at 512', () => {
  const labels = ramp(1000).map((i) => (i < 900 ? 0 : 1));
  const { parts, diagnostics } = splitForTraining(setOf(ramp(1000), labels));
  const countIn = (part: keyof typeof parts, label: number): number =>
    parts[part].filter((i) => labels[i] === label).length;
  expect(TRAINING_PARTS.map((part) => [countIn(part, 0), countIn(part, 1)])).toEqual([
    [540, 60],
    [135, 15],
    [225, 25],
  ]);
  expect(diagnostics).toEqual([]);
  const large = splitForTraining(setOf(ramp(8000)));
  expect(TRAINING_PARTS.map((part) => large.parts[part].length)).toEqual([5488, 512, 2000]);
});

test('the division depends on the data alone', () => {
  const labels = ramp(60).map((i) => i % 3);
  const [a, b] = [splitForTraining(setOf(ramp(60), labels)), splitForTraining(setOf(ramp(60), labels))];
  expect(a).toEqual(b);
  expect(a.parts.validation).not.toEqual(ramp(60).slice(0, 15));
  const part = trainingPart(setOf(ramp(60), labels), 'validation');
  expect(part.samples.name).toBe('set: 15 of 60 for validation');
  expect([...part.samples.labels!]).toEqual(a.parts.validation.map((i) => i % 3));
});

test('equal samples stay together, and it is said', () => {
  const values = ramp(40).map((i) => i % 20);
  const { parts, diagnostics } = splitForTraining(setOf(values));
  for (const part of TRAINING_PARTS) {
    const there = parts[part].map((i) => values[i] as number);
    for (const value of there) expect(there.filter((v) => v === value)).toHaveLength(2);
  }
  expect(diagnostics[0]!.message).toBe(
    "'set' holds 40 samples, of which 20 differ: equal ones stay in one part, so that none is in training and in validation.",
  );
});

test('a class that a part lacks, or that no sample is of, is named', () => {
  const labels = ramp(30).map((i) => (i === 7 ? 4 : i % 2));
  const { parts, diagnostics } = splitForTraining(setOf(ramp(30), labels), 5);
  expect(parts.training).toContain(7);
  expect(diagnostics.map((d) => [d.code, d.severity, d.message])).toEqual([
    [
      'datasets/class-absent',
      'warning',
      "Classes 2, 3 of the model's 5: no sample of 'set' is of them, so training unlearns them.",
    ],
    [
      'datasets/class-absent-in-part',
      'warning',
      "Class 4 of 'set' has too few samples for each part: none is in calibration.",
    ],
    [
      'datasets/class-absent-in-part',
      'warning',
      "Class 4 of 'set' has too few samples for each part: none is in validation.",
    ],
  ]);
});

test('two samples cannot make three parts', () => {
  expect(() => splitForTraining(setOf([1, 2]))).toThrow(
    "'set' cannot be divided into training, calibration and validation: it has 2 samples, 2 of them different.",
  );
  expect(() => splitForTraining(setOf([1, 1, 1, 1, 2]))).toThrow('it has 5 samples, 2 of them different');
});
