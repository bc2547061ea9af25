import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { inferShapes, layerCosts, totals } from '../analyze/index.ts';
import { memorySource } from '../base/index.ts';
import { importModel } from '../importers/index.ts';
import type { Model } from '../ir/index.ts';
import { dropFiles, openPageBench, type PageBench } from './browser.ts';
import { type BenchFigure, type BenchHost, goal, median } from './suite.ts';
import { chain, fileOf, heavy, mobileNetV2, resNet50, squeezeNet, wide } from './view-models.ts';

const RUNS = 5;
const FRAME_SECONDS = 4;

interface Opened {
  readonly name: string;
  readonly model: () => Model;
  readonly limit: number;
  /** Seconds Netron took for the like on the reference machine; measured before, not in this run. */
  readonly netron?: number;
}

/** As in the issue: Netron is not in the package registry, so its published figures stand. */
const OPENED: readonly Opened[] = [
  { name: 'SqueezeNet, 5 MB', model: squeezeNet, limit: 0.5, netron: 0.51 },
  { name: 'MobileNetV2, 14 MB', model: mobileNetV2, limit: 0.6, netron: 0.6 },
  { name: 'ResNet-50, 102 MB', model: resNet50, limit: 0.9, netron: 0.89 },
  { name: 'chain of 1 000 nodes', model: () => chain(1000), limit: 0.6, netron: 1.1 },
  { name: 'chain of 5 000 nodes', model: () => chain(5000), limit: 1.2, netron: 2.6 },
  { name: 'chain of 10 000 nodes', model: () => chain(10_000), limit: 2, netron: 4.6 },
  { name: 'chain of 20 000 nodes', model: () => chain(20_000), limit: 4, netron: 10.6 },
  { name: 'wide graph of 2 000 nodes', model: () => wide(2000), limit: 1, netron: 1.7 },
  { name: 'wide graph of 5 000 nodes', model: () => wide(5000), limit: 2, netron: 3.6 },
  { name: 'wide graph of 10 000 nodes', model: () => wide(10_000), limit: 4, netron: 8.2 },
];

/** Suite 'view': from navigation to a drawn graph, frames while panning and zooming, large files, parsing alone. */
export async function viewSuite(host: BenchHost): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [await parseFigure(host)];
  const bench = await openPageBench();
  if (typeof bench === 'string') {
    host.note(`view: ${bench}`);
    return figures;
  }
  const folder = mkdtempSync(join(tmpdir(), 'paretoscope-view-'));
  try {
    for (const opened of OPENED) figures.push(await openFigure(bench, folder, opened));
    figures.push(...(await frameFigures(host, bench, folder)), ...(await heavyFigures(host, bench, folder)));
    host.note('view: Netron could not be built here; its figures are those measured before on the reference machine');
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await bench.close();
  }
}

/** Bytes of a 10 000-node file to shapes and costs, in Node, one thread. */
async function parseFigure(host: BenchHost): Promise<BenchFigure> {
  const bytes = fileOf(chain(10_000));
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = host.now();
    const { model } = await importModel([{ name: 'chain.onnx', source: memorySource(bytes) }], { sha256: 'known' });
    const shaped = inferShapes(model, { warn() {} });
    totals(shaped, layerCosts(shaped));
    seconds.push(host.now() - start);
  }
  const middle = median(seconds);
  const name = 'Parse, shapes and costs of 10 000 nodes, Node, one thread';
  return { name, unit: 's', median: middle, runs: RUNS, goal: goal('<=', 0.4, middle) };
}

async function openFigure(bench: PageBench, folder: string, { name, model, limit, netron }: Opened) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, fileOf(model()));
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const { page, close } = await openInPage(bench, path);
    seconds.push((await drawnAt(page)) / 1000);
    await close();
  }
  const middle = median(seconds);
  const figure: BenchFigure = {
    name: `Navigation to drawn, ${name}`,
    unit: 's',
    median: middle,
    runs: RUNS,
    goal: goal('<=', limit, middle),
  };
  return netron === undefined
    ? figure
    : { ...figure, peer: 'Netron (recorded)', reference: netron, ratio: middle / netron };
}

/** Opens the page with a file in the hand; the clock runs from navigation. */
async function openInPage(bench: PageBench, path: string): Promise<{ page: Page; close: () => Promise<void> }> {
  const { page, context } = await bench.visitWith(path);
  return { page, close: () => context.close() };
}

/** Milliseconds from navigation to the first frame with the whole drawing. */
async function drawnAt(page: Page): Promise<number> {
  const drawn = await page.waitForFunction(
    () => performance.getEntriesByName('graph drawn').at(-1)?.startTime,
    undefined,
    { polling: 'raf', timeout: 60_000 },
  );
  return (await drawn.jsonValue()) ?? Number.NaN;
}

