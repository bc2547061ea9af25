import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { findings } from '../fixtures/axe.ts';
import { tinyConvolutions } from '../fixtures/tiny-convolutions.ts';

async function opened(app: AppPage): Promise<void> {
  await app.drop([tinyConvolutions()]);
  await app.verdict();
  await app.inputsAreThere();
}

const verdict = (page: Page): Locator => page.getByRole('region', { name: 'Verdict' });
/** What can be done to the selected layer. */
const edit = (page: Page, layer: string): Locator => page.getByRole('region', { name: `Edit ${layer}` });
const changes = (page: Page): Locator => page.getByRole('region', { name: 'Changes of the model' });

test('edits are steps of the history, shapes and costs follow, and the written file has them', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await opened(app);

  await app.layerRow('last').click();
  await edit(page, 'last').getByRole('button', { name: 'Rename' }).click();
  await edit(page, 'last').getByLabel('Name').fill('conv1');
  await expect(edit(page, 'last')).toContainText('a Conv layer has this name');
  await edit(page, 'last').getByLabel('Name').fill('head');
  await edit(page, 'last').getByLabel('Name').press('Enter');
  await expect(app.layerRow('head')).toHaveAttribute('aria-selected', 'true');
  await app.bar().getByRole('button', { name: /^Undo/ }).click();
  await expect(app.layerRow('last')).toBeVisible();
  await expect(app.layerRow('head')).toHaveCount(0);
  await app.bar().getByRole('button', { name: /^Redo/ }).click();
  await expect(app.layerRow('head')).toBeVisible();
  // The verdict came back with the model.
  await app.verdict();

  // The activation that is fused into the first convolution.
  await app.layerRow('conv1').click();
  const first = edit(page, 'conv1');
  await first.getByRole('button', { name: 'Activation' }).click();
  await first.getByLabel('Place').selectOption({ label: 'instead of act' });
  await first.getByLabel('Activation').selectOption({ label: 'Leaky ReLU' });
  await first.getByLabel('alpha').fill('a fifth');
  await expect(first).toContainText('a number');
  await first.getByLabel('alpha').fill('0.2');
  await first.getByRole('button', { name: 'Replace by Leaky ReLU' }).click();
  // It does not execute with the convolution: it is a layer of its own now.
  await expect(app.layerRow('act')).toContainText('LeakyRelu');

  // A stride makes everything behind it smaller: 4 · 16 · 18 + 4 · 16 · 36 + 12 MACs.
  await first.getByRole('button', { name: 'Attributes' }).click();
  await first.getByLabel('strides', { exact: true }).fill('2');
  await first.getByLabel('strides', { exact: true }).press('Enter');
  await expect(page.getByRole('alert')).toContainText('conv1');
  await first.getByLabel('strides', { exact: true }).fill('2, 2');
  await first.getByLabel('strides', { exact: true }).press('Enter');
  await expect(verdict(page)).toContainText(/MACs\s*3\.47\s*k/);
  await expect(app.layerRow('conv2')).toContainText('4×4×4');
  await expect(page.getByRole('status').filter({ hasText: '13.8\u202fk → 3.47\u202fk MACs' })).toBeVisible();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'What can be done to the model' }).click();
  await page.getByRole('menuitem', { name: 'Save as ONNX' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('convs_edited.onnx');
  const bytes = new Uint8Array(readFileSync(await file.path()));

  const fresh = await AppPage.open(context);
  await fresh.drop([{ name: 'convs_edited.onnx', bytes }]);
  await fresh.verdict();
  await expect(verdict(fresh.page)).toContainText(/MACs\s*3\.47\s*k/);
  await expect(fresh.layerRow('head')).toBeVisible();
  await expect(fresh.layerRow('act')).toContainText('LeakyRelu');
  await expect(changes(fresh.page)).toContainText('None');
  expect([...app.errors, ...fresh.errors]).toEqual([]);
});

test('an edit that breaks shapes names the layer and changes nothing', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await opened(app);
  const names = await app.layerNames();
  await app.layerRow('conv2').click();
  await edit(page, 'conv2').getByRole('button', { name: 'Attributes' }).click();
  const strides = edit(page, 'conv2').getByLabel('strides', { exact: true });
  await strides.fill('2, two');
  await expect(edit(page, 'conv2')).toContainText("'two' is none");
  await strides.fill('2, 2');
  await strides.press('Enter');
  const alert = page.getByRole('alert').filter({ hasText: 'add' });
  await expect(alert).toContainText('Nothing was changed.');
  await expect(app.remedy(alert)).toBeVisible();
  await expect(app.layerRow('add')).toHaveAttribute('aria-selected', 'true');
  await expect(verdict(page)).toContainText(/MACs\s*13\.8\s*k/);
  expect(await app.layerNames()).toEqual(names);
  // What was typed is still there.
  await app.layerRow('conv2').click();
  await expect(strides).toHaveValue('2, 2');
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toHaveCount(0);

  // What nothing can take the place of is said, with a choice.
  await app.layerRow('conv1').click();
  await edit(page, 'conv1').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('cannot be removed');
  await expect(page.getByRole('group', { name: 'What takes its place' }).getByRole('button')).toHaveText(['x']);
  expect(await app.layerNames()).toEqual(names);
  expect(app.errors).toEqual([]);
});

