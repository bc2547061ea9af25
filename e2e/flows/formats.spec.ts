import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { gzipped, kerasFile, text, zipBomb, zipped } from '../fixtures/archives.ts';
import { labels, npz, samples } from '../fixtures/arrays.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';
import { splitModel, tinyClassifier } from '../fixtures/tiny-models.ts';
import { expectIntact, withModelOpen } from '../fixtures/tiny-open.ts';
import { GraphPage } from '../graph-page.ts';

const LAYER_LIST = `
model = Sequential()
model.add(Conv2D(8, (3, 3), padding='same', activation='relu', input_shape=(16, 16, 3)))
model.add(MaxPooling2D(2))
model.add(Flatten())
model.add(Dense(10, activation='softmax'))
`;

interface Format {
  readonly what: string;
  readonly files: () => readonly TestFile[];
  /** What stands in the bar. */
  readonly name: string;
  /** A layer of it. */
  readonly layer: string;
  /** What the facts of the model say. */
  readonly facts: RegExp;
}

const split = splitModel();

const formats: readonly Format[] = [
  {
    what: 'ONNX',
    files: () => [tinyClassifier()],
    name: 'tiny.onnx',
    layer: 'hidden',
    facts: /Format\s*ONNX/,
  },
  {
    what: 'ONNX in gzip',
    files: () => [gzipped(tinyClassifier())],
    name: 'tiny.onnx',
    layer: 'hidden',
    facts: /Format\s*ONNX/,
  },
  {
    what: 'a zip of a model and its external data',
    files: () => [zipped('split.zip', [split.data, split.model])],
    name: 'split.onnx',
    layer: 'dense',
    facts: /Stored numbers\s*32/,
  },
  {
    what: 'Keras 3 (.keras)',
    files: () => [kerasFile('a16.keras')],
    name: 'a16.keras',
    layer: 'conv2d',
    facts: /Format\s*Keras/,
  },
  {
    what: 'Keras HDF5 (.h5)',
    files: () => [kerasFile('a16.h5')],
    name: 'a16.h5',
    layer: 'conv2d',
    facts: /Format\s*Keras HDF5/,
  },
  {
    what: 'Keras JSON: structure without weights',
    files: () => [kerasFile('structure.json')],
    name: 'structure.json',
    layer: 'conv2d',
    facts: /Format\s*Keras JSON, no weights/,
  },
  {
    what: 'Keras weights and the JSON of their structure',
    files: () => [kerasFile('structure.json'), kerasFile('only.weights.h5')],
    name: 'structure.json',
    layer: 'conv2d',
    facts: /Format\s*Keras(?! JSON, no weights)/,
  },
  {
    what: 'a Keras layer list in Python',
    files: () => [text('net.py', LAYER_LIST)],
    name: 'net.py',
    layer: 'conv2d',
    facts: /Keras layer list, no weights/,
  },
];

for (const { what, files, name, layer, facts } of formats) {
  test(`${what}: dropped, drawn, its layers listed and judged`, async ({ context }) => {
    const app = await AppPage.open(context);
    await app.drop(files());
    await app.verdict();
    await expect(app.bar()).toContainText(name);
    expect(await app.layerNames()).toContain(layer);
    await expect(app.page.getByRole('region', { name: 'Model', exact: true })).toContainText(facts);
    const graph = new GraphPage(app.page, name);
    expect(await graph.drawn()).toBeGreaterThan((await app.layerNames()).length);
    expect(app.errors).toEqual([]);
  });
}

test('an ANNETTE network description: a network without weights, one layer per layer of the file', async ({
  context,
}) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  const file = sharedFile('annette/graphs/mobilenet_v1.json');
  await app.drop([file]);
  await app.verdict();
  const facts = app.page.getByRole('region', { name: 'Model', exact: true });
  await expect(facts).toContainText('ANNETTE network description, no weights');
  await expect(app.page.getByRole('region', { name: 'Verdict' })).toContainText(/569\sM/);
  const { layers } = JSON.parse(new TextDecoder().decode(file.bytes)) as { readonly layers: Record<string, unknown> };
  // The input is no node of the graph.
  await expect(app.bar()).toContainText(`${Object.keys(layers).length - 1} nodes`);
  const explore = app.page.getByRole('button', { name: 'Explore trade-offs' });
  await expect(explore).toHaveAttribute('aria-disabled', 'true');
  await expect(explore).toHaveAccessibleDescription(/weights/);
  expect(app.errors).toEqual([]);
});

