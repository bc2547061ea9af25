import { test as base, expect } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { type CountingServer, startCountingServer } from '../fixtures/counting-server.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

const test = base.extend<{ server: CountingServer }>({
  server: async ({ browserName: _ }, use) => {
    const server = await startCountingServer();
    await use(server);
    await server.close();
  },
});

/** The whole main job: sample, verdict, every place, search, comparison, package, link. */
async function mainJob(app: AppPage): Promise<void> {
  await app.openSample(/Tones DS-CNN/);
  for (const place of ['Targets', 'Compress', 'Model'] as const) await app.goTo(place);
  await app.page.getByRole('table', { name: 'Layers' }).locator('tbody tr').first().click();
  await app.startSearch(20);
  await app.searchDone(20);
  await app.points().locator('tr[data-row]').first().click();
  await app.page.getByRole('button', { name: 'Deploy A' }).click();
  await expect(app.page.getByRole('button', { name: /^Download tones_c\.zip/ })).toBeVisible();
  const download = app.page.waitForEvent('download');
  await app.page.getByRole('button', { name: /^Download tones_c\.zip/ }).click();
  await download;
  await expect(app.page.getByRole('textbox', { name: 'Share link' })).toHaveValue(/#1\./);
}

/** Waits until the page and its service worker have all they keep. */
async function settled(app: AppPage, server: CountingServer): Promise<void> {
  await app.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect(async () => {
    const before = server.requests.length;
    await app.page.waitForTimeout(700);
    expect(server.requests.length).toBe(before);
  }).toPass();
}

test('no request reaches any server after the page has loaded', async ({ context, server }) => {
  const app = await AppPage.open(context, server.address);
  await settled(app, server);
  const before = server.requests.length;
  expect(before).toBeGreaterThan(5);
  const seen: string[] = [];
  context.on('request', (request) => {
    if (/^(https?|wss?):/.test(request.url())) seen.push(request.url());
  });
  await mainJob(app);
  expect(seen).toEqual([]);
  // A cancelled search may cost its worker, which is started again from the offline copy.
  await app.goTo('Explore');
  await app.budget().fill('2000');
  await app.searchPanel().getByRole('button', { name: 'Continue', exact: true }).click();
  await app.cancelButton().click();
  await expect(app.searchPanel()).toContainText('what was found is kept');
  // The browser itself may look whether its offline copy of the page is current; nobody else asks anything.
  expect(server.requests.slice(before).filter((r) => r !== 'GET /sw.js')).toEqual([]);
  await expect(app.bar()).toContainText('0 requests, nothing sent');
});

test('without a service worker the main job needs no request either', async ({ browser, server }) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const app = await AppPage.open(context, server.address);
  await app.page.waitForLoadState('networkidle');
  const before = server.requests.length;
  await mainJob(app);
  expect(server.requests.slice(before)).toEqual([]);
  await expect(app.bar()).toContainText('0 requests, nothing sent');
  await context.close();
});

test('after one visit the page works with the server gone', async ({ context, server }) => {
  const app = await AppPage.open(context, server.address);
  await settled(app, server);
  await server.close();
  await app.page.reload();
  await app.ready();
  await mainJob(app);
  // Leaving and coming back, in a new tab.
  const again = await AppPage.open(context, server.address);
  await again.openSample(/Figures residual CNN/);
});

test('the policy of the page lets no script in and no connection out', async ({ context }) => {
  const app = await AppPage.open(context);
  const policy = await app.page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toContain('unsafe-inline');
  expect(policy).not.toContain("'unsafe-eval'");
  const tried = await app.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const reach = (what: () => Promise<unknown>) =>
      what().then(
        () => 'allowed',
        () => 'refused',
      );
    const image = new Image();
    const pictured = new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    image.src = 'http://127.0.0.1:9/spy.png';
    return {
      inline: 'injected' in window,
      fetch: await reach(() => fetch('http://127.0.0.1:9/')),
      socket: await reach(
        () =>
          new Promise((resolve, reject) => {
            const socket = new WebSocket('ws://127.0.0.1:9/');
            socket.onopen = resolve;
            socket.onerror = reject;
          }),
      ),
      image: await reach(() => pictured),
    };
  });
  expect(tried).toMatchObject({ inline: false, fetch: 'refused', socket: 'refused', image: 'refused' });
  expect(app.errors.filter((e) => /Content Security Policy/.test(e)).length).toBeGreaterThanOrEqual(4);
});

test('names in a model are shown as text, never run', async ({ context }) => {
  const app = await AppPage.open(context);
  const name = '<img src=x onerror="window.injected=1">.onnx';
  await app.drop([tinyClassifier(name)]);
  await app.verdict();
  await app.goTo('Start');
  await app.drop([{ name: '<script>window.injected=1</script>.onnx', bytes: new Uint8Array() }]);
  await expect(app.main('Start')).toContainText('<script>window.injected=1</script>.onnx');
  expect(await app.page.evaluate(() => 'injected' in window)).toBe(false);
  expect(app.errors).toEqual([]);
});
