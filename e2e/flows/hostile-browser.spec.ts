import { type BrowserContext, expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

test('where nothing more can be stored the page says so and keeps what it has', async ({ context }) => {
  const app = await AppPage.open(context);
  const session = await context.newCDPSession(app.page);
  const { origin } = new URL(app.page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.inputsAreThere();
  await app.startSearch(20);
  await app.searchDone(20);
  const problem = app.page.getByRole('alert', { name: 'Problems' });
  await expect(problem).toContainText('no room left to store this exploration');
  await expect(app.remedy(problem)).toContainText('Save it as a .paretoscope file');
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(() => app.pointIds()).toHaveLength(20);
  await app.goTo('Deploy');
  const download = app.page.waitForEvent('download');
  await app.page.getByRole('button', { name: 'Save .paretoscope' }).click();
  expect((await download).suggestedFilename()).toBe('tiny.paretoscope');
});

/** Serves the page with a policy that does not allow WebAssembly, as some companies' proxies do. */
async function blockWebAssembly(context: BrowserContext): Promise<void> {
  await context.route(
    (url) => /\/(index\.html)?$/.test(url.pathname),
    async (route) => {
      const reply = await route.fetch();
      const body = (await reply.text()).replace(" 'wasm-unsafe-eval'", '');
      await route.fulfill({ response: reply, body });
    },
  );
}

for (const [how, block] of [
  ['forbidden by a policy', blockWebAssembly],
  ['missing', (context: BrowserContext) => context.addInitScript(() => Reflect.deleteProperty(window, 'WebAssembly'))],
] as const) {
  test(`with WebAssembly ${how} the page says so and computes the same more slowly`, async ({ browser }) => {
    const context = await browser.newContext({ serviceWorkers: 'block' });
    await block(context);
    const app = await AppPage.open(context);
    const problem = app.page.getByRole('alert', { name: 'Problems' });
    await expect(problem).toContainText('WebAssembly');
    await expect(problem).toContainText('Allow WebAssembly for this address, then reload.');
    await app.drop([tinyClassifier()]);
    await app.verdict();
    await app.inputsAreThere();
    await app.startSearch(10);
    await app.searchDone(10);
    const slow = await app.pointIds();
    await context.close();

    const normal = await browser.newContext();
    const usual = await AppPage.open(normal);
    await usual.drop([tinyClassifier()]);
    await usual.verdict();
    await usual.inputsAreThere();
    await usual.startSearch(10);
    await usual.searchDone(10);
    await expect.poll(() => usual.pointIds()).toEqual(slow);
    await normal.close();
  });
}

test('without storage (a private window of some browsers) the page works', async ({ context }) => {
  await context.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const app = await AppPage.open(context);
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.inputsAreThere();
  await app.startSearch(10);
  await app.searchDone(10);
  await expect.poll(() => app.pointIds()).toHaveLength(10);
});
