import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { networks } from './networks.ts';
import type { Card, MadeSample } from './train-sample.ts';

export interface SamplesOptions {
  /** Networks to train; none: all. */
  readonly ids: readonly string[];
  /** Where the networks and their list go. */
  readonly folder: string;
  readonly worker: string;
  readonly kernels: string;
}

/** Trains networks side by side, one per core, and writes them with their cards. */
export async function trainSamples({ ids, folder, worker, kernels }: SamplesOptions): Promise<void> {
  const unknown = ids.filter((id) => !networks.some((network) => network.id === id));
  if (unknown.length > 0) {
    throw new Error(`There is no sample network '${unknown[0]}'. Use: ${networks.map(({ id }) => id).join(', ')}.`);
  }
  mkdirSync(folder, { recursive: true });
  const waiting = networks.filter(({ id }) => ids.length === 0 || ids.includes(id)).map(({ id }) => id);
  const cards = new Map(listedIn(resolve(folder, 'index.json')).map((card) => [card.id, card]));
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const { card, bytes } = await inThread(worker, { id, kernels });
      writeFileSync(resolve(folder, card.file), bytes);
      cards.set(id, card);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), waiting.length) }, work));
  const listed = networks.flatMap(({ id }) => cards.get(id) ?? []);
  writeFileSync(
    resolve(folder, 'index.json'),
    `[\n${listed.map((card) => `  ${JSON.stringify(card)}`).join(',\n')}\n]\n`,
  );
}

function listedIn(file: string): Card[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Card[];
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

const inThread = (file: string, workerData: object): Promise<MadeSample> =>
  new Promise((done, failed) => {
    const thread = new Worker(file, { workerData });
    thread.on('message', done);
    thread.on('error', failed);
    thread.on('exit', (code) => failed(new Error(`A worker ended with code ${code}.`)));
  });
