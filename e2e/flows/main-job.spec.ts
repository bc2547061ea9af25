import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Download, expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { AppPage } from '../app-page.ts';

const BUDGET = 40;

async function unpack(download: Download, folder: string): Promise<Record<string, Uint8Array>> {
  const files = unzipSync(new Uint8Array(readFileSync(await download.path())));
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return files;
}

/** Moves over the plot until the status bar names a point, and presses there. */
async function pressAPoint(app: AppPage, options: { readonly from: number; readonly add: boolean }): Promise<string> {
  const box = await app.plot().boundingBox();
  if (!box) throw new Error('the plot is not shown');
  const status = app.page.getByRole('contentinfo');
  for (let step = 0; step < 400; step++) {
    const across = (options.from + step * 0.0321) % 0.9;
    const down = 0.08 + ((step * 0.0717) % 0.75);
    await app.page.mouse.move(box.x + (0.06 + across) * box.width, box.y + down * box.height);
    const name = /hover point (\w+)/.exec((await status.textContent()) ?? '')?.[1];
    if (name === undefined || (await app.compared()).includes(name)) continue;
    if (options.add) await app.page.keyboard.down('Shift');
    await app.page.mouse.down();
    await app.page.mouse.up();
    if (options.add) await app.page.keyboard.up('Shift');
    return name;
  }
  throw new Error('no point was found under the pointer');
}

test('from a sample to a C package that proves itself, and a link that reopens the points', async ({
  context,
  browser,
}, info) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);

  await app.startSearch(BUDGET);
  await app.searchDone(BUDGET);
  const ids = await app.pointIds();
  expect(ids).toHaveLength(BUDGET);
  expect(new Set(ids).size).toBe(BUDGET);

  const first = await pressAPoint(app, { from: 0.6, add: false });
  expect(await app.compared()).toEqual([first]);
  const second = await pressAPoint(app, { from: 0.2, add: true });
  expect(await app.compared()).toEqual([first, second]);
  const compare = app.page.getByRole('table', { name: 'Compared points' });
  await expect(compare).toContainText('Top-1');
  await expect(compare).toContainText('block1a');
  await app.page.getByRole('button', { name: 'Deploy B' }).click();

  await expect(app.main('Deploy')).toContainText('for point B');
  const downloadButton = app.page.getByRole('button', { name: /^Download figures_c\.zip/ });
  await expect(downloadButton).toBeVisible();
  await expect(app.main('Deploy')).toContainText('0 mismatches');
  const download = app.page.waitForEvent('download');
  await downloadButton.click();
  const folder = info.outputPath('c');
  const files = await unpack(await download, folder);
  const manifest: unknown = JSON.parse(new TextDecoder().decode(files['manifest.json']));
  expect(JSON.stringify(manifest)).toContain('sha256');
  const output = execFileSync('make', ['test'], { cwd: folder, encoding: 'utf8' });
  expect(output).toMatch(/100 vectors/);
  expect(output).toMatch(/\b0 mismatches/);

  await app.page.getByRole('region', { name: 'Share' }).getByRole('button', { name: 'Copy' }).click();
  await expect(app.page.getByRole('status').filter({ hasText: 'Link copied' })).toBeVisible();
  const link = await app.page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(8000);

  const elsewhere = await browser.newContext();
  const reader = await AppPage.open(elsewhere, link);
  await expect(reader.main('Explore')).toBeVisible();
  await expect.poll(() => reader.pointIds()).toEqual(ids);
  expect(await reader.compared()).toEqual([first, second]);
  // The link names a sample: the page has it, so that work can go on at once.
  await expect(reader.bar()).toContainText('figures.onnx');
  await reader.goTo('Deploy');
  await expect(reader.main('Deploy')).toContainText('for point B');
  await expect(reader.page.getByRole('button', { name: /^Download figures_c\.zip/ })).toBeVisible();
  expect(app.errors).toEqual([]);
  expect(reader.errors).toEqual([]);
  await elsewhere.close();
});

test('the QDQ package is an ONNX file that opens again', async ({ context }, info) => {
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  await app.goTo('Deploy');
  await app
    .main('Deploy')
    .getByRole('button', { name: /^ONNX QDQ/ })
    .click();
  const button = app.page.getByRole('button', { name: /^Download tones_qdq\.zip/ });
  const download = app.page.waitForEvent('download');
  await button.click();
  const files = await unpack(await download, info.outputPath('qdq'));
  const [path, bytes] = Object.entries(files).find(([name]) => name.endsWith('.onnx')) ?? [];
  if (path === undefined || bytes === undefined) throw new Error(`no model among ${Object.keys(files)}`);

  const other = await AppPage.open(context);
  await other.drop([{ name: 'again.onnx', bytes }]);
  await other.verdict();
  await expect(other.bar()).toContainText('again.onnx');
  expect(app.errors).toEqual([]);
});
