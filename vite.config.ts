import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './scripts/offline-plugin.mjs';

/** The development server injects styles and a refresh script into the page; only there the policy lets it. */
const developmentPolicy: Plugin = {
  name: 'development-policy',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html
      .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
      .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
      .replace("connect-src 'self'", "connect-src 'self' ws:"),
};

function commit(): string {
  try {
    return execSync('git rev-parse --short=7 HEAD', { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    // Built from an archive: the version alone has to do.
    return '';
  }
}

/** Measurements that `npm run bench` wrote, for the About view. */
function benchRecords(): unknown[] {
  const folder = resolve(import.meta.dirname, 'public/bench');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((f) => f.endsWith('.json'));
  return files.sort().map((f) => {
    const { suite, title, machine, date, results } = JSON.parse(readFileSync(resolve(folder, f), 'utf8'));
    return { suite, title, machine, date, results };
  });
}

// Relative base: the built page works under any path, and from a static host without special headers.
export default defineConfig({
  base: './',
  plugins: [react(), developmentPolicy, offline()],
  worker: { format: 'es' },
  build: {
    target: 'esnext',
    outDir: 'dist/page',
    rolldownOptions: { input: ['index.html', 'src/ui/fetch/frame.html', 'src/bench/gpu.html'] },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Places are chunks, all fetched when the page has become usable. `npm run bench -- load` watches the sizes.
    chunkSizeWarningLimit: 800,
  },
  // A module that does not compile yet is reported in the console; the page below it stays usable.
  server: { hmr: { overlay: false } },
  define: { __COMMIT__: JSON.stringify(commit()), __BENCH__: JSON.stringify(benchRecords()) },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
