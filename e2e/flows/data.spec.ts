import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { zipped } from '../fixtures/archives.ts';
import { labels, npz, samples } from '../fixtures/arrays.ts';
import { findings } from '../fixtures/axe.ts';
import { picturesOf, twoClasses } from '../fixtures/pictures.ts';
import { withModelOpen } from '../fixtures/tiny-open.ts';

/** What the open data hold, and how data get in: folders, zips, tables, settings. */

const panel = (page: Page) => page.getByRole('dialog', { name: 'Data' });
const dataButton = (page: Page) => page.getByRole('button', { name: /^Data / });

async function openPanel(app: AppPage): Promise<void> {
  await dataButton(app.page).click();
  await expect(panel(app.page).getByRole('heading', { name: 'Samples', exact: true })).toBeVisible();
}

/** Drops a real folder, as a file manager does. */
async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 400, data });
  await session.detach();
}

function written(root: string, files: readonly TestFile[]): string {
  for (const { name, bytes } of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  return join(root, 'set');
}

test('arrays: balance of each part, normalization applied, and undone', async ({ context }) => {
  const app = await withModelOpen(context);
  const classes = Array.from({ length: 60 }, (_, i) => i % 3);
  await app.drop([npz('set.npz', { x: samples(60, [8]), y: labels(classes) })]);
  await expect(dataButton(app.page)).toContainText('set.npz');
  await openPanel(app);
  const balance = panel(app.page).getByRole('table').filter({ hasText: 'Class' });
  await expect(balance.getByRole('row', { name: /^0 20 12 3 5/ })).toBeVisible();
  await expect(balance.getByRole('row', { name: /^3 0/ })).toContainText('none');
  await expect(panel(app.page)).toContainText("Class 3 of the model's 4: no sample of 'set.npz' is of it");
  await expect(panel(app.page)).toContainText('0 to 0.999');
  await panel(app.page).getByRole('combobox', { name: 'Normalization' }).selectOption('Mean 0, σ 1 over this set');
  await panel(app.page).getByRole('button', { name: 'Read the data so' }).click();
  await expect(panel(app.page)).toContainText('mean 0, σ 1');
  await panel(app.page).getByRole('textbox', { name: 'Deviation' }).fill('0');
  await expect(panel(app.page)).toContainText('Not 0');
  await app.page.keyboard.press('Escape');
  await expect(dataButton(app.page)).toBeFocused();
  await app.page.keyboard.press('Control+z');
  await openPanel(app);
  await expect(panel(app.page)).toContainText('0 to 0.999');
  expect(app.errors).toEqual([]);
});

test('a folder of pictures, PNG and JPEG, a folder per class', async ({ context }, info) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  const files = await picturesOf(app.page, twoClasses(10));
  await dropFolder(app.page, written(info.outputPath(), files));
  await expect(dataButton(app.page)).toContainText('set (20 files)');
  await openPanel(app);
  await expect(panel(app.page)).toContainText('Folders are classes: 0 bright, 1 dark.');
  const balance = panel(app.page).getByRole('table').filter({ hasText: 'Class' });
  await expect(balance.getByRole('row', { name: /^0 bright 10 6 2 2|^0 bright 10 6 1 3/ })).toBeVisible();
  await expect(panel(app.page).getByRole('img', { name: /^Sample \d+$/ })).toHaveCount(20);
  expect(app.errors).toEqual([]);
});

test('pictures of other sizes: two are named, and resizing is offered', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  const [small, large] = [await picturesOf(app.page, twoClasses(4)), await picturesOf(app.page, twoClasses(4, 30, 24))];
  await app.drop([
    zipped('mixed.zip', [...small, ...large.map((f) => ({ ...f, name: f.name.replace('/', '/big-') }))]),
  ]);
  await expect(app.page.getByRole('alert').first()).toContainText(
    /Pictures differ in size: '.*' is 30×24, '.*' is 20×20/,
  );
  await dataButton(app.page).click();
  await panel(app.page).getByRole('button', { name: 'Resize pictures to the input' }).click();
  await expect(panel(app.page)).toContainText('8 of 16 pictures were resized to 20×20');
  await app.page.keyboard.press('Escape');
  await expect(dataButton(app.page)).toContainText('mixed.zip');
  await expect(app.page.getByRole('alert')).toHaveCount(0);
  expect(app.errors).toEqual([]);
});

