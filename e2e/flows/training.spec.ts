import { expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { findings } from '../fixtures/axe.ts';
import { mainThreadTasks } from '../fixtures/main-thread.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';
import { tinyAutoEncoder } from '../fixtures/tiny-models.ts';
import { TrainingPage } from '../training-page.ts';

const SAMPLE = /Figures residual CNN/;

test('a network is trained while its curves grow, waits and goes on when asked, and what it made is opened and undone', async ({
  context,
}) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('60');
  await training.trainButton().click();

  await expect(training.live()).toContainText(/samples\/s/);
  await expect(training.live()).toContainText(/left/);
  await expect.poll(() => training.epoch()).toBeGreaterThan(1);
  // Key P, while no field is typed in.
  await training.live().focus();
  await app.page.keyboard.press('p');
  await expect(training.live()).toContainText('paused');
  await app.page.waitForTimeout(400);
  const held = await training.epoch();
  await app.page.waitForTimeout(700);
  expect(await training.epoch()).toBe(held);
  // A paused run is kept where it is.
  await expect(training.live()).toContainText(/checkpoint: epoch \d/);
  await training.live().getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => training.epoch()).toBeGreaterThan(held);

  await training
    .live()
    .getByRole('button', { name: /^Stop, keep epoch \d+/ })
    .click();
  await expect(training.run(1)).toContainText(/stopped, epoch \d+ kept/);
  await expect(training.live()).toContainText('stopped');
  const loss = await training.table('Loss');
  expect(loss.length).toBeGreaterThan(4);
  const accuracy = await training.table('Accuracy');
  expect(accuracy[0]?.slice(0, 2)).toEqual(['run 1', '0']);
  for (const [, , value, low, high] of accuracy) {
    expect(Number(low)).toBeLessThanOrEqual(Number(value));
    expect(Number(high)).toBeGreaterThanOrEqual(Number(value));
  }

  const download = app.page.waitForEvent('download');
  await training.action(/^Download ONNX/).click();
  const fileName = (await download).suggestedFilename();
  expect(fileName).toMatch(/\.onnx$/);
  const before = (await app.bar().textContent()) ?? '';
  await training.action('Use this network').click();
  await expect(app.bar()).toContainText(fileName);
  expect((await app.bar().textContent()) ?? '').not.toContain(/figures\.onnx([0-9a-f]{8})/.exec(before)?.[1]);
  await expect(app.page.getByRole('status').filter({ hasText: /of run 1 is open/ })).toBeVisible();
  await expect(app.main('Compress')).toBeVisible();
  await expect(training.run(1)).toContainText('stopped');
  await app.page.getByRole('button', { name: /^Undo/ }).first().click();
  await expect(app.bar()).toContainText('figures.onnx');
  expect(app.errors).toEqual([]);
});

test('a run that a reload ends goes on from its checkpoint, and gives the same weights as one that was left alone', async ({
  context,
}) => {
  test.slow();
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('6');
  await training.trainButton().click();
  await expect.poll(() => training.epoch(), { intervals: [50] }).toBeGreaterThan(0.4);
  // Held, so that the machine's speed does not decide where it is.
  await training.live().getByRole('button', { name: 'Pause' }).click();
  await expect(training.live()).toContainText('paused');
  await expect(training.live()).toContainText(/checkpoint: epoch \d/);
  // The state of runs is stored within a second.
  await app.page.waitForTimeout(800);
  await app.page.reload();
  await app.ready();

  await app.inputsAreThere();
  await app.goTo('Compress');
  await expect(training.run(1)).toContainText('interrupted');
  await expect(training.live()).toContainText('interrupted');
  const resume = training.action(/^Resume from epoch \d+/);
  await expect(resume).not.toHaveAttribute('aria-disabled', 'true');
  const from = Number(/epoch (\d+(\.\d+)?)/.exec((await resume.textContent()) ?? '')?.[1]);
  expect(from).toBeGreaterThan(0);
  await resume.click();
  await expect(training.run(1)).toContainText(/done/, { timeout: 60_000 });
  const resumed = await training.weights();
  expect(resumed).toMatch(/^[0-9a-f]{8}$/);
  // Nothing of the curve is told twice.
  const epochs = (await training.table('Accuracy')).map(([, epoch]) => Number(epoch));
  expect(epochs).toEqual(Array.from({ length: 7 }, (_, i) => i));

  await training.action('Take its recipe').click();
  await training.trainButton().click();
  await expect(training.run(2)).toContainText(/done/, { timeout: 60_000 });
  await training.run(2).click();
  await expect.poll(() => training.weights()).toBe(resumed);
  expect(app.errors).toEqual([]);
});

