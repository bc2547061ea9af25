// Trains the sample networks of public/models with our own engine: `npm run samples [-- lenet resnet8 …]`.
// The same bytes each time; the results are committed, so only a change of networks, data or engine needs it.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildKernels } from '../workers/kernels/build.mjs';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const kernels = await buildKernels();
const out = resolve(root, 'build/samples');
mkdirSync(out, { recursive: true });
await esbuild.build({
  entryPoints: { main: resolve(root, 'scripts/samples/main.ts'), worker: resolve(root, 'scripts/samples/worker.ts') },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['onnxruntime-web', 'onnxruntime-web/*'],
  logLevel: 'warning',
});
const { trainSamples } = await import(pathToFileURL(resolve(out, 'main.mjs')).href);
await trainSamples({
  ids: process.argv.slice(2),
  folder: resolve(root, 'public/models'),
  worker: resolve(out, 'worker.mjs'),
  kernels,
});