test('the size of an input can be changed: costs follow, undo and redo bring them back', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await opened(app);
  const inputs = page.getByRole('region', { name: 'Sizes of inputs' });
  const field = inputs.getByLabel('x, float32');
  await expect(field).toHaveValue('1, 2, 8, 8');
  await field.fill('1, 2, 16 16.5');
  await expect(inputs).toContainText("'16.5' is neither a size nor a name");
  await field.fill('1×2×16×16');
  await field.press('Enter');
  await expect(verdict(page)).toContainText(/MACs\s*55\.3\s*k/);
  await expect(changes(page).getByRole('listitem')).toHaveCount(1);
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Control+z');
  await expect(verdict(page)).toContainText(/MACs\s*13\.8\s*k/);
  await expect(changes(page)).toContainText('None');
  await page.keyboard.press('Control+Shift+z');
  await expect(verdict(page)).toContainText(/MACs\s*55\.3\s*k/);
  await app.verdict();
  await app.inputsAreThere();
  // Taking it back in the form is a step of its own.
  await changes(page).getByRole('button', { name: 'Take the last one back' }).click();
  await expect(verdict(page)).toContainText(/MACs\s*13\.8\s*k/);
  // A name leaves a size open; it is asked for like those of the file.
  await field.fill('1, 2, h, 8');
  await field.press('Enter');
  const sizes = page.getByRole('region', { name: 'Sizes of named dimensions' });
  await expect(verdict(page)).toContainText(/MACs\s*unknown/);
  await sizes.getByLabel('h').fill('16');
  await sizes.getByRole('button', { name: 'Set sizes' }).click();
  await expect(verdict(page)).toContainText(/MACs\s*27\.7\s*k/);
  // Without the name there is no size for it.
  await changes(page).getByRole('button', { name: 'Take the last one back' }).click();
  await expect(verdict(page)).toContainText(/MACs\s*13\.8\s*k/);
  await expect(sizes).toHaveCount(0);
  expect(app.errors).toEqual([]);
});

test('parts of the network are extracted, values become outputs', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await opened(app);
  await app.layerRow('conv2').click();
  await edit(page, 'conv2').getByRole('button', { name: 'Outputs of conv2' }).click();
  await page.getByRole('menuitem', { name: 'Make b an output' }).click();
  await expect(page.getByRole('region', { name: /^Edit conv2/ })).toBeVisible();
  await page.getByRole('application', { name: /^Graph of convs/ }).focus();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Model', exact: true })).toContainText('1×4×8×8');

  await app.layerRow('conv2').click();
  await edit(page, 'conv2').getByRole('button', { name: 'Extract around conv2' }).click();
  await page.getByRole('menuitem', { name: 'From here to the end' }).click();
  await expect(app.layerRow('conv1')).toHaveCount(0);
  expect(await app.layerNames()).toEqual(['conv2', 'add', 'pool', 'flat', 'last']);

  // All that feeds a layer, set off in the graph.
  await app.layerRow('add').click();
  await page.getByRole('application', { name: /^Graph of convs/ }).focus();
  await page.keyboard.press('u');
  await edit(page, 'add').getByRole('button', { name: 'Extract around add' }).click();
  await page.getByRole('menuitem', { name: /^What is set off, 2 nodes/ }).click();
  await expect(app.layerRow('last')).toHaveCount(0);
  expect(await app.layerNames()).toEqual(['conv2', 'add']);
  expect(app.errors).toEqual([]);
});

test('by keys alone: a layer is found in the graph, removed, and brought back', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await opened(app);
  const graph = page.getByRole('application', { name: /^Graph of convs/ });
  const focused = (): Promise<boolean> => graph.evaluate((element) => element === document.activeElement);
  for (let i = 0; i < 80 && !(await focused()); i++) await page.keyboard.press('Tab');
  await expect(graph).toBeFocused();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(app.layerRow('conv2')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Delete');
  await expect(app.layerRow('conv2')).toHaveCount(0);
  await expect(verdict(page)).toContainText(/MACs\s*4\.62\s*k/);
  await page.keyboard.press('Control+z');
  await expect(app.layerRow('conv2')).toBeVisible();
  await expect(verdict(page)).toContainText(/MACs\s*13\.8\s*k/);
  expect(app.errors).toEqual([]);
});

test('axe finds nothing serious while editing, wide and on a phone', async ({ browser }) => {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const context = await browser.newContext({ viewport, hasTouch: viewport.width < 600 });
    const app = await AppPage.open(context);
    const { page } = app;
    await opened(app);
    const narrow = viewport.width < 900;
    const show = async (tab: RegExp): Promise<void> => {
      if (narrow) await page.getByRole('tab', { name: tab }).click();
    };
    await show(/^Layer\b/);
    expect.soft(await findings(page), `the model, ${viewport.width} px`).toEqual([]);
    await show(/^Layers/);
    await app.layerRow('conv2').click();
    await show(/^Layer conv2/);
    for (const form of ['Rename', 'Attributes', 'Activation', 'Operator']) {
      const button = edit(page, 'conv2').getByRole('button', { name: form });
      if ((await button.getAttribute('aria-disabled')) === 'true') continue;
      await button.click();
      expect.soft(await findings(page), `${form}, ${viewport.width} px`).toEqual([]);
    }
    const attributes = edit(page, 'conv2').getByRole('button', { name: 'Attributes' });
    await attributes.click();
    const strides = edit(page, 'conv2').getByLabel('strides', { exact: true });
    await strides.fill('2, 2');
    await strides.press('Enter');
    await expect(page.getByRole('alert')).toContainText('add');
    expect.soft(await findings(page), `broken, ${viewport.width} px`).toEqual([]);
    if (narrow) {
      const boxes = await page
        .getByRole('region', { name: /^Edit / })
        .getByRole('button')
        .all();
      for (const box of boxes.filter((b) => b)) {
        const { height } = (await box.boundingBox()) ?? { height: 0 };
        const isLink = await box.evaluate((element) => element.classList.contains('link'));
        if (!isLink) expect.soft(height, await box.textContent().then(String)).toBeGreaterThanOrEqual(44);
      }
    }
    expect(app.errors).toEqual([]);
    await context.close();
  }
});
