import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { type Unzipped, unzipSync } from 'fflate';
import { AppPage } from '../app-page.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Files that one package lacks, or that differ. */
const differing = (a: Unzipped, b: Unzipped): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (path) => Buffer.compare(a[path] ?? EMPTY, b[path] ?? EMPTY) !== 0,
  );
const EMPTY = new Uint8Array(0);

test('the command line makes the page’s package, byte for byte', async ({ context }, info) => {
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  await app.startSearch(20);
  await app.searchDone(20);
  const [, id] = await app.pointIds();
  await app.points().locator(`tr[data-row="${id}"]`).click();
  await app.goTo('Deploy');
  const [zip] = await Promise.all([
    app.page.waitForEvent('download'),
    app.page.getByRole('button', { name: /^Download tones_c\.zip/ }).click(),
  ]);
  const [saved] = await Promise.all([
    app.page.waitForEvent('download'),
    app.page.getByRole('button', { name: 'Save .paretoscope' }).click(),
  ]);
  const design = info.outputPath('saved.paretoscope');
  const out = info.outputPath('cli.zip');
  copyFileSync(await saved.path(), design);
  const model = resolve(ROOT, 'public/models/tones.onnx');
  const cli = resolve(ROOT, 'dist/cli/main.js');
  const words = ['export', model, '--target', 'c', '--design', `${design}#${id}`, '--out', out, '--json'];
  const reply = JSON.parse(execFileSync(process.execPath, [cli, ...words], { encoding: 'utf8' })) as {
    selfTest: { vectors: number; mismatches: number };
  };
  expect(reply.selfTest).toEqual({ vectors: 100, mismatches: 0 });
  copyFileSync(await zip.path(), info.outputPath('page.zip'));
  const page = readFileSync(info.outputPath('page.zip'));
  const line = readFileSync(out);
  expect(differing(unzipSync(page), unzipSync(line))).toEqual([]);
  expect(line.equals(page)).toBe(true);
  expect(app.errors).toEqual([]);
});
