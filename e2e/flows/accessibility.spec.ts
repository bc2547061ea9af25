import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly rule: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

/** Serious and critical findings of axe in what is shown now. */
async function findings(page: Page): Promise<readonly Finding[]> {
  // Fades end first: half-way colours are no finding.
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => undefined))));
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Result {
      readonly violations: readonly {
        readonly id: string;
        readonly impact: string | null;
        readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
      }[];
    }
    const { axe: run } = window as unknown as { axe: { run(options: object): Promise<Result> } };
    const { violations } = await run.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        rule: id,
        impact: impact ?? '',
        nodes: nodes.slice(0, 5).map((n) => `${n.target.join(' ')}: ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
      }));
  });
}

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any place, ${theme}`, async ({ browser }) => {
    test.slow();
    const context = await browser.newContext({ colorScheme: theme });
    const app = await AppPage.open(context);
    const check = async (what: string): Promise<void> => {
      await test.step(what, async () => expect.soft(await findings(app.page), what).toEqual([]));
    };
    await check('Start');
    await app.openSample(/Shapes residual CNN/);
    await app.layerRow('block1a').click();
    await check('Model');
    await app.goTo('Targets');
    await check('Targets');
    await app.goTo('Compress');
    await app.page.getByRole('button', { name: 'Quantize and check' }).click();
    await expect(app.main('Compress')).toContainText(/→ \d+\.\d/);
    await check('Compress');
    await app.goTo('Explore');
    await check('Explore, with one point');
    await app.startSearch(40);
    await app.searchDone(40);
    await app.points().locator('tr[data-row]').nth(1).click();
    await app
      .points()
      .locator('tr[data-row]')
      .nth(5)
      .click({ modifiers: ['Shift'] });
    await check('Explore');
    await app.page.getByRole('button', { name: 'Deploy B' }).click();
    await expect(app.page.getByRole('button', { name: /^Download shapes_c\.zip/ })).toBeVisible();
    await check('Deploy');
    await app.page.keyboard.press('Control+k');
    await check('the palette');
    await app.page.keyboard.press('Escape');
    await app.page.getByRole('button', { name: /^Jobs/ }).click();
    await check('the list of jobs');
    await app.page.keyboard.press('Escape');
    await app.drop([{ name: 'empty.onnx', bytes: new Uint8Array() }]);
    await expect(app.page.getByRole('region', { name: 'empty.onnx' })).toBeVisible();
    await check('a file that could not be opened');
    await context.close();
  });
}

test('axe finds nothing serious on a phone', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const app = await AppPage.open(context);
  expect.soft(await findings(app.page), 'Start').toEqual([]);
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.inputsAreThere();
  expect.soft(await findings(app.page), 'Model').toEqual([]);
  for (const place of ['Targets', 'Compress', 'Explore', 'Deploy'] as const) {
    await app.goTo(place);
    if (place === 'Deploy') await expect(app.page.getByRole('button', { name: /^Download tiny_c\.zip/ })).toBeVisible();
    expect.soft(await findings(app.page), place).toEqual([]);
  }
  await context.close();
});
