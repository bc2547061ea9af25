// Compiles assembly/index.ts to build/kernels/kernels.wasm. `node workers/kernels/build.mjs`, or buildKernels() from a script.
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;
const sources = join(here, 'assembly');
export const kernelsFile = resolve(here, '../../build/kernels/kernels.wasm');

const options = [
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--initialMemory',
  '2',
];

const changed = async (file) => (await stat(file)).mtimeMs;

/** Whether the compiled file is newer than every source and this script. */
async function isCurrent() {
  const files = (await readdir(sources)).map((name) => join(sources, name));
  const newest = Math.max(...(await Promise.all([...files, import.meta.filename].map(changed))));
  return (await changed(kernelsFile).catch(() => 0)) > newest;
}

/**
 * Compiles where sources are newer than the result, and returns the path of the .wasm file. Throws with the compiler's
 * messages. Several may build at once: the file is put in place whole.
 */
export async function buildKernels() {
  if (await isCurrent()) return kernelsFile;
  const asc = await import('assemblyscript/asc');
  const out = {};
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...options], {
    readFile: (name, base) => readFile(resolve(base === '.' ? sources : base, name), 'utf8').catch(() => null),
    writeFile: (name, contents) => {
      out[name] = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`The kernels do not compile:\n${stderr.toString()}`, { cause: error });
  await mkdir(dirname(kernelsFile), { recursive: true });
  const temporary = `${kernelsFile}.${process.pid}.${Math.round(performance.now())}`;
  await writeFile(temporary, out['kernels.wasm']);
  await rename(temporary, kernelsFile);
  return kernelsFile;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const file = await buildKernels();
  console.log(`${file}: ${(await stat(file)).size} bytes, ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
