import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

test('ONNX Runtime, loaded only when asked for, gives the same answers as the page’s own floats', async ({
  context,
}) => {
  const loaded: string[] = [];
  context.on('request', (request) => {
    if (request.url().includes('ort-wasm')) loaded.push(request.url());
  });
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  await app.goTo('Compress');
  expect(loaded).toEqual([]);
  await app.page.getByRole('button', { name: 'Check floats with ONNX Runtime' }).click();
  await expect(app.main('Compress')).toContainText(/Same answer as ONNX Runtime\s*16 of 16/, { timeout: 30_000 });
  expect(loaded.length).toBeGreaterThan(0);
  expect(app.errors).toEqual([]);
});
