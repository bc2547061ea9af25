// Builds everything, or one part: `npm run build -- [kernels|page|cli]`.

import { cpSync, mkdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);

/** Text imports (`?raw`), as Vite has them. */
const raw = {
  name: 'raw',
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -4)),
      namespace: 'raw',
    }));
    build.onLoad({ filter: /.*/, namespace: 'raw' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
    }));
  },
};

if (wanted('kernels')) {
  const { buildKernels } = await import('../workers/kernels/build.mjs');
  await buildKernels();
}
if (wanted('page')) {
  const { build } = await import('vite');
  await build({ root, configFile: resolve(root, 'vite.config.ts'), logLevel: 'warn' });
}
if (wanted('cli')) {
  const esbuild = await import('esbuild');
  const out = resolve(root, 'dist/cli');
  await rm(out, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: 'src/cli/main.ts', 'job.worker': 'src/cli/job-worker.ts' },
    outdir: out,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['onnxruntime-web', 'onnxruntime-web/*', '@playwright/test', 'vite', 'esbuild', '@jax-js/jax'],
    plugins: [raw],
    sourcemap: true,
    logLevel: 'warning',
  });
  mkdirSync(resolve(out, 'kernels'), { recursive: true });
  cpSync(resolve(root, 'build/kernels'), resolve(out, 'kernels'), {
    recursive: true,
    filter: (f) => !/\.(wat|map)$/.test(f),
  });
}
