import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

test('limits, selection and target can be undone and redone', async ({ context }) => {
  const app = await AppPage.open(context);
  const { page } = app;
  await app.openSample(/Tones DS-CNN/);
  await app.startSearch(30);
  await app.searchDone(30);
  const undo = app.bar().getByRole('button', { name: /^Undo/ });
  const redo = app.bar().getByRole('button', { name: /^Redo/ });

  // Selection of a point.
  await app.points().locator('tr[data-row]').nth(2).click();
  const chosen = await app.compared();
  expect(chosen).toHaveLength(1);
  await page.keyboard.press('Control+z');
  expect(await app.compared()).toEqual([]);
  await expect(page.getByRole('status').filter({ hasText: 'Undone: Select point' })).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  expect(await app.compared()).toEqual(chosen);

  // A limit: what it leaves outside is counted, and comes back.
  const panel = page.getByRole('region', { name: 'Design points', exact: true });
  await expect(panel).not.toContainText('meet all limits');
  const slider = page.getByRole('slider', { name: /Flash/ });
  await slider.focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press('PageDown');
  await expect(panel).toContainText(/\d+ meet all limits/);
  const limited = await panel.getByText(/meet all limits/).textContent();
  await undo.click();
  await expect(panel).not.toContainText('meet all limits');
  await redo.click();
  await expect(panel).toContainText(limited ?? '');

  // The target.
  const target = page.getByRole('combobox', { name: 'Target' });
  const before = await target.inputValue();
  const other = await target
    .locator('option')
    .evaluateAll(
      (options, now) => options.map((o) => (o as HTMLOptionElement).value).find((v) => v !== now) ?? '',
      before,
    );
  await target.selectOption(other);
  await expect(target).toHaveValue(other);
  await undo.click();
  await expect(target).toHaveValue(before);
  await redo.click();
  await expect(target).toHaveValue(other);
  expect(app.errors).toEqual([]);
});

test('opening another network can be undone: the first comes back with its verdict', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  const layers = await app.layerNames();
  await app.goTo('Start');
  await app.openSample(/Figures residual CNN/);
  await expect(app.bar()).toContainText('figures.onnx');
  await app.page.keyboard.press('Control+z');
  await expect(app.bar()).toContainText('tones.onnx');
  await app.goTo('Model');
  await app.verdict();
  expect(await app.layerNames()).toEqual(layers);
  // It is open in truth: it can be worked with.
  await app.startSearch(10);
  await app.searchDone(10);
  await expect.poll(() => app.pointIds()).toHaveLength(10);
  expect(app.errors).toEqual([]);
});
