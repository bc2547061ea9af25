import { expect, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { labels, npz, samples } from '../fixtures/arrays.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile, sharedNames } from '../fixtures/shared-data.ts';
import { splitModel, tinyClassifier } from '../fixtures/tiny-models.ts';
import { expectIntact, withModelOpen } from '../fixtures/tiny-open.ts';

const text = (name: string, content: string): TestFile => ({ name, bytes: new TextEncoder().encode(content) });
const tiny = tinyClassifier();

interface BadFile {
  readonly what: string;
  readonly files: readonly TestFile[];
  /** What the report of the first file says, and what it says to do. */
  readonly says: RegExp;
  readonly remedy: RegExp;
}

const cut = (file: TestFile, name: string, share: number): TestFile => ({
  name,
  bytes: file.bytes.slice(0, Math.floor(file.bytes.length * share)),
});

const notModels: readonly BadFile[] = [
  {
    what: 'a picture called .onnx',
    files: [{ name: 'cat.onnx', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13) }],
    says: /'cat\.onnx' is not an ONNX model: .*PNG/i,
    remedy: /ONNX|\.onnx/,
  },
  {
    what: 'a page of a download that wanted a login',
    files: [text('model.onnx', '<!doctype html><html><body>Sign in</body></html>')],
    says: /'model\.onnx' is not an ONNX model: .*web page/i,
    remedy: /download/i,
  },
  {
    what: 'a text',
    files: [text('notes.txt', 'a shopping list\nmilk\nbread\n')],
    says: /No network was found in 'notes\.txt'/,
    remedy: /\.onnx|ONNX/,
  },
  {
    what: 'a model cut in half',
    files: [cut(tiny, 'half.onnx', 0.5)],
    says: /'half\.onnx' ends too early: .*needs \d+ more bytes/,
    remedy: /download/i,
  },
  {
    what: 'an empty file',
    files: [{ name: 'nothing.onnx', bytes: new Uint8Array() }],
    says: /'nothing\.onnx'.*empty/,
    remedy: /Export|download/i,
  },
  {
    what: 'a model without its weights',
    files: [splitModel().model],
    says: /'split\.data', which was not given/,
    remedy: /Drop 'split\.data' together with 'split\.onnx'/,
  },
];

for (const { what, files, says, remedy } of notModels) {
  test(`model: ${what}: refused with the reason; what was open stays open`, async ({ context }) => {
    const app = await withModelOpen(context);
    await app.drop(files);
    const report = app.page.getByRole('region', { name: files[0]?.name ?? '', exact: true });
    await expect(report).toContainText(says);
    await expect(app.remedy(report)).toContainText(remedy);
    await expect(report).toContainText('tiny.onnx is still open; nothing of it has changed.');
    await expectIntact(app);
  });
}

const wrongData: readonly BadFile[] = [
  {
    what: 'samples of the wrong shape',
    files: [npz('pictures.npz', { x: samples(3, [28, 28]) })],
    says: /Array 'x' has shape \[3, 28, 28\]; input 'x' takes \[1, 8\] per sample/,
    remedy: /\[N, 8\]/,
  },
  {
    what: 'labels that the network has no class for',
    files: [npz('labelled.npz', { x: samples(3, [8]), y: labels([0, 7, 1]) })],
    says: /Label 1 of 'y' is 7; the model tells 4 classes apart/,
    remedy: /Count classes from 0/,
  },
  {
    what: 'fewer labels than samples',
    files: [npz('short.npz', { x: samples(3, [8]), y: labels([0, 1]) })],
    says: /Labels 'y' have shape \[2\], but there are 3 samples/,
    remedy: /one class index per sample/,
  },
  {
    what: 'a damaged archive',
    files: [cut(npz('damaged.npz', { x: samples(3, [8]) }), 'damaged.npz', 0.6)],
    says: /damaged/,
    remedy: /again/,
  },
  {
    what: 'samples that hold no number',
    files: [npz('nan.npz', { x: { shape: [1, 8], values: new Float32Array(8).fill(Number.NaN) } })],
    says: /Element 0 of array 'x' is NaN/,
    remedy: /scaling|divided/,
  },
  {
    what: 'empty samples',
    files: [{ name: 'none.npz', bytes: new Uint8Array() }],
    says: /'none\.npz'/,
    remedy: /again/,
  },
];

for (const { what, files, says, remedy } of wrongData) {
  test(`data: ${what}: refused with the reason; the network keeps its inputs`, async ({ context }) => {
    const app = await withModelOpen(context);
    const places = app.page.getByRole('navigation', { name: 'Places' });
    const before = await places.innerText();
    await app.drop(files);
    const problem = app.page.getByRole('alert', { name: 'Problems' });
    await expect(problem).toContainText(files[0]?.name ?? '');
    await expect(problem).toContainText(says);
    await expect(app.remedy(problem)).toContainText(remedy);
    expect(await places.innerText()).toBe(before);
    await problem.getByRole('button', { name: 'Dismiss' }).click();
    await expectIntact(app);
  });
}

test('samples without a network ask for one', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([npz('inputs.npz', { x: samples(2, [8]) })]);
  const report = app.page.getByRole('region', { name: 'inputs.npz' });
  await expect(report).toContainText('Samples and metrics need a model to belong to.');
  await expect(app.remedy(report)).toContainText('together with the model file');
});

test('of two models the first is opened and the second is named', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyClassifier('first.onnx'), tinyClassifier('second.onnx')]);
  await app.verdict();
  await expect(app.bar()).toContainText('first.onnx');
  await app.goTo('Start');
  const report = app.page.getByRole('region', { name: 'second.onnx' });
  await expect(report).toContainText('Two models were given at once; the first was opened.');
  await expect(app.remedy(report)).toContainText('Drop second.onnx by itself');
});

test('a file of 3 GB is refused before it is read', async ({ context }) => {
  const app = await withModelOpen(context);
  await app.page.evaluate(() => {
    const chunk = new Blob([new Uint8Array(2 ** 24)]);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(new Array(180).fill(chunk), 'huge.onnx'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  const report = app.page.getByRole('region', { name: 'huge.onnx' });
  await expect(report).toContainText(/'huge\.onnx' has 2\.81 GiB; the ONNX format \(protobuf\) ends at 2 GiB/);
  await expect(app.remedy(report)).toContainText('external data');
  await expectIntact(app);
});

test('a network that cannot be quantized opens, and exploring says why not', async ({ context }) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  await app.drop([sharedFile('onnx-models/dtln_part1_lstm.onnx')]);
  await app.verdict();
  await app.inputsAreThere();
  expect((await app.layerNames()).length).toBeGreaterThan(3);
  const explore = app.page.getByRole('button', { name: 'Explore trade-offs' });
  await expect(explore).toHaveAttribute('aria-disabled', 'true');
  await expect(explore).toHaveAccessibleDescription(/LSTM/);
});

test('every broken file of the collection opens or is refused with a reason; none breaks the page', async ({
  context,
}) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  test.slow();
  const app = await AppPage.open(context);
  for (const original of sharedNames('onnx-broken').filter((n) => n.endsWith('.onnx'))) {
    await test.step(original, async () => {
      // Long names are cut in the middle of the top bar.
      const name = original.slice(-30);
      await app.drop([{ name, bytes: sharedFile(`onnx-broken/${original}`).bytes }]);
      const opened = app.bar().getByText(name);
      const report = app.page.getByRole('region', { name, exact: true });
      await expect(opened.or(app.remedy(report).first()).first()).toBeVisible();
      await expect(app.page.getByText('An internal check failed')).toHaveCount(0);
    });
  }
  expect(app.errors).toEqual([]);
});
