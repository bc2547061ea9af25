import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { mainThreadTasks } from '../fixtures/main-thread.ts';

test('the page answers while a search runs', async ({ browser, context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await app.goTo('Explore');
  await browser.startTracing(app.page, {
    categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'],
  });
  await app.startSearch(150);
  await app.searchDone(150);
  const tasks = mainThreadTasks(await browser.stopTracing());
  expect(tasks.length).toBeGreaterThan(100);
  const over = tasks.filter((ms) => ms > 50).length;
  const words = `worst task ${tasks[0]?.toFixed(0)} ms, ${over} of ${tasks.length} over 50 ms`;
  test.info().annotations.push({ type: 'main thread', description: words });
  // The bench holds the page to 50 ms on a quiet machine; beside other tests caches are cold.
  expect(tasks[0], words).toBeLessThan(100);
  expect(over, words).toBeLessThan(5);
});

for (const width of [390, 320, 768, 1024, 1280] as const) {
  test(`at ${width} px nothing scrolls sideways and the primary action is in reach`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width, height: 844 }, hasTouch: width < 600 });
    const app = await AppPage.open(context);
    const fits = async (what: string): Promise<void> => {
      const over = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(over, what).toBeLessThanOrEqual(0);
      const primary = app.main().locator('button.primary').first();
      if ((await primary.count()) === 0) return;
      await primary.scrollIntoViewIfNeeded();
      const box = await primary.boundingBox();
      expect.soft(box !== null && box.x >= 0 && box.x + box.width <= width + 0.5, `${what}: primary action`).toBe(true);
      if (width < 600)
        expect.soft(box?.height ?? 0, `${what}: height of the primary action`).toBeGreaterThanOrEqual(44);
    };
    await fits('Start');
    await app.openSample(/Tones DS-CNN/);
    await fits('Model');
    for (const place of ['Targets', 'Compress'] as const) {
      await app.goTo(place);
      await fits(place);
    }
    await app.goTo('Model');
    await app.page.getByRole('button', { name: 'Explore trade-offs' }).click();
    await expect(app.main('Explore')).toContainText(/\d+ (of \d+ )?evaluat/);
    await fits('Explore');
    await app.goTo('Deploy');
    await expect(app.page.getByRole('button', { name: /^Download tones_c\.zip/ })).toBeVisible({ timeout: 30_000 });
    await fits('Deploy');
    expect(app.errors).toEqual([]);
    await context.close();
  });
}
