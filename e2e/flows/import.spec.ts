import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';
import { splitModel, tinyClassifier } from '../fixtures/tiny-models.ts';

/** From drop to verdict; the bench measures the true time, this only catches a page that has become slow. */
const VERDICT_MILLISECONDS = 15_000;

test('a dropped network shows its verdict on every target, its graph and its layers', async ({ context }) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  const started = Date.now();
  await app.drop([sharedFile('onnx-models/mnist_cnn.onnx')]);
  await app.verdict();
  expect(Date.now() - started).toBeLessThan(VERDICT_MILLISECONDS);
  await expect(app.bar()).toContainText('mnist_cnn.onnx');
  await expect(app.page.getByRole('region', { name: 'Verdict' })).toContainText('MACs');
  expect((await app.layerNames()).length).toBeGreaterThan(2);
  await app.goTo('Targets');
  const rows = app.page.getByRole('table', { name: 'Targets' }).locator('tbody tr');
  expect(await rows.count()).toBeGreaterThanOrEqual(10);
  for (const words of await rows.allInnerTexts()) expect(words).toMatch(/fits|does not fit|unknown/);
  expect(app.errors).toEqual([]);
});

test('a layer chosen in the table is the selected one in inspector, graph and status bar', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.layerRow('hidden').click();
  await expect(app.layerRow('hidden')).toHaveAttribute('aria-selected', 'true');
  const inspector = app.page.getByRole('region', { name: 'hidden', exact: true });
  await expect(inspector).toContainText('Gemm');
  await expect(inspector).toContainText('1×8');
  await expect(app.page.getByRole('contentinfo')).toContainText('selected hidden');
  await app.page.keyboard.press(']');
  await expect(app.page.getByRole('contentinfo')).not.toContainText('selected hidden');
});

test('the file dialog opens a network as a drop does', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.choose([tinyClassifier()]);
  await app.verdict();
  await expect(app.bar()).toContainText('tiny.onnx');
  expect(await app.layerNames()).toContain('hidden');
});

test('a network and its external data open when they are dropped together', async ({ context }) => {
  const app = await AppPage.open(context);
  const { model, data } = splitModel();
  await app.drop([data, model]);
  await app.verdict();
  await expect(app.bar()).toContainText('split.onnx');
  expect(await app.layerNames()).toContain('dense');
});

test('a network without its external data says which file is missing', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([splitModel().model]);
  const report = app.page.getByRole('region', { name: 'split.onnx' });
  await expect(report).toContainText('Incomplete');
  await expect(report).toContainText("'split.data', which was not given");
  await expect(report).toContainText("Do: Drop 'split.data' together with 'split.onnx'");
});
