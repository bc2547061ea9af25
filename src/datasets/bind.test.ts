import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { sampleOf, type Tensor, tensorOf } from '../ir/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { bindSamples, type InputPort, readArrays } from './index.ts';

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const ramp = (type: Tensor['type'], ...shape: number[]): Tensor =>
  tensorOf(
    type,
    shape,
    Array.from({ length: count(shape) }, (_, i) => i),
  );
const arrays = (entries: Record<string, Tensor>) => new Map(Object.entries(entries));
const picture: InputPort = { id: 'input', type: 'float32', shape: [1, 2, 2, 3] };

function codeOf(run: () => unknown): { code: string; message: string; hint: string } {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  return { code: 'no error', message: '', hint: '' };
}

test.each([
  ['batch first', [4, 2, 2, 3], 4],
  ['batch before the full shape', [4, 1, 2, 2, 3], 4],
  ['one sample', [2, 2, 3], 1],
  ['flat rows', [5, 12], 5],
])('%s', (_name, shape, samples) => {
  const { samples: set } = bindSamples(arrays({ x: ramp('float32', ...shape) }), [picture]);
  expect(set.count).toBe(samples);
  expect(set.inputs[0]!.shape).toEqual([1, 2, 2, 3]);
  expect([...sampleOf(set.inputs[0]!, samples - 1)][0]).toBe((samples - 1) * 12);
});

