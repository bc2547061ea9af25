import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';

test('the page tells what runs each layer; onnxruntime-web runs those without a kernel once the user says so', async ({
  context,
}) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  const { page } = app;
  await app.drop([sharedFile('onnx-models/magika_v3_3.onnx')]);
  await app.verdict();
  const panel = page.getByRole('region', { name: 'What runs the layers' });
  await expect(panel).toContainText(/71 of 74 layers: WebAssembly SIMD/);
  await expect(panel).toContainText(/No kernel: .*Equal.*, run by the plain reference/);
  await panel.getByRole('button', { name: 'Run them on onnxruntime-web' }).click();
  await expect(panel).toContainText(/run by onnxruntime-web/);
  await expect(panel.getByRole('button', { name: 'Run them on the plain reference' })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(panel).toContainText(/run by the plain reference/);
  expect(app.errors).toEqual([]);
});