/** Frames while 20 000 boxes, all of them drawn as boxes of their own, are dragged and zoomed. */
async function frameFigures(host: BenchHost, bench: PageBench, folder: string): Promise<readonly BenchFigure[]> {
  const path = join(folder, 'frames.onnx');
  writeFileSync(path, fileOf(chain(20_000)));
  const { page, close } = await openInPage(bench, path);
  try {
    await drawnAt(page);
    const before = await page.evaluate(() => performance.now());
    for (const item of ['Every node of the file', 'No groups']) {
      await page.getByRole('button', { name: 'View of the graph' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    }
    const expanded = await page.waitForFunction(
      (since) => performance.getEntriesByName('graph drawn').find((e) => e.startTime > since + 100)?.startTime,
      before,
      { polling: 'raf', timeout: 60_000 },
    );
    host.note(
      `view: all 20 000 boxes laid out again in ${(((await expanded.jsonValue()) ?? 0) - before).toFixed(0)} ms`,
    );
    await page.waitForTimeout(1500);
    const times = await framesWhileMoving(page);
    const sorted = [...times].sort((a, b) => a - b);
    const middle = median(sorted);
    const late = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
    const peer = 'Netron (recorded)';
    const name = 'Frame while panning and zooming 20 000 boxes';
    const runs = sorted.length;
    return [
      {
        name: `${name}, median`,
        unit: 'ms',
        median: middle,
        runs,
        goal: goal('<=', 16.7, Math.round(middle * 10) / 10),
        peer,
        reference: 137,
        ratio: middle / 137,
      },
      {
        name: `${name}, 95th percentile`,
        unit: 'ms',
        median: late,
        runs,
        goal: goal('<=', 33, late),
        peer,
        reference: 321,
        ratio: late / 321,
      },
    ];
  } finally {
    await close();
  }
}

/** Milliseconds between frames while the pointer drags and the wheel turns, as the browser gives them. */
async function framesWhileMoving(page: Page): Promise<readonly number[]> {
  const stage = page.locator('[data-graph]').first();
  const box = await stage.boundingBox();
  if (!box) throw new Error('the graph is not on the screen');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frameTimes: frames });
    let last: number | undefined;
    const tick = (now: number): void => {
      if (last !== undefined) frames.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const until = Date.now() + FRAME_SECONDS * 1000;
  for (let turn = 0; Date.now() < until; turn++) {
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 20; step++) await page.mouse.move(x, y - step * (turn % 2 === 0 ? 12 : -12));
    await page.mouse.up();
    for (let step = 0; step < 8; step++) await page.mouse.wheel(0, turn % 3 === 0 ? -120 : 90);
  }
  return page.evaluate(() => (window as Window & { frameTimes?: number[] }).frameTimes ?? []);
}

const HEAVY_MEGABYTES = 500;

/** A file of 500 MB: how long until it is drawn, and the most memory a process of the page's browser took. */
async function heavyFigures(host: BenchHost, bench: PageBench, folder: string): Promise<readonly BenchFigure[]> {
  const path = join(folder, 'heavy.onnx');
  writeFileSync(path, fileOf(heavy(HEAVY_MEGABYTES)));
  const seconds: number[] = [];
  const memory: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { page, context } = await bench.visit();
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0);
    await page.waitForTimeout(500);
    await dropFiles(page, path);
    const dropped = await page.evaluate(() => (window as Window & { droppedAt?: number }).droppedAt ?? 0);
    seconds.push(((await drawnAt(page)) - dropped) / 1000);
    const peak = rendererMegabytes();
    if (peak !== undefined) memory.push(peak);
    await context.close();
  }
  const middle = median(seconds);
  const name = `${HEAVY_MEGABYTES} MB model`;
  const opened = { name: `${name}, dropped to drawn`, unit: 's', median: middle, runs: 3, goal: goal('<=', 3, middle) };
  if (memory.length === 0) {
    host.note('view: this system does not tell the memory of processes');
    return [opened];
  }
  const peak = median(memory);
  return [
    opened,
    {
      name: `${name}, most memory of the page's process`,
      unit: 'MB',
      median: peak,
      runs: 3,
      goal: goal('<=', 700, peak),
    },
  ];
}

/** The most memory (resident, at its peak) of any renderer process of a browser on this machine, where it runs Linux. */
function rendererMegabytes(): number | undefined {
  try {
    const peaks = readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .flatMap((pid) => {
        try {
          if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) return [];
          const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
          return kilobytes === undefined ? [] : [Number(kilobytes) / 1000];
        } catch {
          return []; // the process has ended meanwhile
        }
      });
    return peaks.length > 0 ? Math.max(...peaks) : undefined;
  } catch {
    return undefined; // no such folder: not Linux
  }
}
