// Trains the sample networks of public/models on their generated data sets: `node scripts/train-samples.mjs [figures|tones …]`.
// Takes a few minutes; the results are committed, so only a change of network or data needs it.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { root } from './setup.mjs';

const out = resolve(root, 'build/train-samples.js');
mkdirSync(resolve(root, 'build'), { recursive: true });
await esbuild.build({
  entryPoints: [resolve(root, 'scripts/samples/train.ts')],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['@jax-js/jax'],
  logLevel: 'warning',
});
await import(pathToFileURL(out).href);
