import { test } from '@playwright/test';
import { AppPage } from '../app-page.ts';

/** Pictures of every place for people to look at, in test-results/screens. Nothing is compared. */
const sizes = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
  { name: '390', width: 390, height: 844 },
] as const;

for (const { name, width, height } of sizes) {
  for (const theme of ['light', 'dark'] as const) {
    test(`places at ${name} px, ${theme}`, async ({ browser }) => {
      test.slow();
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        hasTouch: width < 600,
      });
      const app = await AppPage.open(context);
      let count = 0;
      const shoot = async (what: string): Promise<void> => {
        count++;
        // What moves ends first.
        await app.page.waitForTimeout(350);
        const file = `${String(count).padStart(2, '0')}-${what}-${name}-${theme}.png`;
        await app.page.screenshot({ path: `test-results/screens/${file}` });
      };
      await app.page.getByRole('heading', { name: /^Example: / }).waitFor();
      await shoot('start');
      await app.openSample(/Figures residual CNN/);
      await shoot('model');
      if (width >= 900) {
        await app.layerRow('block1a').click();
        await shoot('model-layer');
      }
      await app.goTo('Targets');
      await shoot('targets');
      await app.goTo('Compress');
      await shoot('compress');
      await app.page.getByRole('button', { name: 'Quantize and check' }).click();
      await app.page.getByRole('button', { name: /^Jobs/ }).waitFor();
      await shoot('compress-checked');
      const main = app.main('Compress');
      await main.getByRole('radio', { name: 'Train' }).click();
      await main.getByRole('button', { name: /^Sweep/ }).click();
      await main.getByText('10 of 10 rates').waitFor({ state: 'attached' });
      await main.getByRole('button', { name: /^Train(,|$)/ }).click();
      await main.getByText(/^Epoch [1-9]/).waitFor();
      await shoot('train');
      await main.getByText(/^done in/).waitFor();
      await main.getByRole('radio', { name: 'Quantize' }).click();
      await app.goTo('Explore');
      await shoot('explore-one-point');
      await app.main('Explore').getByRole('button', { name: 'Explore trade-offs' }).first().click();
      await app.page.waitForTimeout(2500);
      await shoot('explore-running');
      await app.bar().getByRole('button', { name: /^Jobs/ }).waitFor({ timeout: 60_000 });
      if (width >= 900) {
        const rows = app.points().locator('tr[data-row]');
        await rows.nth(3).click();
        await rows.nth(12).click({ modifiers: ['Shift'] });
      } else {
        const box = await app.plot().boundingBox();
        if (box) await app.page.mouse.click(box.x + box.width * 0.3, box.y + box.height * 0.4);
      }
      await shoot('explore-compare');
      await app.goTo('Deploy');
      await app.page.getByRole('button', { name: /^Download figures_c\.zip/ }).waitFor();
      await shoot('deploy');
      await app.page.keyboard.press('Control+k');
      await shoot('palette');
      await app.page.keyboard.press('Escape');
      await app.drop([
        { name: 'empty.onnx', bytes: new Uint8Array() },
        { name: 'cat.onnx', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10) },
      ]);
      await app.page.getByRole('region', { name: 'empty.onnx' }).waitFor();
      await shoot('problem');
      await context.close();
    });
  }
}
