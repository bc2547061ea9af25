import { type BrowserContext, expect, type Locator, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { branchingNetwork, functionNetwork } from '../fixtures/graph-models.ts';
import { hasSharedData, NO_SHARED_DATA, sharedFile } from '../fixtures/shared-data.ts';
import { GraphPage } from '../graph-page.ts';

interface Opened {
  readonly app: AppPage;
  readonly graph: GraphPage;
  /** The way to the graph that is shown. */
  readonly path: Locator;
}

async function open(context: BrowserContext, file: TestFile): Promise<Opened> {
  const app = await AppPage.open(context);
  await app.drop([file]);
  await app.verdict();
  const graph = new GraphPage(app.page, file.name);
  await graph.drawn();
  return { app, graph, path: app.page.getByRole('navigation', { name: 'Graphs inside nodes' }) };
}

const inspector = ({ app }: Opened, node: string): Locator => app.page.getByRole('region', { name: node, exact: true });

test('branches and loops are graphs inside nodes: shown, walked, left by the path', async ({ context }) => {
  const opened = await open(context, branchingNetwork());
  const { app, graph, path } = opened;
  await app.layerRow('choose').click();
  await expect(inspector(opened, 'choose')).toContainText(/then_branch\s*2 nodes, 64 MACs/);
  await expect(inspector(opened, 'choose')).toContainText(/else_branch\s*1 node(?!s)/);
  const show = inspector(opened, 'choose').getByRole('button', { name: 'Show graph' });
  await expect(show).toHaveCount(2);
  await show.first().click();
  await expect(path).toContainText('choose then_branch');
  // Its nodes, what it takes from around it, and its output.
  await expect.poll(() => graph.boxes()).toBeGreaterThanOrEqual(3);
  expect(await app.layerNames()).toEqual(['mix', 'mix_relu']);
  await graph.walkTo(/^mix\b/);
  await graph.page.keyboard.press('Enter');
  await expect(inspector(opened, 'mix')).toContainText('MatMul');
  await path.getByRole('button', { name: 'branching.onnx' }).click();
  await expect(path).toHaveCount(0);
  expect(await app.layerNames()).toEqual(['start', 'choose', 'end']);

  await app.layerRow('choose').click();
  await show.last().click();
  await app.layerRow('repeat').click();
  await inspector(opened, 'repeat').getByRole('button', { name: 'Show graph' }).click();
  await expect(path).toContainText(/choose else_branch.*repeat body/);
  expect(await app.layerNames()).toContain('double');
  // The counter of the loop is not used: no way leads on from it but to its side.
  await graph.walkTo(/^i\. Input/);
  await graph.walkTo(/^state\. Input/, 'ArrowRight');
  await graph.walkTo(/^double\./);
  await path.getByRole('button', { name: 'choose else_branch' }).click();
  expect(await app.layerNames()).toEqual(['repeat']);
  await app.bar().getByRole('button', { name: /^Undo/ }).click();
  await expect(path).toContainText('repeat body');
  expect(app.errors).toEqual([]);
});

test('a function of the file is a graph inside each node that calls it', async ({ context }) => {
  const opened = await open(context, functionNetwork());
  const { app, graph, path } = opened;
  await app.layerRow('swish_a').click();
  await expect(inspector(opened, 'swish_a')).toContainText('own::Swish');
  await expect(inspector(opened, 'swish_a')).toContainText('2 nodes');
  await inspector(opened, 'swish_a').getByRole('button', { name: 'Show graph' }).click();
  await expect(path).toContainText('swish_a');
  await expect.poll(() => graph.boxes()).toBeGreaterThanOrEqual(4);
  await expect(app.page.getByRole('table', { name: 'Layers' })).toContainText('Sigmoid');
  await path.getByRole('button', { name: 'function.onnx' }).click();
  expect(await app.layerNames()).toContain('swish_b');
  expect(app.errors).toEqual([]);
});

test('another file opens at its network, whatever was shown before', async ({ context }) => {
  const opened = await open(context, branchingNetwork());
  const { app, path } = opened;
  await app.layerRow('choose').click();
  await inspector(opened, 'choose').getByRole('button', { name: 'Show graph' }).first().click();
  await expect(path).toBeVisible();
  await app.drop([functionNetwork()]);
  await app.verdict();
  await expect(app.bar()).toContainText('function.onnx');
  await expect(path).toHaveCount(0);
  await new GraphPage(app.page, 'function.onnx').walkTo(/^dense\b/);
  expect(app.errors).toEqual([]);
});

test('a voice detector of branches with LSTMs shows its graphs', async ({ context }) => {
  test.skip(!hasSharedData, NO_SHARED_DATA);
  const opened = await open(context, sharedFile('onnx-models/silero_vad_16k_if_lstm.onnx'));
  const { app, graph, path } = opened;
  await graph.view('Every node of the file');
  await graph.drawn();
  const field = await graph.find('op:If');
  await field.press('Enter');
  await expect(graph.hits()).toHaveText(/^1 \/ \d+ of \d+$/);
  const selected = await app.page
    .getByRole('contentinfo')
    .getByText(/^selected /)
    .innerText();
  const node = selected.replace(/^selected /, '');
  const shows = inspector(opened, node).getByRole('button', { name: 'Show graph' });
  await expect(shows).toHaveCount(2);
  for (const at of [0, 1]) {
    await shows.nth(at).click();
    await expect(path).toContainText(node);
    await expect.poll(() => graph.boxes()).toBeGreaterThan(0);
    await expect(graph.panel().getByText('An internal check failed')).toHaveCount(0);
    await path.getByRole('button', { name: 'silero_vad_16k_if_lstm.onnx' }).click();
    await expect(path).toHaveCount(0);
    await field.press('Enter');
  }
  expect(app.errors).toEqual([]);
});