test('the list of jobs pauses a training, and two trainings are both shown', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('200');
  await training.trainButton().click();
  await expect.poll(() => training.epoch()).toBeGreaterThan(0.5);
  await training.field('Learning rate').fill('0.0001');
  await training.trainButton().click();
  await expect(training.live()).toContainText(/Run 1, epoch/);
  await expect(training.live()).toContainText(/Run 2, epoch/);
  await app.page.getByRole('button', { name: /^2 jobs/ }).click();
  const jobs = app.page.getByRole('dialog', { name: 'Jobs' });
  await jobs.getByRole('button', { name: 'Pause Training, run 1' }).click();
  await expect(jobs).toContainText('1 running, 1 paused');
  await jobs.getByRole('button', { name: 'Resume Training, run 1' }).click();
  await expect(jobs).toContainText('2 running');
  await jobs
    .getByRole('button', { name: /^Stop, keep/ })
    .first()
    .click();
  await expect(jobs).toContainText('1 running');
  await jobs
    .getByRole('button', { name: /^Stop, keep/ })
    .first()
    .click();
  await expect(jobs).toContainText('0 running');
  await app.page.keyboard.press('Escape');
  await training.run(1).click();
  await training.run(2).click({ modifiers: ['Shift'] });
  await expect.poll(async () => new Set((await training.table('Loss')).map(([run]) => run)).size).toBe(2);
  await expect(training.run(1)).toContainText('rate 3e−5');
  await expect(training.run(2)).toContainText('rate 1e−4');
  await training.action('Remove run 2').click();
  await expect(training.runs().locator('tr[data-row]')).toHaveCount(1);
  await app.page.getByRole('button', { name: /^Undo/ }).first().click();
  await expect(training.runs().locator('tr[data-row]')).toHaveCount(2);
  expect(app.errors).toEqual([]);
});

test('the sweep shows where rates diverge, and a press takes one', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  const sweep = app.page.getByRole('region', { name: 'Learning-rate sweep' });
  await sweep.getByRole('button', { name: /^Sweep/ }).click();
  await expect(sweep).toContainText('10 of 10 rates', { timeout: 60_000 });
  await expect(sweep.getByRole('button', { name: /^Sweep/ })).toBeVisible();
  expect(await training.table('Learning-rate sweep')).toHaveLength(10);
  await sweep.getByRole('button', { name: /^Rate 1e−3/ }).click();
  await expect(training.field('Learning rate')).toHaveValue('0.001');
  await app.page.getByRole('button', { name: /^Undo/ }).first().click();
  await expect(training.field('Learning rate')).toHaveValue('3e-5');
  expect(app.errors).toEqual([]);
});

test('wrong fields say what they may be, and training waits until they are right', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Batch').fill('7.5');
  await expect(training.field('Batch')).toHaveAttribute('aria-invalid', 'true');
  await expect(training.form()).toContainText('a whole number, 1 to 2000');
  await expect(training.trainButton()).toHaveAttribute('aria-disabled', 'true');
  await training.field('Batch').fill('32');
  await expect(training.trainButton()).not.toHaveAttribute('aria-disabled', 'true');
  expect(app.errors).toEqual([]);
});

