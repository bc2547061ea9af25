import { expect, test } from 'vitest';
import { writeNpz } from '../../datasets/index.ts';
import { type SampleSet, type Tensor, tensorOf } from '../../ir/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { pngOf } from '../../test-kit/png-files.ts';
import { bindData, decodePictures } from './data.ts';
import { describeData } from './data-description.ts';
import { noShapes, openModel } from './open.ts';

const PARTS = ['training', 'calibration of training', 'validation'] as const;

async function networkOn(shape: readonly number[], classes = 3) {
  const b = graphBuilder();
  const size = shape.reduce((n, d) => n * d, 1);
  b.input('x', [1, ...shape]);
  b.constant('w', [size, classes], new Float32Array(size * classes).fill(0.5));
  b.output(b.node('MatMul', [b.node('Flatten', ['x']), 'w']));
  return openModel([{ name: 'small.onnx', bytes: writeOnnx(b.done()) }], noShapes, testContext());
}

const samplesOf = ({ count, inputs }: SampleSet): string[] => {
  const { data } = inputs[0]!;
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size).join());
};

test.each(['tones', undefined])(
  'generated parts of %s come from seeds of their own, which their recipe names',
  async (generator) => {
    const opened = await networkOn([1, 32, 12], 6);
    const own = generator && { generator, difficulty: 0.7, preprocessing: { scale: 1 / 255 } };
    const request = { files: [], seed: 1, count: 30, ...own };
    const parts = PARTS.map((part) => bindData(opened, { ...request, part }));
    expect(new Set(parts.flatMap(({ samples }) => samplesOf(samples))).size).toBe(90);
    for (const { samples, reference } of parts) {
      const again = bindData(opened, { files: [], ...reference.recipe! });
      expect(again.samples.sha256).toBe(samples.sha256);
    }
  },
);

test('parts of files share no sample, and a class that none is of is named', async () => {
  const arrays = new Map<string, Tensor>([
    [
      'x',
      tensorOf(
        'float32',
        [40, 2],
        Array.from({ length: 80 }, (_, i) => i),
      ),
    ],
    [
      'y',
      tensorOf(
        'int32',
        [40],
        Array.from({ length: 40 }, (_, i) => i % 2),
      ),
    ],
  ]);
  const files = [{ name: 'set.npz', bytes: writeNpz(arrays) }];
  const opened = await networkOn([2]);
  const parts = PARTS.map((part) => bindData(opened, { files, seed: 1, count: 0, part }));
  expect(parts.map(({ samples }) => samples.count)).toEqual([24, 6, 10]);
  expect(new Set(parts.flatMap(({ samples }) => samplesOf(samples))).size).toBe(40);
  expect(parts.map(({ diagnostics }) => diagnostics.map((d) => d.code))).toEqual(
    PARTS.map(() => ['datasets/class-absent']),
  );
});

