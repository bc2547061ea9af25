import { expect, type Page, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

/** Tab until what is focused has this role and name; fails after 80 stops. */
async function tabTo(page: Page, role: string, name: RegExp): Promise<void> {
  for (let stop = 0; stop < 80; stop++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const found = page.getByRole(role as 'button', { name }).and(focused);
    if ((await found.count()) > 0) return;
  }
  throw new Error(`Tab does not lead to ${role} ${name}`);
}

/** Whether what is focused shows it: an outline of at least 1 px, on itself or on what wraps it. */
const focusIsVisible = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return false;
    for (let el: Element | null = focused; el && el !== document.body; el = el.parentElement) {
      const style = getComputedStyle(el);
      if (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1) return true;
      if (el !== focused && el.matches('[class]') && style.boxShadow !== 'none') return true;
    }
    return getComputedStyle(focused).boxShadow !== 'none';
  });

test('the main job by keyboard alone', async ({ context }) => {
  test.slow();
  const app = await AppPage.open(context);
  const { page } = app;
  const { keyboard } = page;

  await tabTo(page, 'button', /Tones DS-CNN/);
  expect(await focusIsVisible(page)).toBe(true);
  await keyboard.press('Enter');
  await app.verdict();
  await app.inputsAreThere();

  for (const [digit, place] of [
    ['3', 'Targets'],
    ['4', 'Compress'],
    ['1', 'Start'],
    ['2', 'Model'],
  ] as const) {
    await keyboard.press(digit);
    await expect(app.main(place)).toBeVisible();
  }

  // A layer, in the table: one tab stop, arrows inside.
  const rows = page.getByRole('table', { name: 'Layers' }).locator('tbody tr');
  await rows.first().focus();
  await keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  expect(await focusIsVisible(page)).toBe(true);
  await keyboard.press('Enter');
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true');
  await keyboard.press(']');
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'false');

  // The palette goes to a place and takes the focus back when it is left.
  await keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find or run a command' });
  await expect(field).toBeFocused();
  await keyboard.type('explore');
  await expect(field).toHaveValue('explore');
  await keyboard.press('Escape');
  await expect(field).toBeHidden();
  await keyboard.press('Control+k');
  await keyboard.type('5 no such command');
  await expect(page.getByText(/Nothing is called/)).toBeVisible();
  await expect(app.main('Model')).toBeVisible();
  await keyboard.press('Escape');

  // Explore: digits in a field are digits.
  const explore = app.place('Explore');
  await explore.focus();
  await keyboard.press('Enter');
  await expect(app.main('Explore')).toBeVisible();
  await app.budget().focus();
  await keyboard.press('Control+a');
  await keyboard.type('24');
  await expect(app.budget()).toHaveValue('24');
  await expect(app.main('Explore')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Explore trade-offs' }).focus();
  await keyboard.press('Enter');
  await app.searchDone(24);

  // The plot: arrows along the front, Enter selects, Space adds.
  await tabTo(page, 'application', /^Scatter plot/);
  expect(await focusIsVisible(page)).toBe(true);
  await keyboard.press('Enter');
  await expect.poll(() => app.compared()).toHaveLength(1);
  await keyboard.press('ArrowRight');
  await keyboard.press('Space');
  await expect.poll(() => app.compared()).toHaveLength(2);
  const [a, b] = await app.compared();
  expect(a).not.toBe(b);

  await tabTo(page, 'button', /^Deploy B/);
  await keyboard.press('Enter');
  await expect(app.main('Deploy')).toContainText('for point B');
  await expect(page.getByRole('button', { name: /^Download tones_c\.zip/ })).toBeVisible();
  await tabTo(page, 'button', /^Download tones_c\.zip/);
  const download = page.waitForEvent('download');
  await keyboard.press('Enter');
  expect((await download).suggestedFilename()).toBe('tones_c.zip');

  await keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toBeVisible();
  await keyboard.press('Escape');
  await expect(keys).toBeHidden();
  expect(app.errors).toEqual([]);
});

test('every tab stop of every place shows where the focus is', async ({ context }) => {
  test.slow();
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  await app.startSearch(20);
  await app.searchDone(20);
  for (const place of ['Start', 'Model', 'Targets', 'Compress', 'Explore', 'Deploy'] as const) {
    await app.goTo(place);
    await app.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const hidden: string[] = [];
    for (let stop = 0; stop < 45; stop++) {
      await app.page.keyboard.press('Tab');
      if (await focusIsVisible(app.page)) continue;
      const name = await app.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120) ?? '');
      if (!name.startsWith('<body')) hidden.push(name);
    }
    expect.soft(hidden, place).toEqual([]);
  }
});

test('single keys can be switched off', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Tones DS-CNN/);
  await app.page.keyboard.press('?');
  await app.page.getByRole('checkbox', { name: /Single keys/ }).uncheck();
  await app.page.keyboard.press('Escape');
  await app.page.keyboard.press('3');
  await expect(app.main('Model')).toBeVisible();
  await app.page.keyboard.press('Control+k');
  await expect(app.page.getByRole('combobox', { name: 'Find or run a command' })).toBeFocused();
});
