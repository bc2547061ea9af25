// Benchmarks: `npm run bench -- [SUITE …]`. Builds first, then runs the command line's `bench`, which writes public/bench/*.json.
import { ensureDependencies, run } from './setup.mjs';

ensureDependencies();
run(process.execPath, ['scripts/build.mjs']);
run(process.execPath, ['dist/cli/main.js', 'bench', ...process.argv.slice(2)]);
