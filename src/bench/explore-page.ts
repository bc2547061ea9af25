import type { Page } from '@playwright/test';
import { dropFiles, openPageBench, type PageBench } from './browser.ts';
import type { BenchHost } from './suite.ts';

export interface PageSearch {
  /** From the click that starts the search to the frame that says it has ended. */
  readonly seconds: number;
  readonly points: number;
  /** Milliseconds of each task of the page's main thread that took over 50 ms meanwhile. */
  readonly longTasks: readonly number[];
}

export interface SearchFiles {
  readonly model: { readonly name: string; readonly bytes: Uint8Array };
  readonly samples: Uint8Array;
  readonly budget: number;
}

/** Searches in the built page as a user does: drop, set the budget, click. Empty, with a note, where there is no browser. */
export async function searchInPage(host: BenchHost, files: SearchFiles, runs: number): Promise<readonly PageSearch[]> {
  const bench = await openPageBench();
  if (typeof bench === 'string') {
    host.note(`explore: ${bench}`);
    return [];
  }
  try {
    const searches: PageSearch[] = [];
    for (let run = 0; run < runs; run++) searches.push(await searchOnce(bench, files));
    return searches;
  } finally {
    await bench.close();
  }
}

async function searchOnce(bench: PageBench, { model, samples, budget }: SearchFiles): Promise<PageSearch> {
  const { page, context } = await bench.visit();
  try {
    const mimeType = 'application/octet-stream';
    await dropFiles(page, [
      { name: model.name, mimeType, buffer: Buffer.from(model.bytes) },
      { name: 'samples.npz', mimeType, buffer: Buffer.from(samples) },
    ]);
    await page
      .getByRole('region', { name: 'Verdict' })
      .getByText(/\d+ of \d+ targets fit/)
      .waitFor();
    await page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: /^Explore/ })
      .click();
    await page.getByLabel('Budget, evaluations').fill(String(budget));
    const start = page.getByRole('button', { name: 'Explore trade-offs' });
    await start.and(page.locator(':not([aria-disabled="true"])')).waitFor();
    await observeTasks(page);
    await start.click();
    await page.waitForFunction(
      (total) => new RegExp(`${total} of ${total} evaluations`).test(document.body.textContent ?? ''),
      budget,
      { timeout: 300_000, polling: 200 },
    );
    return await page.evaluate((points) => {
      const seen = window as Window & { searchTasks?: number[]; searchStart?: number };
      const seconds = (performance.now() - (seen.searchStart ?? Number.NaN)) / 1000;
      return { seconds, points, longTasks: seen.searchTasks ?? [] };
    }, budget);
  } finally {
    await context.close();
  }
}

/** Counts long tasks from now on; the clock starts with the click. */
const observeTasks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const searchTasks: number[] = [];
    new PerformanceObserver((list) => searchTasks.push(...list.getEntries().map((e) => e.duration))).observe({
      type: 'longtask',
    });
    Object.assign(window, { searchTasks });
    window.addEventListener('click', () => Object.assign(window, { searchStart: performance.now() }), {
      once: true,
      capture: true,
    });
  });
