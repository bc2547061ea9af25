import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf, sha256Hex } from '../base/index.ts';
import type { JobClient, ModelSource, ShapeSettings } from '../jobs/client.ts';
import { dropFiles, openPageBench, type PageBench } from './browser.ts';
import { type BenchFigure, type BenchHost, goal, median } from './suite.ts';

/** Each file is dropped this often; its figure is the median. */
const RUNS = 3;
const LIMIT_SECONDS = 5;
/** What is aimed at; slower networks are named. */
const TARGET_SECONDS = 1;

interface DroppedModel {
  readonly path: string;
  readonly name: string;
  readonly shapes: ShapeSettings;
}

interface Timed {
  readonly name: string;
  readonly seconds: number;
}

/** Suite 'verdict': seconds from a dropped file to estimates on every platform, for each network of the data folder. */
export async function verdictSuite(host: BenchHost): Promise<readonly BenchFigure[]> {
  const models = droppedModels(host);
  if (models.length === 0) {
    host.note('verdict: the data folder is not beside the repository; nothing was measured');
    return [];
  }
  const inNode = await timeInNode(host, models);
  const supported = models.filter((m) => inNode.some((t) => t.name === m.name));
  const figures = [...summary(host, 'worker threads', inNode)];
  const bench = await openPageBench();
  if (typeof bench === 'string') {
    host.note(`verdict: ${bench}`);
    return figures;
  }
  try {
    return [...figures, ...summary(host, 'Chromium', await timeInPage(host, bench, supported))];
  } finally {
    await bench.close();
  }
}

/** Networks with the input shapes that the data folder states for those of unknown size. */
function droppedModels(host: BenchHost): readonly DroppedModel[] {
  const facts = host.data('onnx-models/facts.json');
  if (facts === undefined) return [];
  const networks = JSON.parse(readFileSync(facts, 'utf8')) as Record<
    string,
    { readonly bound_inputs?: Readonly<Record<string, readonly number[]>> }
  >;
  return Object.entries(networks).flatMap(([name, { bound_inputs: inputs = {} }]) => {
    const path = host.data(`onnx-models/${name}`);
    return path === undefined ? [] : [{ path, name: basename(name), shapes: { symbols: {}, inputs } }];
  });
}

/** Open and estimate through the job client, as the command line does: file read, hashed, opened, estimated. */
async function timeInNode(host: BenchHost, models: readonly DroppedModel[]): Promise<readonly Timed[]> {
  const client = host.newClient(1);
  try {
    await client.run('catalog', {});
    const timed: Timed[] = [];
    for (const model of models) {
      try {
        const times: number[] = [];
        for (let run = 0; run < RUNS; run++) times.push(await openAndEstimate(host, client, model));
        timed.push({ name: model.name, seconds: median(times) });
      } catch (thrown) {
        host.note(`verdict: ${model.name} is refused (${messageOf(thrown)})`);
      }
    }
    return timed;
  } finally {
    client.dispose();
  }
}

async function openAndEstimate(host: BenchHost, client: JobClient, { path, name, shapes }: DroppedModel) {
  const start = host.now();
  const bytes = new Uint8Array(readFileSync(path));
  const source: ModelSource = { id: sha256Hex(bytes), files: [{ name, bytes }], shapes };
  const { modelId } = await client.run('open', { source });
  client.hold('model', modelId, source);
  await client.run('estimate', { modelId, platforms: 'all', method: 'auto', bits: 8 });
  const seconds = host.now() - start;
  client.release(modelId);
  return seconds;
}

/** From the drop event to the frame that shows how many targets fit; each drop on a page that was opened for it. */
async function timeInPage(
  host: BenchHost,
  bench: PageBench,
  models: readonly DroppedModel[],
): Promise<readonly Timed[]> {
  const timed: Timed[] = [];
  for (const { path, name } of models) {
    try {
      const times: number[] = [];
      for (let run = 0; run < RUNS; run++) times.push(await dropAndWait(bench, path));
      timed.push({ name, seconds: median(times) });
    } catch (thrown) {
      host.note(`verdict: ${name} got no verdict in the page (${messageOf(thrown).split('\n')[0]})`);
    }
  }
  return timed;
}

async function dropAndWait(bench: PageBench, path: string): Promise<number> {
  const { page, context } = await bench.visit();
  try {
    await dropFiles(page, path);
    const shown = page.waitForFunction(
      () => {
        const text = document.querySelector('[aria-label="Verdict"] .verdict-head')?.textContent ?? '';
        if (!/\d+ of [1-9]\d* targets? fit/.test(text)) return undefined;
        return { milliseconds: performance.now() - (window as Window & { droppedAt?: number }).droppedAt! };
      },
      undefined,
      { polling: 'raf', timeout: 60_000 },
    );
    return ((await (await shown).jsonValue())?.milliseconds ?? Number.NaN) / 1000;
  } finally {
    await context.close();
  }
}

function summary(host: BenchHost, where: string, timed: readonly Timed[]): readonly BenchFigure[] {
  const [first, ...others] = timed;
  if (!first) return [];
  const worst = others.reduce((a, b) => (b.seconds > a.seconds ? b : a), first);
  const middle = median(timed.map((t) => t.seconds));
  const slow = timed.filter((t) => t.seconds > TARGET_SECONDS).map((t) => `${t.name} ${t.seconds.toFixed(1)} s`);
  host.note(
    `verdict, ${where}: ${timed.length - slow.length} within 1 s${slow.length > 0 ? `; ${slow.join(', ')}` : ''}`,
  );
  const unit = 's';
  return [
    {
      name: `Drop to verdict, ${where}: median of ${timed.length} networks`,
      unit,
      median: middle,
      runs: RUNS,
      goal: goal('<=', LIMIT_SECONDS, middle),
    },
    {
      name: `Drop to verdict, ${where}: slowest (${worst.name})`,
      unit,
      median: worst.seconds,
      runs: RUNS,
      goal: goal('<=', LIMIT_SECONDS, worst.seconds),
    },
  ];
}