test('samples are made from the seed, as hard as asked for', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await openPanel(app);
  await panel(app.page).getByRole('textbox', { name: 'Difficulty, 0 to 1' }).fill('0.9');
  await panel(app.page).getByRole('textbox', { name: 'Samples' }).fill('240');
  await panel(app.page).getByRole('button', { name: 'Make samples of figures' }).click();
  await expect(panel(app.page)).toContainText('figures, seed 1, difficulty 0.9');
  await expect(panel(app.page).getByRole('row', { name: /^0 disc 30/ })).toBeVisible();
  await app.page.keyboard.press('Escape');
  await app.page.keyboard.press('Control+z');
  await expect(dataButton(app.page)).toContainText('figures, seed 1, 500');
  expect(app.errors).toEqual([]);
});

test('a table with a series per row', async ({ context }) => {
  const app = await withModelOpen(context);
  const rows = Array.from({ length: 24 }, (_, i) => [...Array.from({ length: 8 }, (_v, k) => (i * 8 + k) / 7), i % 4]);
  const text = [['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'label'], ...rows].map((row) => row.join(',')).join('\n');
  await app.drop([{ name: 'series.csv', bytes: new TextEncoder().encode(text) }]);
  await expect(dataButton(app.page)).toContainText('series.csv');
  await openPanel(app);
  await expect(panel(app.page)).toContainText("Column 9 of 'series.csv' (headed 'label') holds the labels.");
  expect(app.errors).toEqual([]);
});

for (const [what, file, says] of [
  [
    'labels out of range',
    npz('set.npz', { x: samples(6, [8]), y: labels([0, 1, 9, 0, 1, 2]) }),
    "Label 2 of 'y' is 9; the model tells 4 classes apart, 0 to 3.",
  ],
  [
    'labels missing',
    npz('set.npz', { x: samples(6, [8]), y: labels([0, 1]) }),
    "Labels 'y' have shape [2], but there are 6 samples: [6] is needed.",
  ],
  [
    'an npz with a flipped bit',
    (() => {
      const { name, bytes } = npz('set.npz', { x: samples(6, [8]), y: labels([0, 1, 2, 0, 1, 2]) });
      return { name, bytes: bytes.map((byte, i) => (i === 200 ? byte ^ 8 : byte)) };
    })(),
    "'set.npz' is damaged: the content of 'x.npy' in it does not agree with its checksum.",
  ],
] as const) {
  test(`bad data leave the old ones in use and say why: ${what}`, async ({ context }) => {
    const app = await withModelOpen(context);
    await app.drop([file]);
    await expect(app.page.getByRole('alert')).toContainText(says);
    await expect(dataButton(app.page)).toContainText('generated');
    await dataButton(app.page).click();
    await expect(panel(app.page).getByRole('alert')).toContainText(says);
    expect(app.errors).toEqual([]);
  });
}

for (const theme of ['light', 'dark'] as const)
  for (const width of [1440, 390])
    test(`the panel has no serious finding of axe and fits, ${theme}, ${width} px`, async ({ browser }, info) => {
      const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 844 } });
      const app = await AppPage.open(context);
      await app.openSample(/Figures residual CNN/);
      await app.page.keyboard.press('Control+k');
      await expect(app.page.getByRole('combobox', { name: /Find/ })).toBeFocused();
      await app.page.keyboard.type('Look at the data');
      await app.page.keyboard.press('Enter');
      await expect(panel(app.page).getByRole('heading', { name: 'Samples', exact: true })).toBeVisible();
      await expect(panel(app.page)).toContainText('disc');
      expect(await findings(app.page)).toEqual([]);
      const overflow = await panel(app.page).evaluate((box) => box.scrollWidth - box.clientWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await app.page.screenshot({ path: info.outputPath(`panel-${theme}-${width}.png`) });
      expect(app.errors).toEqual([]);
      await context.close();
    });
