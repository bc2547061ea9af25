import { execSync } from 'node:child_process';
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

// Relative base: the built page works under any path, and from a static host without special headers.
export default defineConfig({
  base: './',
  plugins: [react(), developmentPolicy, offline()],
  worker: { format: 'es' },
  build: { target: 'esnext', outDir: 'dist/page', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // A module that does not compile yet is reported in the console; the page below it stays usable.
  server: { hmr: { overlay: false } },
  define: { __COMMIT__: JSON.stringify(commit()) },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