test('a model, samples with labels and a metric open together', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([
    text('measured.csv', 'layer,latency [ms]\nhidden,1.5\nlast,0.5\n'),
    npz('inputs.npz', { x: samples(6, [8]), y: labels([0, 1, 2, 3, 0, 1]) }),
    tinyClassifier(),
  ]);
  await app.verdict();
  await expect(app.page.getByRole('navigation', { name: 'Places' })).toContainText(/Data.*inputs\.npz/);
  const graph = new GraphPage(app.page, 'tiny.onnx');
  await expect(graph.panel()).toContainText('latency, ms');
  await expect(app.page.getByText('Coloured by latency: 2 layers')).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('samples dropped on an open model are taken', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.inputsAreThere();
  await app.drop([npz('inputs.npz', { x: samples(6, [8]), y: labels([0, 1, 2, 3, 0, 1]) })]);
  await expect(app.page.getByRole('navigation', { name: 'Places' })).toContainText(/Data.*inputs\.npz/);
  expect(app.errors).toEqual([]);
});

test('a saved exploration opens in a fresh browser, model and all', async ({ browser, context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await app.startSearch(20);
  await app.searchDone(20);
  const ids = await app.pointIds();
  await app.page.keyboard.press('Control+k');
  await app.page.getByRole('combobox', { name: 'Find or run a command' }).fill('Save .paretoscope');
  const waited = app.page.waitForEvent('download');
  await app.page.keyboard.press('Enter');
  const download = await waited;
  const saved = { name: download.suggestedFilename(), bytes: new Uint8Array(readFileSync(await download.path())) };
  expect(saved.name).toBe('figures.paretoscope');
  const fresh = await browser.newContext();
  const other = await AppPage.open(fresh);
  await other.drop([saved]);
  await expect(other.main('Explore')).toBeVisible();
  await expect.poll(() => other.pointIds()).toEqual(ids);
  await expect(other.bar()).toContainText('figures');
  expect([...app.errors, ...other.errors]).toEqual([]);
  await fresh.close();
});

interface WrongFile {
  readonly what: string;
  readonly file: () => TestFile;
  /** What the report says: the file and the reason. */
  readonly says: RegExp;
  readonly remedy: RegExp;
}

const cut = ({ bytes }: TestFile, name: string, length: number): TestFile => ({ name, bytes: bytes.slice(0, length) });

const wrong: readonly WrongFile[] = [
  {
    what: 'a zip with two models',
    file: () => zipped('two.zip', [tinyClassifier('a.onnx'), tinyClassifier('b.onnx')]),
    says: /'two\.zip' holds 2 networks: 'a\.onnx', 'b\.onnx'/,
    remedy: /Unpack the archive and drop the one you mean/,
  },
  {
    what: 'a zip that unpacks to 200 MB',
    file: () => zipBomb('bomb.zip'),
    says: /'bomb\.zip' unpacks to more than 128\sMiB/,
    remedy: /unpack it yourself/,
  },
  {
    what: 'a zip of texts',
    file: () => zipped('texts.zip', [text('readme.txt', 'Remember the milk.')]),
    says: /texts\.zip.*No network was found in 'readme\.txt'/,
    remedy: /\.onnx, \.keras or \.h5/,
  },
  {
    what: 'a zip that was cut off',
    file: () => cut(zipped('whole.zip', [tinyClassifier()]), 'cut.zip', 500),
    says: /'cut\.zip' cannot be unpacked: its directory is missing, so it was probably cut off/,
    remedy: /Download or pack the file again/,
  },
  {
    what: 'gzip that was cut off',
    file: () => cut(gzipped(tinyClassifier()), 'cut.onnx.gz', 300),
    says: /'cut\.onnx\.gz' cannot be unpacked/,
    remedy: /Download or pack the file again/,
  },
  {
    what: 'a Keras model that was cut off',
    file: () => cut(kerasFile('a16.keras'), 'cut.keras', 9000),
    says: /'cut\.keras' cannot be unpacked/,
    remedy: /again/,
  },
  {
    what: 'a Keras HDF5 file that was cut off',
    file: () => cut(kerasFile('a16.h5'), 'cut.h5', 9000),
    says: /'cut\.h5'/,
    remedy: /again/,
  },
  {
    what: 'HDF5 without a model',
    file: () => kerasFile('broken/data.h5'),
    says: /'data\.h5' is an HDF5 file without a Keras model in it/,
    remedy: /Drop a model saved by Keras/,
  },
  {
    what: 'Keras weights without their structure',
    file: () => kerasFile('only.weights.h5'),
    says: /'only\.weights\.h5' holds the weights of a Keras model but not its structure/,
    remedy: /model\.to_json\(\) together with this file/,
  },
  {
    what: 'TensorFlow Lite under another name',
    file: () => ({
      name: 'renamed.onnx',
      bytes: Uint8Array.from([28, 0, 0, 0, ...new TextEncoder().encode('TFL3'), ...new Array(200).fill(3)]),
    }),
    says: /'renamed\.onnx' is not an ONNX model: it is a TensorFlow Lite model/,
    remedy: /tf2onnx/,
  },
  {
    what: 'JSON of something else',
    file: () => text('package.json', '{"name": "web", "version": "1.0.0", "dependencies": {"left": "1.0"}}'),
    says: /No network was found in 'package\.json'/,
    remedy: /\.onnx, \.keras or \.h5/,
  },
  {
    what: 'JSON that was cut off',
    file: () => text('half.json', '{"class_name": "Sequential", "config": {"layers": ['),
    says: /'half\.json' holds JSON that cannot be read/,
    remedy: /again/,
  },
  {
    what: 'a layer list with an error in it',
    file: () =>
      text('bad.py', 'model = Sequential()\nmodel.add(Dense(4, input_shape=(8,)))\nmodel.add(Dense(units))\n'),
    says: /Layer 'dense_1' of 'bad\.py' has units = .*, which should be a whole number/,
    remedy: /Correct the layer/,
  },
  {
    what: 'four bytes of nothing known',
    file: () => ({ name: 'thing.xyz', bytes: Uint8Array.of(1, 2, 3, 4) }),
    says: /No network was found in 'thing\.xyz'/,
    remedy: /\.onnx, \.keras or \.h5/,
  },
];

for (const { what, file, says, remedy } of wrong) {
  test(`${what}: refused with file, reason and remedy; what was open stays open`, async ({ context }) => {
    const app = await withModelOpen(context);
    const given = file();
    await app.drop([given]);
    const report = app.page.getByRole('region', { name: given.name, exact: true });
    await expect(report).toContainText(says);
    await expect(app.remedy(report)).toContainText(remedy);
    await expect(report).toContainText('tiny.onnx is still open; nothing of it has changed.');
    await expectIntact(app);
  });
}

test('a CSV that matches nothing is explained with names of both sides; colours stay as they were', async ({
  context,
}) => {
  const app = await withModelOpen(context);
  const graph = new GraphPage(app.page, 'tiny.onnx');
  await app.drop([text('other.csv', 'layer,ms\nfoo,1\nbar,2\n')]);
  const problem = app.page.getByRole('alert', { name: 'Problems' });
  await expect(problem).toContainText('other.csv');
  await expect(problem).toContainText(/it has 'foo', 'bar'; the model has 'hidden', 'relu', 'last'/);
  await expect(app.remedy(problem)).toContainText('Name the layers as the model does');
  await expect(graph.panel().getByRole('combobox', { name: 'Colour by' })).toHaveValue('latency');
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await expectIntact(app);
});

test('of a drop, what is of no kind that is known is named, the rest is used', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyClassifier(), { name: 'thing.xyz', bytes: Uint8Array.of(1, 2, 3, 4) }]);
  await app.verdict();
  await expect(app.page.getByText('thing.xyz: not used: no kind of file that is known here')).toBeVisible();
  expect(app.errors).toEqual([]);
});
