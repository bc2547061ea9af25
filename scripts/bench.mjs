// Benchmarks: `npm run bench -- [SUITE …]`. Builds first, then runs the command line's `bench`, which writes public/bench/*.json,
// and the README's table from those.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureChromium, ensureDependencies, root, run } from './setup.mjs';

/** Libraries that are measured against and are no dependencies of the project: in a folder of their own. */
function installPeers() {
  const folder = resolve(root, 'build/bench-peers');
  if (existsSync(resolve(folder, 'node_modules/@tensorflow/tfjs'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, 'package.json'), JSON.stringify({ private: true }));
  run('npm', ['install', '--no-audit', '--no-fund', '@tensorflow/tfjs@4.22.0'], { cwd: folder });
}

ensureDependencies();
run(process.execPath, ['scripts/build.mjs']);
const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('engine')) installPeers();
const chromium = ensureChromium();
if (chromium) process.env.CHROME_PATH = chromium;
run(process.execPath, ['dist/cli/main.js', 'bench', ...process.argv.slice(2)]);
run(process.execPath, ['scripts/readme-figures.mjs']);
