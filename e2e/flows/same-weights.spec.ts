import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BrowserContext, expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { TrainingPage } from '../training-page.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Trains the sample for two epochs in a page with so many workers; the network's file. */
async function trainedInPage(context: BrowserContext, workers: number): Promise<Buffer> {
  await context.addInitScript((count) => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => count });
  }, workers);
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('2');
  await training.field('Learning rate').fill('0.0003');
  await training.trainButton().click();
  await expect(training.run(1)).toContainText(/epoch \d+ kept/, { timeout: 60_000 });
  const download = app.page.waitForEvent('download');
  await training.action(/^Download ONNX/).click();
  const file = readFileSync(await (await download).path());
  expect(app.errors).toEqual([]);
  return file;
}

test('page and command line, with one worker and two, train the same network byte for byte', async ({
  browser,
}, info) => {
  const out = info.outputPath('trained.onnx');
  // The page's recipe, and as many samples as it makes of the sample's generator.
  const words = [
    ...['train', resolve(ROOT, 'public/models/tones.onnx'), '--generator', 'tones', '--samples', '2000'],
    ...[
      '--epochs',
      '2',
      '--batch',
      '32',
      '--optimizer',
      'adamw',
      '--learning-rate',
      '0.0003',
      '--weight-decay',
      '0.0001',
    ],
    ...['--schedule', 'cosine', '--warm-up', '0.5', '--floor', '0.01', '--clip', '1', '--freeze-statistics'],
    ...['--out', out, '--json'],
  ];
  const cli = resolve(ROOT, 'dist/cli/main.js');
  const { engine } = JSON.parse(execFileSync(process.execPath, [cli, ...words], { encoding: 'utf8' })) as {
    engine: string;
  };
  expect(engine).toContain('WebAssembly');
  const line = readFileSync(out);
  for (const workers of [1, 2]) {
    const context = await browser.newContext();
    const page = await trainedInPage(context, workers);
    await context.close();
    expect(page.equals(line)).toBe(true);
  }
});
