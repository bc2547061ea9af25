import { expect, type Page, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

/** Milliseconds from a press on a button to the moment its words (matching `gone`) are no longer there, measured in the page. */
function pressAndTime(page: Page, words: RegExp): Promise<number> {
  return page.evaluate(
    ({ source }) =>
      new Promise<number>((resolve, reject) => {
        const pattern = new RegExp(source);
        const find = () => [...document.querySelectorAll('button')].find((b) => pattern.test(b.textContent ?? ''));
        const button = find();
        if (!button) return reject(new Error(`there is no button ${source}`));
        const started = performance.now();
        const observer = new MutationObserver(() => {
          if (find()) return;
          observer.disconnect();
          resolve(performance.now() - started);
        });
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        button.click();
      }),
    { source: words.source },
  );
}

test('a search is cancelled within 100 ms and keeps its points', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await app.startSearch(2000);
  await expect(async () => expect((await app.pointIds()).length).toBeGreaterThan(20)).toPass();
  // The median of three: beside other tests the machine itself stalls at times.
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    if (i > 0) await app.searchPanel().getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(app.cancelButton()).toBeVisible();
    await app.page.waitForTimeout(300);
    times.push(await pressAndTime(app.page, /^(Cancel|Pause), keep \d+/));
  }
  const words = times.map((t) => `${t.toFixed(0)} ms`).join(', ');
  test.info().annotations.push({ type: 'cancelled after', description: words });
  expect(times.sort((a, b) => a - b)[1], words).toBeLessThan(100);
  await expect(app.searchPanel()).toContainText('what was found is kept');
  // Rows are drawn when there is time.
  await app.page.waitForTimeout(200);
  const kept = await app.pointIds();
  expect(kept.length).toBeGreaterThan(20);
  // Nothing goes on behind the scenes.
  await app.page.waitForTimeout(400);
  expect(await app.pointIds()).toEqual(kept);
  await app.page.getByRole('button', { name: /^Jobs|^No jobs/ }).click();
  const jobs = app.page.getByRole('dialog', { name: 'Jobs' });
  await expect(jobs).toContainText('0 running');
  await expect(jobs).toContainText(/Search, .+, seed 1/);
  await expect(jobs).toContainText(`keep ${kept.length}`);
  expect(app.errors).toEqual([]);
});

test('the list of jobs tells progress, time left and what cancelling keeps', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await app.startSearch(2000);
  await app.page.getByRole('button', { name: /^1 job/ }).click();
  const jobs = app.page.getByRole('dialog', { name: 'Jobs' });
  await expect(jobs).toContainText(/\d+ of 2000/);
  await expect(jobs).toContainText(/left \(.+ – .+\)/);
  await jobs.getByRole('button', { name: /^Cancel, keep \d+/ }).click();
  await expect(jobs).toContainText('0 running');
  await expect(app.searchPanel()).toContainText('what was found is kept');
});

test('a worker that dies is replaced, and the search still ends', async ({ context }) => {
  await context.addInitScript(() => {
    const spawned: Worker[] = [];
    Object.assign(window, { spawnedWorkers: spawned });
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        spawned.push(this);
      }
    };
  });
  const app = await AppPage.open(context);
  await app.openSample(/Figures residual CNN/);
  await app.startSearch(200);
  await expect(async () => expect((await app.pointIds()).length).toBeGreaterThan(5)).toPass();
  const before = await app.page.evaluate(() => {
    const workers = (window as unknown as { spawnedWorkers: Worker[] }).spawnedWorkers;
    const count = workers.length;
    // What the browser reports when a worker runs out of memory. The first two take the designs.
    for (const worker of workers.slice(0, 2))
      worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
    return count;
  });
  await app.searchDone(200);
  const after = await app.page.evaluate(
    () => (window as unknown as { spawnedWorkers: Worker[] }).spawnedWorkers.length,
  );
  expect(after).toBeGreaterThan(before);
});
