import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { findings } from '../fixtures/axe.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';
import { tinyConvolutions } from '../fixtures/tiny-convolutions.ts';

async function modelMenu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'What can be done to the model' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function compareWith(page: Page, file: TestFile): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await modelMenu(page, 'Compare with a file');
  const given = { name: file.name, mimeType: 'application/octet-stream', buffer: Buffer.from(file.bytes) };
  await (await chooser).setFiles([given]);
}

const panel = (page: Page): Locator => page.getByRole('region', { name: 'Compare', exact: true });
const table = (page: Page): Locator => page.getByRole('table', { name: 'Compared layers' });

/** State and names of the rows, top to bottom. */
const rows = (page: Page): Promise<string[]> =>
  table(page)
    .locator('tbody tr')
    .evaluateAll((list) =>
      list.map((row) =>
        [...row.querySelectorAll('td')]
          .slice(0, 3)
          .map((cell) => cell.textContent)
          .join(' ')
          .trim(),
      ),
    );

test('two models stand side by side, linked in graphs and table', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await app.drop([tinyConvolutions()]);
  await app.verdict();
  await app.inputsAreThere();
  await compareWith(page, tinyConvolutions('before.onnx', { activation: 'Sigmoid', second: false }));
  await expect(panel(page)).toContainText('before.onnx → convs.onnx');
  const before = page.getByRole('region', { name: 'Before', exact: true });
  await expect(before.getByRole('application')).toHaveAccessibleName(/before\.onnx, [1-9]\d* boxes/);

  // The activation has changed, the second convolution and the sum are new, the pool reads something else.
  await expect
    .poll(() => rows(page))
    .toEqual(['~changed act act', '+added  conv2', '+added  add', '~changed pool pool']);
  await expect(table(page).getByRole('row', { name: /conv2/ })).toContainText('+9.22\u202fk');
  await expect(panel(page)).toContainText('4.62\u202fk → 13.8\u202fk');
  await expect(panel(page)).toContainText('+9.22\u202fk');

  await table(page)
    .getByRole('row', { name: /Sigmoid → Relu/ })
    .click();
  await expect(page.getByRole('region', { name: 'Changes of act' })).toContainText('operatorSigmoid → Relu');
  // In the other graph the layer is drawn with the convolution it is fused into.
  await expect(before.locator('[aria-live]')).toContainText(/conv1/);
  await expect(page.getByRole('region', { name: 'After', exact: true }).locator('[aria-live]')).toContainText(/conv1/);

  await panel(page).getByRole('radio', { name: /^All/ }).click();
  await expect.poll(async () => (await rows(page)).length).toBe(7);
  await panel(page).getByRole('button', { name: 'Difference' }).click();
  await panel(page).getByRole('button', { name: 'Difference' }).click();
  expect((await rows(page))[0]).toBe('+added  conv2');
  await panel(page).getByLabel('Metric').selectOption({ label: 'weight bytes' });
  await expect(table(page).getByRole('row', { name: /conv2/ })).toContainText('+576\u202fB');

  // Both are estimated on the chosen target.
  await panel(page).getByLabel('Metric').selectOption({ label: 'latency' });
  await expect(panel(page)).toContainText(/Total latency\s*[\d.]+\s*[mµ]s → [\d.]+\s*[mµ]s\s*\+[\d.]+\s*[mµ]s/);
  await expect(table(page).getByRole('row', { name: /conv2/ })).toContainText(/\+[\d.]+\s*[mµ]s/);

  const download = page.waitForEvent('download');
  await panel(page).getByRole('button', { name: 'Export CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8').split('\r\n');
  expect(csv[0]).toContain('state,before,after,operator,changes,macs_before,macs_after,macs_difference');
  expect(csv.find((line) => line.startsWith('added,,conv2'))).toMatch(
    /^added,,conv2,Conv,,,9216,9216,,144,144,,576,576,,256,256,,[\d.e-]+,[\d.e-]+$/,
  );

  await panel(page).getByRole('button', { name: 'Close' }).click();
  await expect(panel(page)).toHaveCount(0);
  await expect(page.getByRole('table', { name: 'Layers' })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(panel(page)).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('an edited model against its file: the comparison follows every edit and undo', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await app.drop([tinyConvolutions()]);
  await app.verdict();
  await app.inputsAreThere();
  await app.layerRow('conv2').click();
  await page.getByRole('region', { name: 'Edit conv2' }).getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(app.layerRow('conv2')).toHaveCount(0);
  await modelMenu(page, 'Compare with the file as read');
  await expect(panel(page)).toContainText('convs.onnx as read → convs.onnx, 1 change');
  await expect.poll(() => rows(page)).toEqual(['\u2212removed conv2', '~changed add add']);
  await expect(table(page).getByRole('row', { name: /conv2/ })).toContainText('\u22129.22\u202fk');
  // A layer that only the other model has is selected there.
  await table(page).getByRole('row', { name: /conv2/ }).click();
  await expect(page.getByRole('region', { name: 'Before', exact: true }).locator('[aria-live]')).toContainText(
    /^conv2/,
  );

  // Edited while compared, by key in the graph of the open model: the comparison is made again, and again by undo and redo.
  await table(page).getByRole('row', { name: /add/ }).click();
  await page.getByRole('application', { name: /^Graph of convs/ }).focus();
  await page.keyboard.press('Delete');
  const both = ['\u2212removed conv2', '\u2212removed add', '~changed pool pool'];
  await expect.poll(() => rows(page)).toEqual(both);
  await expect(panel(page)).toContainText('convs.onnx, 2 changes');
  await page.keyboard.press('Control+z');
  await expect.poll(() => rows(page)).toEqual(['\u2212removed conv2', '~changed add add']);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => rows(page)).toEqual(both);

  // Undo goes back over selections, the comparison and the removal to the model as it was read.
  const undo = app.bar().getByRole('button', { name: /^Undo/ });
  const verdict = page.getByRole('region', { name: 'Verdict' });
  for (let i = 0; i < 8 && !/13\.8/.test((await verdict.textContent()) ?? ''); i++) await undo.click();
  await expect(verdict).toContainText(/MACs\s*13\.8\s*k/);
  await expect(app.layerRow('conv2')).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('a model against itself: no difference, and axe finds nothing serious', async ({ browser }) => {
  for (const [viewport, colorScheme] of [
    [{ width: 1440, height: 900 }, 'dark'],
    [{ width: 390, height: 844 }, 'light'],
  ] as const) {
    const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport.width < 600 });
    const app = await AppPage.open(context);
    const { page } = app;
    await app.drop([tinyConvolutions()]);
    await app.verdict();
    await app.inputsAreThere();
    await compareWith(page, tinyConvolutions('same.onnx'));
    await expect(panel(page)).toContainText('No difference: 7 layers are the same');
    expect.soft(await findings(page), `no difference, ${viewport.width} px`).toEqual([]);
    await panel(page).getByRole('button', { name: 'Show all 7' }).click();
    await table(page).getByRole('row', { name: /conv2/ }).click();
    await expect(page.getByRole('region', { name: 'Changes of conv2' })).toContainText('the same in both');
    expect.soft(await findings(page), `a row selected, ${viewport.width} px`).toEqual([]);
    expect(app.errors).toEqual([]);
    await context.close();
  }
});

test('a file that cannot be read leaves the open model alone and says why', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await app.drop([tinyConvolutions()]);
  await app.verdict();
  await app.inputsAreThere();
  await compareWith(page, { name: 'cut.onnx', bytes: tinyConvolutions().bytes.slice(0, 200) });
  await expect(panel(page)).toContainText('Not compared');
  await expect(panel(page)).toContainText('cut.onnx');
  await panel(page).getByRole('button', { name: 'Close' }).click();
  expect(await app.layerNames()).toEqual(['conv1', 'conv2', 'add', 'pool', 'flat', 'last']);
  expect(app.errors).toEqual([]);
});

test('UltraFace as exported and simplified: nodes go, MACs stay', async ({ context }) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  const { page } = app;
  await app.drop([sharedFile('onnx-models/ultraface_rfb320_simplified.onnx')]);
  await app.verdict();
  await compareWith(page, sharedFile('onnx-models/ultraface_rfb320_raw.onnx'));
  await expect(panel(page)).toContainText('ultraface_rfb320_raw.onnx → ultraface_rfb320_simplified.onnx');
  await expect(panel(page)).toContainText(/Total MACs\s*(\d+)\s*M → \1\s*M\s*0/);
  await expect(panel(page).getByRole('radio', { name: /removed/ })).toContainText(/[1-9]\d*/);
  expect(app.errors).toEqual([]);
});
