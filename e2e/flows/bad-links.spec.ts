import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

/** A link to an exploration of the tiny classifier with a few points. */
async function linkOf(app: AppPage): Promise<string> {
  await app.drop([tinyClassifier()]);
  await app.verdict();
  await app.inputsAreThere();
  await app.startSearch(10);
  await app.searchDone(10);
  await app.bar().getByRole('button', { name: 'Share' }).click();
  const field = app.page.getByRole('dialog', { name: 'Share' }).getByRole('textbox', { name: 'Share link' });
  await expect(field).toHaveValue(/#1\./);
  const link = await field.inputValue();
  await app.page.keyboard.press('Escape');
  return link;
}

const damages = [
  {
    what: 'cut in half',
    damage: (hash: string) => hash.slice(0, hash.length / 2),
    says: /The link was cut off: \d+ of \d+ characters arrived/,
    remedy: /Copy the whole link again/,
  },
  {
    what: 'damaged',
    damage: (hash: string) => {
      const at = Math.floor(hash.length * 0.7);
      return hash.slice(0, at) + (hash[at] === 'A' ? 'B' : 'A') + hash.slice(at + 1);
    },
    says: /The link is damaged/,
    remedy: /Copy the whole link again/,
  },
  {
    what: 'of a newer version',
    damage: (hash: string) => hash.replace(/^1\./, '7.'),
    says: /The link is of version 7; this program knows versions up to 1/,
    remedy: /newer version of Paretoscope/,
  },
  {
    what: 'of something else',
    damage: () => 'section-2',
    says: /not a link to an exploration/,
    remedy: /Paste the whole address/,
  },
] as const;

for (const { what, damage, says, remedy } of damages) {
  test(`a link that is ${what} explains itself, and what was open stays open`, async ({ context }) => {
    const app = await AppPage.open(context);
    const link = await linkOf(app);
    const ids = await app.pointIds();
    const wrong = damage(link.slice(link.indexOf('#') + 1));

    // In the dialog.
    await app.goTo('Explore');
    await app.page.keyboard.press('Control+k');
    await app.page.getByRole('combobox', { name: 'Find or run a command' }).fill('open a link');
    await app.page.keyboard.press('Enter');
    const dialog = app.page.getByRole('dialog', { name: 'Open a link' });
    await dialog.getByRole('textbox', { name: 'Link' }).fill(wrong);
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(dialog).toContainText(says);
    await expect(dialog).toContainText(remedy);
    await dialog.getByRole('button', { name: 'Keep what is open' }).click();
    await expect.poll(() => app.pointIds()).toEqual(ids);

    // In the address, while something is open.
    await app.page.evaluate((hash) => {
      window.location.hash = hash;
    }, wrong);
    const problem = app.page.getByRole('alert', { name: 'Problems' });
    await expect(problem).toContainText(says);
    await expect(app.remedy(problem)).toContainText(remedy);
    await problem.getByRole('button', { name: 'Dismiss' }).click();
    await expect(app.bar()).toContainText('tiny.onnx');
    await expect.poll(() => app.pointIds()).toEqual(ids);
    expect(app.errors).toEqual([]);
  });
}

test('a damaged link in the address of a fresh page explains itself, and the page can be used', async ({ context }) => {
  const app = await AppPage.open(context, './#1.i4.broken');
  const problem = app.page.getByRole('alert', { name: 'Problems' });
  await expect(problem).toContainText(/link/);
  await expect(app.remedy(problem)).toBeVisible();
  await app.drop([tinyClassifier()]);
  await app.verdict();
});

test('a link shows its points without the model, and asks for the file to go on', async ({ context, browser }) => {
  const app = await AppPage.open(context);
  const link = await linkOf(app);
  const ids = await app.pointIds();
  const elsewhere = await browser.newContext();
  const reader = await AppPage.open(elsewhere, link);
  await expect(reader.main('Explore')).toBeVisible();
  await expect.poll(() => reader.pointIds()).toEqual(ids);
  await expect(reader.bar()).toContainText('from a link; the file is not here');
  await reader.goTo('Deploy');
  await expect(reader.main('Deploy')).toContainText('A link holds no weights');
  // Another model is not taken for the one that is wanted; the right one goes on with the points.
  await reader.drop([tinyClassifier()]);
  await expect(reader.bar()).toContainText('tiny.onnx');
  await expect(reader.main('Explore')).toBeVisible();
  await expect.poll(() => reader.pointIds()).toEqual(ids);
  expect(reader.errors).toEqual([]);
  await elsewhere.close();
});
