// Vite plugin: emits sw.js, a service worker that keeps the built page so that it works offline after one visit.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';

/** Too large to fetch ahead of need: kept once it has been used. */
const ON_DEMAND = /ort(-wasm|\.wasm)[-.].*\.(wasm|mjs|js)$|(^|\/)gpu[-.]([^/]*\.)?(html|css|js)$|\.map$/;

const worker = (
  version,
  files,
) => `// Made by the build. Serves the page's own files from a cache of this version; never touches other addresses.
const CACHE = 'paretoscope-${version}';
const FILES = ${JSON.stringify(files)};
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const old = caches.keys().then((keys) => Promise.all(keys.filter((k) => k.startsWith('paretoscope-') && k !== CACHE).map((k) => caches.delete(k))));
  event.waitUntil(old.then(() => self.clients.claim()));
});
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});
async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: request.mode === 'navigate' });
  if (kept) return kept;
  if (request.mode === 'navigate') {
    const page = await cache.match('./index.html');
    if (page) return page;
  }
  const reply = await fetch(request);
  if (reply.ok && reply.type === 'basic') await cache.put(request, reply.clone());
  return reply;
}
`;

export function offline() {
  let publicDir = '';
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const built = Object.keys(bundle);
      const extra = readdirSync(publicDir, { recursive: true, withFileTypes: true })
        .filter((f) => f.isFile())
        .map((f) => relative(publicDir, resolve(f.parentPath ?? f.path, f.name)).replaceAll('\\\\', '/'));
      const files = [...new Set(['index.html', ...built, ...extra])].filter((f) => !ON_DEMAND.test(f)).sort();
      const hash = createHash('sha256');
      for (const [name, item] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1)))
        hash.update(name).update(item.type === 'chunk' ? item.code : item.source);
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: worker(hash.digest('hex').slice(0, 12), ['./', ...files.map((f) => `./${f}`)]),
      });
    },
  };
}
