import { expect, type Page, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

declare global {
  interface Window {
    longTasks?: number[];
  }
}

/** Durations of main-thread tasks over 50 ms from now on, milliseconds. */
const watchTasks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const tasks: number[] = [];
    window.longTasks = tasks;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: 'longtask' });
  });

test('the page answers while a search runs', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Shapes residual CNN/);
  await app.goTo('Explore');
  await watchTasks(app.page);
  await app.startSearch(200);
  await app.searchDone(200);
  const tasks = (await app.page.evaluate(() => window.longTasks ?? [])).sort((a, b) => b - a);
  const words = `${tasks.length} tasks over 50 ms, worst ${(tasks[0] ?? 0).toFixed(0)} ms`;
  test.info().annotations.push({ type: 'main thread', description: words });
  console.log(`main thread during 200 evaluations: ${words}`);
  // The bench measures against 50 ms on a quiet machine; beside other tests the machine itself stalls at times.
  expect(tasks[0] ?? 0).toBeLessThan(200);
  expect(tasks.length).toBeLessThan(12);
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
