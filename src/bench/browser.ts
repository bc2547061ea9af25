import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import type { PreviewServer } from 'vite';
import { messageOf } from '../base/index.ts';

/** The built page in a real browser. Both come from development dependencies, loaded only when a suite measures the page. */
export interface PageBench {
  readonly address: string;
  /** Paths the server was asked for, service workers' requests among them. */
  readonly requested: readonly string[];
  visit(): Promise<Visit>;
  /**
   * A visit with a file in the hand: the page fetches it from this server as it starts to load, and drops it on itself as soon as
   * it takes files. What a viewer does that is given the address of a model.
   */
  visitWith(file: string): Promise<Visit>;
  close(): Promise<void>;
}

/** With an empty cache and empty storage; `close` its context afterwards. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Paths that the page and its workers asked for, without those of a service worker. */
  readonly requested: readonly string[];
  /** When each of them was asked for first, milliseconds since 1970. */
  readonly askedAt: ReadonlyMap<string, number>;
}

/** Where the built page lies. */
export const BUILT_PAGE = resolve('dist/page');
const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Serves `dist/page` and starts Chromium (`CHROME_PATH`, an installed one, or Playwright's). A text says why it cannot. */
export async function openPageBench(): Promise<PageBench | string> {
  if (!existsSync(resolve(BUILT_PAGE, 'index.html')))
    return 'the page is not built (npm run build), so nothing was measured in it';
  let server: PreviewServer | undefined;
  try {
    const requested: string[] = [];
    const handed: Handed = {};
    server = await serve(requested, handed);
    const address = server.resolvedUrls?.local[0] ?? '';
    const browser = await launch();
    const started = server;
    return {
      address,
      requested,
      visit: () => visit(browser, address),
      visitWith: (file) => {
        handed.file = file;
        return visit(browser, address, HANDED);
      },
      close: async () => {
        await browser.close();
        await started.close();
      },
    };
  } catch (thrown) {
    await server?.close();
    return `no browser to measure the page in: ${messageOf(thrown)}`;
  }
}

/** Address of the file that `visitWith` gives the page. */
const HANDED = '/handed.onnx';

interface Handed {
  file?: string;
}

async function serve(requested: string[], handed: Handed): Promise<PreviewServer> {
  const { preview } = await import('vite');
  return preview({
    configFile: false,
    base: './',
    build: { outDir: BUILT_PAGE },
    logLevel: 'silent',
    preview: { host: '127.0.0.1', port: 4300 },
    plugins: [
      {
        name: 'count-requests',
        configurePreviewServer({ middlewares }) {
          middlewares.use((request, reply, next) => {
            const { pathname } = new URL(request.url ?? '/', 'http://page');
            requested.push(pathname);
            if (pathname === HANDED && handed.file) createReadStream(handed.file).pipe(reply);
            else next();
          });
        },
      },
    ],
  });
}

/** Chromium (`CHROME_PATH`, an installed one, or Playwright's), with further switches. */
export async function launch(switches: readonly string[] = []): Promise<Browser> {
  const { chromium } = await import('@playwright/test');
  const executablePath = process.env.CHROME_PATH ?? INSTALLED.find((path) => existsSync(path));
  const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', ...switches];
  return chromium.launch({ args, ...(executablePath === undefined ? {} : { executablePath }) });
}

async function visit(browser: Browser, address: string, handed?: string): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const requested: string[] = [];
  const askedAt = new Map<string, number>();
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    requested.push(path);
    if (!askedAt.has(path)) askedAt.set(path, Date.now());
  });
  if (handed !== undefined) await page.addInitScript(dropWhenListening, handed);
  await page.goto(address, { waitUntil: handed === undefined ? 'networkidle' : 'commit' });
  return { page, context, requested, askedAt };
}

/** In the page, before its own code: fetches a file and drops it once the page has set its mark 'listening'. */
function dropWhenListening(path: string): void {
  const name = path.slice(1);
  const file = fetch(path).then(async (reply) => new File([await reply.blob()], name));
  const drop = async (): Promise<void> => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(await file);
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  };
  const observer = new PerformanceObserver((marks) => {
    if (!marks.getEntriesByName('listening')[0]) return;
    observer.disconnect();
    // The next frame: what listens for drops is mounted by then.
    requestAnimationFrame(() => void drop());
  });
  observer.observe({ type: 'mark', buffered: true });
}

/**
 * Drops files on the page as a user does; returns once the page has the event. `performance.now()` of the drop is in
 * `window.droppedAt`.
 */
export async function dropFiles(page: Page, files: Parameters<Page['setInputFiles']>[1]): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'bench-files';
    input.multiple = true;
    input.hidden = true;
    document.body.append(input);
  });
  await page.setInputFiles('#bench-files', files);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#bench-files');
    const dataTransfer = new DataTransfer();
    for (const file of input?.files ?? []) dataTransfer.items.add(file);
    input?.remove();
    Object.assign(window, { droppedAt: performance.now() });
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
}
