import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { createEngines } from '../../workers/engines.ts';
import { networks } from './networks.ts';
import { trainSample } from './train-sample.ts';

/** One sample network, trained on a thread of its own. */
const { id, kernels } = workerData as { readonly id: string; readonly kernels: string };
const network = networks.find((n) => n.id === id);
if (!network) throw new Error(`There is no sample network '${id}'.`);
const engines = createEngines({ module: new WebAssembly.Module(readFileSync(kernels)) });
const start = performance.now();
const now = (): number => (performance.now() - start) / 1000;
const made = await trainSample(network, engines, now, (line) => console.log(`${id.padEnd(12)}${line}`));
parentPort?.postMessage(made);
