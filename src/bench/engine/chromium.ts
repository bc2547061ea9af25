import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { messageOf } from '../../base/index.ts';
import { launch } from '../browser.ts';
import type { BenchFigure, BenchHost } from '../suite.ts';
import { PEERS } from './peer-folder.ts';

const ORT = resolve('node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm');
const TENSORFLOW = resolve(PEERS, '@tensorflow/tfjs/dist/tf.min.js');
/** A whole run with its slow peers. */
const PATIENCE_MILLISECONDS = 20 * 60_000;

/** The same measures in Chromium, in a page of their own; a note says why there are none. */
export async function chromiumFigures(host: BenchHost, kernels: Uint8Array): Promise<readonly BenchFigure[]> {
  let server: Server | undefined;
  try {
    server = await serve(host, kernels, await bundle());
    const browser = await launch(['--enable-unsafe-swiftshader']);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MILLISECONDS);
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      const place = `Chromium ${browser.version().split('.')[0]}`;
      const { figures, notes } = await page.evaluate((name) => globalThis.measureEngines(name), place);
      for (const note of notes) host.note(`${place}: ${note}`);
      return figures as readonly BenchFigure[];
    } finally {
      await browser.close();
    }
  } catch (thrown) {
    host.note(`engine: not measured in Chromium: ${messageOf(thrown)}`);
    return [];
  } finally {
    server?.close();
  }
}

/** The page's script: built here, because the page of the product holds no benchmarks. */
async function bundle(): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: ['src/bench/engine/page.ts'],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
    external: ['node:*'],
    loader: { '.c': 'text', '.h': 'text', '.md': 'text', '.wgsl': 'text' },
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error('the script of the page could not be built');
  return file.contents;
}

function serve(host: BenchHost, kernels: Uint8Array, script: Uint8Array): Promise<Server> {
  const files = new Map<string, () => Uint8Array | string | undefined>([
    ['/', () => '<!doctype html><title>engines</title><script type="module" src="engine.js"></script>'],
    ['/engine.js', () => script],
    ['/kernels.wasm', () => kernels],
    ['/ort.wasm', () => readFileSync(ORT)],
    ['/tf.js', () => (existsSync(TENSORFLOW) ? readFileSync(TENSORFLOW) : undefined)],
  ]);
  const types: Readonly<Record<string, string>> = { js: 'text/javascript', wasm: 'application/wasm', '/': 'text/html' };
  const server = createServer((request, reply) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] as string);
    const data = path.startsWith('/data/') ? host.data(path.slice('/data/'.length)) : undefined;
    const content = data === undefined ? files.get(path)?.() : readFileSync(data);
    const type = path === '/' ? types['/'] : types[path.split('.').at(-1) as string];
    reply.writeHead(content === undefined ? 404 : 200, { 'content-type': type ?? 'application/octet-stream' });
    reply.end(content);
  });
  return new Promise((done) => server.listen(0, 'localhost', () => done(server)));
}
