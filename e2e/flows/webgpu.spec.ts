import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { findings } from '../fixtures/axe.ts';

const PAGE = './src/bench/gpu.html';
const required = process.env.REQUIRE_TOOLS === '1';

/** The page of comparisons, once it has looked for an adapter. Without one the test cannot run: a failure where tools are required. */
async function openPage(page: Page): Promise<void> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(PAGE);
  const adapter = page.locator('#adapter');
  await expect(adapter).not.toHaveText('looking …');
  const words = (await adapter.textContent()) ?? '';
  const missing = words.includes('WebGPU cannot be used here');
  test.skip(missing && !required, `this browser has no WebGPU adapter: ${words}`);
  expect(missing, words).toBe(false);
  expect(errors).toEqual([]);
}

test('WebGPU agrees with the reference: operators, networks, training steps, and what may go wrong', async ({
  page,
}) => {
  test.setTimeout(600_000);
  await openPage(page);
  await page.getByRole('button', { name: 'Compare results' }).click();
  const state = page.locator('#check-state');
  await expect(state).toHaveText(/^\d+ of \d+ agree$/, { timeout: 570_000 });
  const rows = page.getByRole('table', { name: 'Comparisons' }).locator('tbody tr');
  const faults = await rows.filter({ hasNot: page.getByRole('cell', { name: 'agrees', exact: true }) }).allInnerTexts();
  expect(faults).toEqual([]);
  expect(await rows.count()).toBeGreaterThan(150);
  for (const name of [/^ResNet-8.*, six training steps/, /^A device that is lost/, /^A layer without a kernel/])
    await expect(rows.filter({ hasText: name })).toHaveCount(1);
});

test('a software adapter is refused with words, and the figures are saved in the form of the project’s own', async ({
  page,
}) => {
  await openPage(page);
  await expect(page.locator('#adapter')).toContainText('a program on the processor');
  for (const name of ['ResNet-8', 'Depthwise network', 'Auto-encoder', '32', '128'])
    await page.getByRole('checkbox', { name, exact: true }).uncheck();
  await page.getByRole('button', { name: 'Measure' }).click();
  const state = page.locator('#measure-state');
  await expect(state).toContainText('Done, 2 measured.', { timeout: 60_000 });
  await expect(state).toContainText('WebGPU is not used: google swiftshader is no graphics processor');
  const rows = page.getByRole('table', { name: /Samples per second/ }).locator('tbody tr');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('WebAssembly');
  expect(await findings(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as file' }).click();
  const record = JSON.parse(readFileSync(await (await download).path(), 'utf8'));
  expect(record).toMatchObject({ suite: 'gpu', results: [], machine: expect.stringContaining('swiftshader') });
  expect(record.notes).toHaveLength(2);
});

test('a comparison can be stopped', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'Compare results' }).click();
  await expect(page.locator('#check-state')).toHaveText(/compared/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.locator('#check-state')).toHaveText(/^Stopped\./);
  await expect(page.getByRole('button', { name: 'Compare results' })).toBeEnabled();
});