test('a run that diverges says where, and its remedy is one press away', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyAutoEncoder()]);
  await app.verdict();
  await app.inputsAreThere();
  const training = await TrainingPage.show(app);
  await training.form().getByRole('combobox', { name: 'Loss' }).selectOption('mean squared error');
  await training.form().getByRole('combobox', { name: 'Method' }).selectOption('SGD');
  await training.field('Learning rate').fill('10');
  await training.field('Clip norm at').fill('0');
  await training.field('Epochs').fill('60');
  await training.trainButton().click();
  await expect(training.live()).toContainText('train/diverged', { timeout: 60_000 });
  await expect(training.run(1)).toContainText('failed');
  await expect(app.remedy(training.live())).toContainText('lower learning rate');
  await training
    .live()
    .getByRole('button', { name: /^Set the rate to/ })
    .click();
  await expect(training.field('Learning rate')).toHaveValue('1');
  expect(app.errors).toEqual([]);
});

test('the keyboard alone trains, and nothing is in the way of a screen reader', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  await app.page.keyboard.press('4');
  await expect(app.main('Compress')).toBeVisible();
  const quantize = app.main('Compress').getByRole('radio', { name: 'Quantize' });
  await quantize.focus();
  await app.page.keyboard.press('ArrowRight');
  const training = new TrainingPage(app);
  await expect(training.trainButton()).not.toHaveAttribute('aria-disabled', 'true');
  await training.field('Epochs').focus();
  await app.page.keyboard.press('Control+a');
  await app.page.keyboard.type('40');
  await training.trainButton().focus();
  await app.page.keyboard.press('Enter');
  await expect.poll(() => training.epoch()).toBeGreaterThan(0.5);
  expect(await findings(app.page)).toEqual([]);
  await app.page.keyboard.press('p');
  await expect(training.live()).toContainText('paused');
  await app.page.keyboard.press('p');
  await training.live().getByRole('button', { name: /^Stop/ }).focus();
  await app.page.keyboard.press('Enter');
  await expect(training.run(1)).toContainText('stopped');
  await training.run(1).focus();
  await app.page.keyboard.press('Enter');
  await expect(training.run(1)).toHaveAttribute('aria-selected', 'true');
  expect(await findings(app.page)).toEqual([]);
  expect(app.errors).toEqual([]);
});

test('without labels it says what is needed, and an auto-encoder needs none', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.drop([tinyAutoEncoder()]);
  await app.verdict();
  await app.inputsAreThere();
  const training = await TrainingPage.show(app);
  await training.form().getByRole('combobox', { name: 'Loss' }).selectOption('cross-entropy');
  await expect(training.trainButton()).toHaveAttribute('aria-disabled', 'true');
  await expect(training.form()).toContainText('have no labels');
  await training.form().getByRole('button', { name: 'Train as an auto-encoder' }).click();
  await training.field('Epochs').fill('3');
  await training.field('Learning rate').fill('0.001');
  await training.trainButton().click();
  await expect(training.run(1)).toContainText(/done/, { timeout: 60_000 });
  const losses = (await training.table('Loss')).map(([, , , validation]) => Number(validation)).filter((x) => x > 0);
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  expect(app.errors).toEqual([]);
});

test('another tab leaves a run to the tab that works on it', async ({ context }) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('200');
  await training.trainButton().click();
  await expect(training.live()).toContainText(/checkpoint: epoch \d/);
  const other = await AppPage.open(context);
  await other.openSample(SAMPLE);
  const elsewhere = await TrainingPage.show(other);
  await expect(elsewhere.runs()).toContainText('none yet');
  await app.page.bringToFront();
  const before = await training.epoch();
  await expect.poll(() => training.epoch()).toBeGreaterThan(before);
  expect(app.errors).toEqual([]);
});