test('a description counts classes per part, tells the layout and the normalization, and repeats what was noticed', async () => {
  const arrays = new Map<string, Tensor>([
    [
      'x',
      tensorOf(
        'uint8',
        [40, 4, 4, 3],
        Array.from({ length: 40 * 48 }, (_, i) => (i * 7) % 251),
      ),
    ],
    [
      'y',
      tensorOf(
        'int32',
        [40],
        Array.from({ length: 40 }, (_, i) => i % 2),
      ),
    ],
  ]);
  const files = [{ name: 'set.npz', bytes: writeNpz(arrays) }];
  const opened = await networkOn([3, 4, 4]);
  const told = describeData(opened, { files, seed: 1, count: 0, part: 'evaluation' });
  expect(told.reference.count).toBe(40);
  expect(told.parts.map(({ count }) => count)).toEqual([24, 6, 10]);
  expect(told.classes).toEqual([
    { label: 0, count: 20, counts: [12, 3, 5] },
    { label: 1, count: 20, counts: [12, 3, 5] },
    { label: 2, count: 0, counts: [0, 0, 0] },
  ]);
  expect(told.inputs[0]!.layout).toEqual({ model: 'NCHW', data: 'NHWC', how: 'told from the shape' });
  expect(told.previews).toHaveLength(24);
  expect(told.diagnostics.map((d) => d.code)).toEqual([
    'datasets/channels-moved',
    'datasets/raw-bytes',
    'datasets/class-absent',
  ]);
  const preprocessing = { scale: 1 / 255, mean: [0.5], deviation: [0.25] };
  const said = describeData(opened, { files, seed: 1, count: 0, layout: 'NHWC', preprocessing });
  expect(said.inputs[0]!.layout!.how).toBe('said');
  expect(said.inputs[0]!.before[0]!.mean).toBeCloseTo(told.inputs[0]!.fed.channels[0]!.mean, 3);
  expect(said.inputs[0]!.fed.all.max).toBeCloseTo((told.inputs[0]!.fed.all.max / 255 - 0.5) / 0.25, 5);
  expect(said.settings).toEqual({ layout: 'NHWC', preprocessing });
  const wrong = () => describeData(opened, { files, seed: 1, count: 0, layout: 'NCHW' });
  expect(wrong).toThrow("Array 'x' has shape [40, 4, 4, 3]; input 'x' takes [1, 3, 4, 4] per sample.");
});

test('pictures in class folders become samples of the input, and other sizes are refused with the remedy', async () => {
  const picture = (name: string, side: number) => ({
    name,
    bytes: pngOf(side, side, new Uint8Array(side * side).fill(7)),
  });
  const opened = await networkOn([3, 4, 4]);
  const files = [
    picture('set/cat/a.png', 4),
    picture('set/dog/a.png', 4),
    picture('set/dog/b.png', 4),
    picture('set/dog/c.png', 4),
  ];
  const read = async (given: typeof files, resize?: boolean) =>
    bindData(
      opened,
      await decodePictures(opened, { files: given, seed: 1, count: 0, ...(resize && { resize }) }, undefined),
    );
  const { samples, classNames, reference } = await read(files);
  expect([samples.count, [...samples.labels!], classNames]).toEqual([4, [0, 1, 1, 1], ['cat', 'dog']]);
  expect(reference.name).toBe('set (4 files)');
  await expect(read([picture('set/cat/a.png', 5)])).rejects.toThrow(
    "Picture 'set/cat/a.png' is 5×5; input 'x' takes 4×4",
  );
  expect((await read([picture('set/cat/a.png', 5)], true)).samples.count).toBe(1);
});

test('a generator with more classes than the network tells apart is refused', async () => {
  const opened = await networkOn([1, 32, 12], 3);
  const make = () => bindData(opened, { files: [], seed: 1, count: 20, generator: 'tones' });
  expect(make).toThrow(/the model tells 3 classes apart, 0 to 2/);
});

test('a hierarchy of classes is told', async () => {
  const opened = await networkOn([3, 32, 32], 12);
  const { classes } = describeData(opened, { files: [], seed: 1, count: 24, generator: 'shapes' });
  expect(classes![0]).toEqual({ label: 0, name: 'disc', groups: ['round', 'full'], count: 2, counts: [] });
});

test('classes that are far from balanced are named', async () => {
  const labels = Array.from({ length: 60 }, (_, i) => (i < 55 ? 0 : i < 58 ? 1 : 2));
  const arrays = new Map<string, Tensor>([
    [
      'x',
      tensorOf(
        'float32',
        [60, 2],
        Array.from({ length: 120 }, (_, i) => i),
      ),
    ],
    ['y', tensorOf('int32', [60], labels)],
  ]);
  const files = [{ name: 'set.npz', bytes: writeNpz(arrays) }];
  const { diagnostics } = describeData(await networkOn([2]), { files, seed: 1, count: 0 });
  expect(diagnostics.map((d) => d.message)).toEqual([
    "Class 2 of 'set.npz' has too few samples for each part: none is in calibration.",
    "The classes of 'set.npz' are not balanced: 55 samples are of class 0, 2 of class 2, of which accuracy says little.",
  ]);
});