test('channels at the other end are moved, and it is said', () => {
  const nhwc = tensorOf('uint8', [1, 2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const first = bindSamples(arrays({ x: nhwc }), [{ id: 'i', type: 'float32', shape: [1, 3, 2, 2] }]);
  expect([...first.samples.inputs[0]!.data]).toEqual([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  expect(first.diagnostics.map((d) => d.code)).toEqual(['datasets/channels-moved', 'datasets/raw-bytes']);

  const nchw = tensorOf('uint8', [1, 3, 2, 2], [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
  const back = bindSamples(arrays({ x: nchw }), [{ id: 'i', type: 'float32', shape: [1, 2, 2, 3] }]);
  expect([...back.samples.inputs[0]!.data]).toEqual([...(nhwc.data as Uint8Array)]);
});

test('arrays named as the inputs come before x; what is left over is said', () => {
  const given = arrays({ x: ramp('float32', 2, 3), b: ramp('float32', 2, 1), a: ramp('int64', 2, 3) });
  const ports: InputPort[] = [
    { id: 'a', type: 'int64', shape: [1, 3] },
    { id: 'b', type: 'float32', shape: [1] },
  ];
  const { samples, diagnostics } = bindSamples(given, ports);
  expect(samples.inputs.map((i) => i.tensor)).toEqual(['a', 'b']);
  expect([...samples.inputs[0]!.data]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(diagnostics.map((d) => d.code)).toEqual(['datasets/unused-arrays']);
});

test('labels: indices, a column, or one-hot rows', () => {
  const x = ramp('float32', 3, 12);
  const bound = (y: Tensor) => bindSamples(arrays({ x, y }), [picture], { classes: 4 }).samples.labels;
  expect(bound(tensorOf('int64', [3], [0, 3, 1]))).toEqual(Int32Array.of(0, 3, 1));
  expect(bound(tensorOf('float32', [3, 1], [2, 2, 0]))).toEqual(Int32Array.of(2, 2, 0));
  expect(bound(tensorOf('uint8', [3, 4], [0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0]))).toEqual(Int32Array.of(3, 0, 1));
});

test('unnamed arrays: the integers, one per sample, are the labels, and it is said', () => {
  const given = arrays({ arr_0: ramp('float32', 3, 2, 2, 3), arr_1: tensorOf('int64', [3], [2, 0, 1]) });
  const { samples, diagnostics } = bindSamples(given, [picture], { classes: 3 });
  expect(samples.labels).toEqual(Int32Array.of(2, 0, 1));
  expect(diagnostics.map((d) => d.code)).toEqual(['datasets/labels-assumed']);
  const two = new Map([...given, ['arr_2', tensorOf('int64', [3], [0, 0, 0])]]);
  expect(bindSamples(two, [picture]).samples.labels).toBeUndefined();
});

test('preprocessing is per channel, where the channels are', () => {
  const x = tensorOf('uint8', [1, 2, 1, 2], [0, 255, 51, 102]);
  const port: InputPort = { id: 'x', type: 'float32', shape: [1, 2, 1, 2] };
  const preprocessing = { scale: 1 / 255, mean: [0.5, 0], deviation: [0.5, 0.1] };
  const data = [...bindSamples(arrays({ x }), [port], { preprocessing }).samples.inputs[0]!.data];
  [-1, 1, 2, 4].forEach((wanted, i) => {
    expect(data[i]).toBeCloseTo(wanted, 6);
  });
});

describe('what does not fit is refused with the array, both shapes and a remedy', () => {
  const x = ramp('float32', 2, 12);
  const withLabels = (y: Tensor) => () => bindSamples(arrays({ x, y }), [picture], { classes: 3 });
  const nan = tensorOf('float32', [1, 12], [0, 1, Number.NaN, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const ints: InputPort = { id: 'n', type: 'int8', shape: [1, 2] };
  test.each<[string, () => unknown, string[]]>([
    [
      'datasets/wrong-shape',
      () => bindSamples(arrays({ x: ramp('float32', 2, 13) }), [picture]),
      ["'x'", '[2, 13]', '[1, 2, 2, 3]'],
    ],
    ['datasets/empty-array', () => bindSamples(arrays({ x: ramp('float32', 0, 12) }), [picture]), ["'x'", '[0, 12]']],
    ['datasets/missing-input', () => bindSamples(arrays({ z: x }), [picture, ints]), ["'input'", "'z' [2, 12]"]],
    [
      'datasets/wrong-type',
      () => bindSamples(arrays({ n: tensorOf('float32', [1, 2], [0.5, 1]) }), [ints]),
      ['float32', 'int8'],
    ],
    [
      'datasets/value-out-of-range',
      () => bindSamples(arrays({ n: tensorOf('int16', [1, 2], [0, 200]) }), [ints]),
      ['200', "'n'"],
    ],
    ['datasets/value-out-of-range', () => bindSamples(arrays({ x: nan }), [picture]), ['Element 2', 'NaN']],
    ['datasets/label-count', withLabels(tensorOf('uint8', [3], [0, 1, 2])), ["'y'", '[3]', '2 samples']],
    ['datasets/label-out-of-range', withLabels(tensorOf('int8', [2], [0, 3])), ['Label 1', '0 to 2']],
    ['datasets/label-out-of-range', withLabels(tensorOf('int8', [2], [0, -1])), ['-1']],
    ['datasets/label-out-of-range', withLabels(tensorOf('float32', [2], [0, 0.5])), ['0.5']],
    ['datasets/unknown-shape', () => bindSamples(arrays({ x }), [{ id: 'i', shape: ['batch', 12] }]), ['batch']],
    ['datasets/no-inputs', () => bindSamples(arrays({ x }), []), []],
    [
      'datasets/different-counts',
      () => bindSamples(arrays({ input: x, n: ramp('int8', 3, 2) }), [picture, ints]),
      ["'input' holds 2", "'n' 3"],
    ],
  ])('%s', (code, run, words) => {
    const error = codeOf(run);
    expect(error.code).toBe(code);
    for (const word of words) expect(error.message).toContain(word);
    expect(error.hint).not.toBe('');
  });
});

test('the digest is that of the data: same for the same, other for another, whatever the name', () => {
  const bound = (x: Tensor, name: string) => bindSamples(arrays({ x }), [picture], { name }).samples.sha256;
  const a = bound(ramp('float32', 2, 12), 'a');
  expect(bound(ramp('uint8', 2, 2, 2, 3), 'b')).toBe(a);
  const other = ramp('float32', 2, 12);
  (other.data as Float32Array)[23] = 0;
  expect(bound(other, 'a')).not.toBe(a);
});

describe.skipIf(!hasSharedData)(hasSharedData ? 'real data' : `real data, skipped: ${NO_SHARED_DATA}`, () => {
  const files = (...names: string[]) => names.map((name) => ({ name, bytes: sharedData(name) }));

  test('a published npz feeds its network: only the first array of tinyvit is the input', () => {
    const given = readArrays(files('onnx-models/tinyvit_demo.inputs.npz'));
    expect(given.size).toBe(176);
    const { samples, diagnostics } = bindSamples(given, [{ id: 'input.1', type: 'float32', shape: [1, 3, 32, 32] }]);
    expect(samples.count).toBe(1);
    expect([...samples.inputs[0]!.data.subarray(0, 3)]).toEqual([
      ...(given.get('arr_0')!.data as Float32Array).subarray(0, 3),
    ]);
    expect(diagnostics[0]!.message).toContain("'arr_1'");
  });

  test('MNIST and CIFAR-10 as raw numbers with labels', () => {
    const mnist = readArrays(
      files('eval-sets/mnist_images_u8_8000x28x28.bin.gz', 'eval-sets/mnist_labels_u8_8000.bin'),
    );
    const bound = bindSamples(mnist, [{ id: 'Input3', type: 'float32', shape: [1, 1, 28, 28] }], { classes: 10 });
    expect(bound.samples.count).toBe(8000);
    expect([...bound.samples.labels!.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]); // the known start of the test set
    const cifar = readArrays(
      files('eval-sets/cifar10_images_u8_350x32x32x3.bin.gz', 'eval-sets/cifar10_labels_u8_350.bin'),
    );
    const port: InputPort = { id: 'input_1', type: 'float32', shape: [1, 3, 32, 32] };
    const { samples, diagnostics } = bindSamples(cifar, [port], { classes: 10 });
    expect(samples.count).toBe(350);
    const pixels = cifar.get('cifar10_images')!.data as Uint8Array;
    const second = sampleOf(samples.inputs[0]!, 1);
    // Green (1) of row 5, column 7: plane, row, column on one side; row, column, colour on the other.
    expect(second[1 * 1024 + 5 * 32 + 7]).toBe(pixels[3072 + (5 * 32 + 7) * 3 + 1]);
    expect(diagnostics.map((d) => d.code)).toContain('datasets/channels-moved');
  });
});
