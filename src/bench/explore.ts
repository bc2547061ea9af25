import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sha256Hex } from '../base/index.ts';
import { writeNpz } from '../datasets/index.ts';
import type { DataSource } from '../jobs/client.ts';
import { type PageSearch, searchInPage } from './explore-page.ts';
import { type BenchFigure, type BenchHost, goal, median } from './suite.ts';

const MODEL = 'onnx-models/resnet8_cifar10_fp32.onnx';
const IMAGES = 'eval-sets/cifar10_images_u8_350x32x32x3.bin.gz';
const LABELS = 'eval-sets/cifar10_labels_u8_350.bin';
const POINTS = 500;
const SAMPLES = 100;
/** The page keeps a quarter of what is dropped, rounded down, for calibration; the rest is judged on. */
const DROPPED = 133;
const WORKERS = 2;
const RUNS = 3;
const LIMIT_SECONDS = 60;
const TARGET = { platform: 'stm32l4r5', runtime: 'x-cube-ai', clockHertz: 120e6 } as const;

/** Suite 'explore': 500 design points of ResNet-8, each judged on 100 images by the integer program, on two workers. */
export async function exploreSuite(host: BenchHost): Promise<readonly BenchFigure[]> {
  const model = host.data(MODEL);
  const images = imagesFrom(host);
  if (model === undefined || images === undefined) {
    host.note('explore: the data folder is not beside the repository; nothing was measured');
    return [];
  }
  const searches: { readonly seconds: number; readonly processorSeconds: number }[] = [];
  for (let run = 0; run < RUNS; run++) searches.push(await exploreInNode(host, model, images));
  const files = {
    model: { name: basename(model), bytes: new Uint8Array(readFileSync(model)) },
    samples: images(0, DROPPED),
    budget: POINTS,
  };
  return [
    searchTime(
      `${WORKERS} worker threads`,
      searches.map((s) => s.seconds),
    ),
    {
      name: 'Processor time of that search, all threads',
      unit: 's',
      median: median(searches.map((s) => s.processorSeconds)),
      runs: RUNS,
    },
    ...pageFigures(host, await searchInPage(host, files, RUNS)),
  ];
}

function searchTime(where: string, seconds: readonly number[]): BenchFigure {
  const time = median(seconds);
  const name = `${POINTS} design points of ResNet-8 on ${SAMPLES} images, ${where}`;
  return { name, unit: 's', median: time, runs: seconds.length, goal: goal('<=', LIMIT_SECONDS, time) };
}

function pageFigures(host: BenchHost, searches: readonly PageSearch[]): readonly BenchFigure[] {
  if (searches.length === 0) return [];
  const runs = searches.length;
  const count = median(searches.map((s) => s.longTasks));
  const busiest = median(searches.map((s) => s.busiestMilliseconds));
  const longest = Math.max(...searches.map((s) => s.longestMilliseconds));
  if (longest > 0) host.note(`explore: the longest main-thread task took ${longest.toFixed(0)} ms by the clock`);
  return [
    searchTime(
      'Chromium',
      searches.map((s) => s.seconds),
    ),
    { name: 'Main-thread tasks over 50 ms in that search', unit: '', median: count, runs, goal: goal('<=', 0, count) },
    {
      name: 'Processor time of its longest main-thread task',
      unit: 'ms',
      median: busiest,
      runs,
      goal: goal('<=', 50, busiest),
    },
  ];
}

/** `count` images from `first` as an .npz with x [N, 3, 32, 32] (0 … 255) and labels y. */
type ImageFile = (first: number, count: number) => Uint8Array;

function imagesFrom(host: BenchHost): ImageFile | undefined {
  const [imagePath, labelPath] = [host.data(IMAGES), host.data(LABELS)];
  if (imagePath === undefined || labelPath === undefined) return undefined;
  const pixels = gunzipSync(readFileSync(imagePath));
  const labels = readFileSync(labelPath);
  return (first, count) => {
    const data = new Float32Array(count * 3072);
    for (let i = 0; i < count; i++)
      for (let at = 0; at < 1024; at++)
        for (let c = 0; c < 3; c++) data[i * 3072 + c * 1024 + at] = pixels[(first + i) * 3072 + at * 3 + c] as number;
    return writeNpz(
      new Map([
        ['x', { type: 'float32', shape: [count, 3, 32, 32], data }],
        ['y', { type: 'uint8', shape: [count], data: new Uint8Array(labels.subarray(first, first + count)) }],
      ]),
    );
  };
}

/** Opening, calibration and the float answers are part of the time: the user waits for them too. */
async function exploreInNode(host: BenchHost, path: string, images: ImageFile) {
  const client = host.newClient(WORKERS);
  try {
    await client.run('catalog', {});
    const source = (id: string, bytes: Uint8Array): DataSource => ({
      id,
      files: [{ name: `${id}.npz`, bytes }],
      seed: 1,
      count: 0,
    });
    client.hold('data', 'data', source('data', images(0, SAMPLES)));
    client.hold('data', 'calibration', source('calibration', images(SAMPLES, 64)));
    const bytes = new Uint8Array(readFileSync(path));
    const model = {
      id: sha256Hex(bytes),
      files: [{ name: basename(path), bytes }],
      shapes: { symbols: {}, inputs: {} },
    };
    client.hold('model', model.id, model);
    const start = host.now();
    const before = process.cpuUsage();
    const { points } = await client.run('explore', {
      modelId: model.id,
      dataId: 'data',
      calibrationId: 'calibration',
      target: TARGET,
      algorithm: 'default',
      budget: POINTS,
      seed: 1,
      constraints: [],
    });
    const seconds = host.now() - start;
    const { user, system } = process.cpuUsage(before);
    if (points.length < POINTS) host.note(`explore: the search ended after ${points.length} of ${POINTS} points`);
    return { seconds, processorSeconds: (user + system) / 1e6 };
  } finally {
    client.dispose();
  }
}
