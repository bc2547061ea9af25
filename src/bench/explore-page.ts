import type { Browser, Page } from '@playwright/test';
import { BugError, messageOf } from '../base/index.ts';
import { dropFiles, openPageBench, type PageBench } from './browser.ts';
import type { BenchHost } from './suite.ts';

export interface PageSearch {
  /** From the click that starts the search to the frame that says it has ended. */
  readonly seconds: number;
  /** Tasks of the page's main thread that took over 50 ms by the clock meanwhile. */
  readonly longTasks: number;
  /** Most milliseconds by the clock that one such task took; 0 if there was none. */
  readonly longestMilliseconds: number;
  /** Most milliseconds of processor time that any task took: without the time in which other threads had the processor. */
  readonly busiestMilliseconds: number;
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
  const searches: PageSearch[] = [];
  try {
    while (searches.length < runs) searches.push(await searchOnce(bench, files));
  } catch (thrown) {
    host.note(`explore: the search in the page failed (${messageOf(thrown).split('\n')[0]})`);
  } finally {
    await bench.close();
  }
  return searches;
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
    await page.getByRole('spinbutton', { name: /^Budget/ }).fill(String(budget));
    const start = page.getByRole('button', { name: 'Explore trade-offs' });
    await start.and(page.locator(':not([aria-disabled="true"])')).waitFor();
    await observeTasks(page);
    await browserOf(page).startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
    await start.click();
    await page.waitForFunction(
      (total) => new RegExp(`${total} of ${total} evaluations`).test(document.body.textContent ?? ''),
      budget,
      { timeout: 300_000, polling: 200 },
    );
    const { seconds, tasks } = await page.evaluate(() => {
      const seen = window as Window & { searchTasks?: number[]; searchStart?: number };
      return { seconds: (performance.now() - (seen.searchStart ?? Number.NaN)) / 1000, tasks: seen.searchTasks ?? [] };
    });
    const trace = await browserOf(page).stopTracing();
    return {
      seconds,
      longTasks: tasks.length,
      longestMilliseconds: Math.max(0, ...tasks),
      busiestMilliseconds: busiestTask(JSON.parse(trace.toString('utf8')) as Trace),
    };
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

/** What Chromium's trace tells of a task: microseconds of its thread. */
interface Trace {
  readonly traceEvents: readonly {
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    readonly tdur?: number;
    readonly args?: { readonly name?: string };
  }[];
}

function busiestTask({ traceEvents }: Trace): number {
  const threads = traceEvents.filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain');
  const main = new Set(threads.map((e) => `${e.pid} ${e.tid}`));
  let most = 0;
  for (const event of traceEvents)
    if (event.name === 'RunTask' && main.has(`${event.pid} ${event.tid}`)) most = Math.max(most, event.tdur ?? 0);
  return most / 1000;
}

function browserOf(page: Page): Browser {
  const browser = page.context().browser();
  if (!browser) throw new BugError('The page to measure has no browser.');
  return browser;
}