test('the page answers while a network trains, its cursor reads the curves, and nothing scrolls sideways', async ({
  browser,
  context,
}) => {
  const app = await AppPage.open(context);
  await app.openSample(SAMPLE);
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('60');
  await browser.startTracing(app.page, {
    categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'],
  });
  await training.trainButton().click();
  await expect.poll(() => training.epoch(), { timeout: 60_000 }).toBeGreaterThan(8);
  const tasks = mainThreadTasks(await browser.stopTracing());
  const over = tasks.filter((ms) => ms > 50).length;
  const words = `worst task ${tasks[0]?.toFixed(0)} ms, ${over} of ${tasks.length} over 50 ms`;
  test.info().annotations.push({ type: 'main thread', description: words });
  expect(tasks.length).toBeGreaterThan(50);
  expect(over, words).toBeLessThan(5);
  // The page itself never scrolls on a wide window: its panels do.
  const below = await app.page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
  expect(below).toBeLessThanOrEqual(0);
  const box = await app.page.getByRole('region', { name: 'Loss', exact: true }).locator('svg').last().boundingBox();
  if (!box) throw new Error('the curves are not shown');
  await app.page.mouse.move(box.x + 100, box.y + box.height / 2);
  await expect(app.page.getByRole('contentinfo')).toContainText(/hover epoch \d+\.\d: loss \d/);
  for (const width of [1024, 768, 390, 320]) {
    await app.page.setViewportSize({ width, height: 844 });
    const beyond = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(beyond, `${width} px`).toBeLessThanOrEqual(0);
  }
  // On a phone everything can be pressed: nothing lies over anything else.
  await app.page.setViewportSize({ width: 390, height: 844 });
  await training.live().getByRole('button', { name: 'Pause' }).click();
  await training
    .live()
    .getByRole('button', { name: /^Stop, keep/ })
    .click();
  await expect(training.run(1)).toContainText('stopped');
  await training.action('Take its recipe').click();
  await training.field('Seed').fill('2');
  await expect(training.trainButton()).not.toHaveAttribute('aria-disabled', 'true');
  expect(app.errors).toEqual([]);
});

test('ResNet-8 is fine-tuned for two epochs on the CIFAR-10 samples, stopped, reloaded and resumed', async ({
  context,
}) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  test.slow();
  const app = await AppPage.open(context);
  await app.drop([
    sharedFile('onnx-models/resnet8_cifar10_fp32.onnx'),
    sharedFile('eval-sets/cifar10_images_u8_350x32x32x3.bin.gz'),
    sharedFile('eval-sets/cifar10_labels_u8_350.bin'),
  ]);
  await app.verdict();
  await app.inputsAreThere();
  const training = await TrainingPage.show(app);
  await training.field('Epochs').fill('2');
  await training.trainButton().click();
  await expect(training.run(1)).toContainText(/done/, { timeout: 120_000 });
  const accuracy = await training.table('Accuracy');
  expect(accuracy.map(([, epoch]) => epoch)).toEqual(['0', '1', '2']);
  // Fine-tuning must not spoil a network that was good.
  expect(Number(accuracy.at(-1)?.[2])).toBeGreaterThan(Number(accuracy[0]?.[2]) - 10);
  const weights = await training.weights();

  await training.field('Epochs').fill('40');
  await training.trainButton().click();
  await expect(training.live()).toContainText(/checkpoint: epoch [1-9]/, { timeout: 60_000 });
  await app.page.waitForTimeout(800);
  await app.page.reload();
  await app.ready();
  await app.inputsAreThere();
  await app.goTo('Compress');
  await expect(training.run(2)).toContainText('interrupted');
  await training.run(2).click();
  const resume = training.action(/^Resume from epoch \d+/);
  await expect(resume).not.toHaveAttribute('aria-disabled', 'true');
  await resume.click();
  await expect.poll(() => training.epoch(), { timeout: 60_000 }).toBeGreaterThan(2);
  await training
    .live()
    .getByRole('button', { name: /^Stop, keep epoch \d+/ })
    .click();
  await expect(training.run(2)).toContainText('stopped');
  await training.run(1).click();
  await expect.poll(() => training.weights()).toBe(weights);
  // What training has seen judges nothing: the network is opened with the validation part.
  await training.action('Use this network').click();
  await expect(app.page.getByRole('navigation', { name: 'Places' })).toContainText(/validation, 88/);
  await expect(app.bar()).toContainText('0 requests');
  expect(app.errors).toEqual([]);
});
