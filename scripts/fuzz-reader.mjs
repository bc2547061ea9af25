// A long run of the reader's fuzz test: `node scripts/fuzz-reader.mjs [CASES [SEED [FIRST]]]` (default 1 000 000 cases, seed of the hour).
// Prints each failing case with its seed and number; `node scripts/fuzz-reader.mjs 1 SEED CASE` runs that one again.
// Each file is read, written, read again, and shapes and costs of what could be read are computed.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ensureDependencies, root } from './setup.mjs';

ensureDependencies();
const folder = resolve(root, 'test-results');
mkdirSync(folder, { recursive: true });
const outfile = resolve(folder, 'fuzz-reader.mjs');
await build({
  entryPoints: [resolve(root, 'src/test-kit/fuzz-run.ts')],
  bundle: true,
  platform: 'node',
  format: 'esm',
  sourcemap: 'inline',
  outfile,
  // Where the shared data are is told from the place of the source.
  define: { 'import.meta.dirname': JSON.stringify(resolve(root, 'src/test-kit')) },
  logLevel: 'error',
});
const { fuzzRun } = await import(pathToFileURL(outfile).href);
const [cases = 1_000_000, seed = Math.floor(Date.now() / 3_600_000), first = 0] = process.argv.slice(2).map(Number);
process.exitCode = fuzzRun({ cases, seed, first }, console.log) ? 0 : 1;
