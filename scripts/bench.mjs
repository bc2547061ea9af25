// Benchmarks: `npm run bench -- [SUITE …]`. Builds first, then runs the command line's `bench`, which writes public/bench/*.json,
// and the README's table from those.
import { ensureChromium, ensureDependencies, run } from './setup.mjs';

ensureDependencies();
run(process.execPath, ['scripts/build.mjs']);
const chromium = ensureChromium();
if (chromium) process.env.CHROME_PATH = chromium;
run(process.execPath, ['dist/cli/main.js', 'bench', ...process.argv.slice(2)]);
run(process.execPath, ['scripts/readme-figures.mjs']);
