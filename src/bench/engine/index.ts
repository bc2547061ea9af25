import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { BenchFigure, BenchHost } from '../suite.ts';
import { chromiumFigures } from './chromium.ts';
import type { EngineHost } from './host.ts';
import { PEERS } from './peer-folder.ts';
import { engineFigures } from './suite.ts';
import { workerFigures } from './workers.ts';

/**
 * Suite 'engine': float and integer kernels, whole networks, training. Figures are of whole runs, copying inputs in and results
 * out, for ours and the peer alike, which take turns. Node first, then the same in Chromium.
 */
export async function engineSuite(host: BenchHost): Promise<readonly BenchFigure[]> {
  const kernels = await host.kernels();
  const node: EngineHost = {
    place: `Node ${process.versions.node.split('.')[0]}`,
    now: host.now,
    note: host.note,
    kernels: async () => kernels,
    data: async (path) => {
      const found = host.data(path);
      return found === undefined ? undefined : new Uint8Array(readFileSync(found));
    },
    tensorflow: async () => tensorflowInNode(host),
    jax: jaxInNode,
  };
  return [...(await engineFigures(node)), ...(await chromiumFigures(host, kernels)), ...(await workerFigures(host))];
}

/** On plain JavaScript: its WebAssembly backend has no gradient of a convolution, and there is no WebGL here. */
function tensorflowInNode(host: BenchHost): { readonly library: unknown; readonly backend: string } | undefined {
  if (!existsSync(resolve(PEERS, '@tensorflow/tfjs'))) {
    host.note('engine: TensorFlow.js is not installed (npm run bench installs it)');
    return undefined;
  }
  const library: unknown = createRequire(resolve(PEERS, 'peers.js'))('@tensorflow/tfjs');
  return { library, backend: 'cpu' };
}

async function jaxInNode(): Promise<unknown> {
  // onnxruntime-web leaves a Worker in Node, which jax-js takes for a browser's; neither uses it on one thread.
  Reflect.deleteProperty(globalThis, 'Worker');
  const jax = await import('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return jax;
}
