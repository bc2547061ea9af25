import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';

test('named dimensions get sizes from the user, and the costs follow', async ({ context }) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const app = await AppPage.open(context);
  await app.drop([sharedFile('onnx-models/yunet_n_dynamic.onnx')]);
  const sizes = app.page.getByRole('region', { name: 'Sizes of named dimensions' });
  await expect(sizes).toContainText('Set sizes to see costs');
  const verdict = app.page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toContainText(/MACs\s*unknown/);
  await sizes.getByLabel('height').fill('16x');
  await expect(sizes).toContainText('a whole number');
  await sizes.getByLabel('height').fill('160');
  await sizes.getByLabel('width').fill('192');
  await sizes.getByRole('button', { name: 'Set sizes' }).click();
  await expect(verdict).toContainText(/MACs\s*40\.7\s*M/);
  await app.inputsAreThere();
  await expect(app.page.getByRole('button', { name: 'Explore trade-offs' })).not.toHaveAttribute(
    'aria-disabled',
    'true',
  );
  expect(app.errors).toEqual([]);
});
