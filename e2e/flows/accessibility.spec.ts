import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { findings } from '../fixtures/axe.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any place, ${theme}`, async ({ browser }) => {
    test.slow();
    const context = await browser.newContext({ colorScheme: theme });
    const app = await AppPage.open(context);
    const check = async (what: string): Promise<void> => {
      await test.step(what, async () => expect.soft(await findings(app.page), what).toEqual([]));
    };
    await check('Start');
    await app.openSample(/Figures residual CNN/);
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
    await expect(app.page.getByRole('button', { name: /^Download figures_c\.zip/ })).toBeVisible();
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
