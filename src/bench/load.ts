import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUILT_PAGE, openPageBench } from './browser.ts';
import { type BenchFigure, type BenchHost, goal, median } from './suite.ts';

/** KB is 1000 bytes. */
const LIMIT_KB = 400;
const VISITS = 3;

/**
 * Suite 'load': what the page asks for on a first visit until it is usable (its 'usable' mark: the start page stands and takes
 * files), each file compressed by `gzip -9` (a static host may do better with brotli), and how long it takes from this machine
 * to itself. Counted apart: the code of the other places and the samples, which the page fetches right after that, and what its service worker then
 * copies for use without a network (the samples among them).
 */
export async function loadSuite(host: BenchHost): Promise<readonly BenchFigure[]> {
  const bench = await openPageBench();
  if (typeof bench === 'string') {
    host.note(`load: ${bench}`);
    return [];
  }
  try {
    const seconds: number[] = [];
    let paths: ReadonlySet<string> = new Set();
    let places: ReadonlySet<string> = new Set();
    let later: ReadonlySet<string> = new Set();
    for (let i = 0; i < VISITS; i++) {
      const before = bench.requested.length;
      const { page, context, requested, askedAt } = await bench.visit();
      await page.locator('#root > *').first().waitFor();
      await page.waitForTimeout(2000);
      const usable = await page.evaluate(usableAt);
      const isLater = (path: string): boolean => (askedAt.get(path) ?? 0) > usable;
      paths = new Set(requested.filter((path) => !isLater(path)));
      places = new Set(requested.filter(isLater));
      later = new Set(bench.requested.slice(before).filter((path) => !paths.has(path) && !places.has(path)));
      seconds.push(
        await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
      );
      await context.close();
    }
    const kilobytes = compressedKilobytes(host, 'page', paths);
    const rest = compressedKilobytes(host, 'other places', places);
    const offline = compressedKilobytes(host, 'service worker', later);
    const paint = median(seconds) / 1000;
    return [
      {
        name: `First load, ${paths.size} files, gzip -9, without onnxruntime`,
        unit: 'KB',
        median: kilobytes,
        runs: VISITS,
        goal: goal('<=', LIMIT_KB, kilobytes),
      },
      {
        name: `Other places and samples, fetched right after, ${places.size} files, gzip -9`,
        unit: 'KB',
        median: rest,
        runs: VISITS,
      },
      {
        name: `Files that the service worker adds for offline use, gzip -9`,
        unit: 'KB',
        median: offline,
        runs: VISITS,
      },
      { name: 'First contentful paint, from this machine', unit: 's', median: paint, runs: VISITS },
    ];
  } finally {
    await bench.close();
  }
}

/** In the page: when its mark 'usable' was set, milliseconds since 1970. Throws where it set none. */
function usableAt(): number {
  const usable = performance.getEntriesByName('usable')[0];
  if (!usable) throw new Error('the page did not become usable');
  return performance.timeOrigin + usable.startTime;
}

function compressedKilobytes(host: BenchHost, who: string, paths: ReadonlySet<string>): number {
  const sizes = [...paths].flatMap((path) => {
    const file = join(BUILT_PAGE, path.endsWith('/') ? `${path}index.html` : path);
    return existsSync(file) ? [{ path, bytes: gzipSync(readFileSync(file), { level: 9 }).length }] : [];
  });
  sizes.sort((a, b) => b.bytes - a.bytes);
  host.note(`load, ${who}: ${sizes.map(({ path, bytes }) => `${path} ${(bytes / 1000).toFixed(1)} KB`).join(', ')}`);
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
}
