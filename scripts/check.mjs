// Format, lint and types, without running anything.
import { bin, ensureDependencies, run } from './setup.mjs';

ensureDependencies();
run(bin('biome'), ['check', '--error-on-warnings', '.']);
run(bin('tsc'), ['-p', 'tsconfig.json']);
run(bin('tsc'), ['-p', 'src/tsconfig.core.json']);
run(bin('tsc'), ['-p', 'workers/tsconfig.json']);
