import { readFileSync } from 'node:fs';
import { type BrowserContext, expect, test } from '@playwright/test';
import { AppPage, type TestFile } from '../app-page.ts';
import { findings } from '../fixtures/axe.ts';
import { largeNetwork, residualNetwork, wastefulNetwork } from '../fixtures/graph-models.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';
import { GraphPage } from '../graph-page.ts';

interface Opened {
  readonly app: AppPage;
  readonly graph: GraphPage;
}

/** Opens a file and waits for its drawing, not for the verdict. */
async function drop(context: BrowserContext, file: TestFile): Promise<Opened> {
  const app = await AppPage.open(context);
  await app.drop([file]);
  const graph = new GraphPage(app.page, file.name);
  await graph.drawn();
  return { app, graph };
}

async function open(context: BrowserContext, file: TestFile): Promise<Opened> {
  const opened = await drop(context, file);
  await opened.app.verdict();
  return opened;
}

/** 60 blocks of 3 layers: more than 150 boxes, so that blocks are closed at first. */
const BLOCKS = 60;
const LAYERS_OF_BLOCK = 3;

test('a block is opened and closed by a double press at its place, and undo takes it back', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(BLOCKS));
  const closed = await graph.boxes();
  expect(closed).toBeLessThan(150);
  const position = await graph.place(/Closed block of 3 layers/);
  await expect(graph.words()).toHaveText(/^b0\. Closed block of 3 layers\. 2 Conv, 1 Add\. Latency .*\. From .*\. To /);
  await graph.drawing().dblclick({ position });
  await expect.poll(() => graph.boxes()).toBe(closed + LAYERS_OF_BLOCK);
  await graph.walkTo(/conv1\./);
  await graph.page.keyboard.press('x');
  await expect.poll(() => graph.boxes()).toBe(closed);
  await app.bar().getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(() => graph.boxes()).toBe(closed + LAYERS_OF_BLOCK);
  await graph.view('Open all groups');
  await expect.poll(() => graph.boxes()).toBeGreaterThan(BLOCKS * LAYERS_OF_BLOCK);
  await graph.view('Close all groups');
  await expect.poll(() => graph.boxes()).toBeLessThanOrEqual(closed);
  expect(app.errors).toEqual([]);
});

test('the keyboard alone walks along edges, opens a block, selects a layer in it and steps out', async ({
  context,
}) => {
  const { app, graph } = await open(context, residualNetwork(BLOCKS));
  const closed = await graph.boxes();
  await graph.walkTo(/^b1\. Closed block/);
  await graph.page.keyboard.press('x');
  await expect.poll(() => graph.boxes()).toBe(closed + LAYERS_OF_BLOCK);
  await graph.walkTo(/conv2\./);
  await graph.page.keyboard.press('Enter');
  await expect(app.layerRow('s0/b1/conv2')).toHaveAttribute('aria-selected', 'true');
  await graph.page.keyboard.press('ArrowUp');
  await expect(graph.words()).toHaveText(/conv1\..*To .*conv2/);
  await graph.page.keyboard.press('Escape');
  await expect(graph.words()).toHaveText(/conv2\./);
  await graph.page.keyboard.press('Escape');
  await expect(graph.words()).toHaveText('');
  await expect(app.layerRow('s0/b1/conv2')).toHaveAttribute('aria-selected', 'false');
  const before = await graph.picture();
  await graph.page.keyboard.press('+');
  expect((await graph.picture()).equals(before)).toBe(false);
  expect(app.errors).toEqual([]);
});

test('fit shows the whole drawing, and the map is there only where it does not', async ({ context }) => {
  const { graph } = await open(context, residualNetwork(6));
  await graph.view('No groups');
  await graph.drawn();
  await expect(graph.map()).toBeVisible();
  const before = await graph.picture();
  await graph.panel().getByRole('button', { name: 'Fit' }).click();
  await expect(graph.map()).toBeHidden();
  expect((await graph.picture()).equals(before)).toBe(false);
  await graph.drawing().focus();
  for (let i = 0; i < 8; i++) await graph.page.keyboard.press('+');
  await expect(graph.map()).toBeVisible();
  const zoomed = await graph.picture();
  await graph.map().click({ position: { x: 42, y: 96 } });
  expect((await graph.picture()).equals(zoomed)).toBe(false);
  await graph.drawing().focus();
  await graph.page.keyboard.press('f');
  await expect(graph.map()).toBeHidden();
});

test('find counts hits, Enter goes from one to the next, and what it does not know is explained', async ({
  context,
}) => {
  const { app, graph } = await open(context, residualNetwork(8));
  const plain = await graph.picture();
  const field = await graph.find('op:Conv macs>1e5');
  await expect(graph.hits()).toHaveText('16 of 27');
  expect((await graph.picture()).equals(plain)).toBe(false);
  await field.press('Enter');
  await expect(graph.hits()).toHaveText('1 / 16 of 27');
  await expect(app.layerRow('s0/b0/conv1')).toHaveAttribute('aria-selected', 'true');
  await field.press('Enter');
  await expect(app.layerRow('s0/b0/conv2')).toHaveAttribute('aria-selected', 'true');
  await field.press('Shift+Enter');
  await field.press('Shift+Enter');
  await expect(graph.hits()).toHaveText('16 / 16 of 27');
  await expect(app.layerRow('s0/b7/conv2')).toHaveAttribute('aria-selected', 'true');
  await graph.find('scope:b3 -op:Conv');
  await expect(graph.hits()).toHaveText(/^(\d \/ )?1 of 27$/);
  await graph.find('macs>1e12');
  await expect(graph.hits()).toHaveText('none of 27');
  await graph.find('speed:fast');
  await expect(graph.panel().getByRole('alert')).toHaveText(/There is no field "speed"\. Fields are name, op, .*macs/);
  await graph.find('macs>many');
  await expect(graph.panel().getByRole('alert')).toHaveText(/"many" is not a number: write macs>1e6/);
  await field.press('Escape');
  await expect(field).toBeHidden();
  await expect(graph.panel().getByRole('alert')).toHaveCount(0);
  expect(app.errors).toEqual([]);
});

test('a hit in a closed block is shown: the block opens, and the layer is on the screen', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(BLOCKS));
  const closed = await graph.boxes();
  const field = await graph.find('name:b41/conv2');
  await field.press('Enter');
  await expect.poll(() => graph.boxes()).toBe(closed + LAYERS_OF_BLOCK);
  await expect(graph.hits()).toHaveText('1 / 1 of 183');
  await graph.picture();
  await graph.place(/^s4\/b41\/conv2\./);
  expect(app.errors).toEqual([]);
});

test('another file is seen from its beginning, with nothing set off in it', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(BLOCKS));
  await graph.view('No groups');
  await expect.poll(() => graph.boxes()).toBeGreaterThan(BLOCKS);
  await app.layerRow('s0/b0/conv2').click();
  const field = await graph.find('name:b59/conv2');
  await field.press('Enter');
  await field.press('Escape');
  await graph.drawing().focus();
  await graph.page.keyboard.press('u');
  await expect(graph.words()).toHaveText(/layers set off upstream$/);
  await app.drop([residualNetwork(4, 'short.onnx')]);
  await expect(app.bar()).toContainText('short.onnx');
  const short = new GraphPage(app.page, 'short.onnx');
  await short.drawn();
  await expect(short.words()).toHaveText('');
  await short.place(/^x\. Input/);
  expect(app.errors).toEqual([]);
});

test('what feeds a layer and what it feeds is set off and counted; a tensor can be followed', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(8));
  const chosen = app.page.getByRole('region', { name: 'Layers set off' });
  await app.layerRow('s0/b2/conv1').click();
  await graph.drawing().focus();
  const plain = await graph.picture();
  await graph.page.keyboard.press('u');
  // Two blocks before it and itself; in the file with what is fused into its layers.
  await expect(graph.words()).toHaveText(/conv1\..* 7 layers set off upstream$/);
  await expect(chosen).toContainText('13 nodes');
  const upstream = await graph.picture();
  expect(upstream.equals(plain)).toBe(false);
  await graph.page.keyboard.press('d');
  await expect(chosen).toContainText('33 nodes');
  expect((await graph.picture()).equals(upstream)).toBe(false);
  await graph.page.keyboard.press('Escape');
  await expect(chosen).toHaveCount(0);
  await graph.view('Select what feeds it');
  await expect(chosen).toContainText('13 nodes');
  await graph.drawing().focus();
  await graph.page.keyboard.press('Escape');
  const before = await graph.picture();
  await graph.view('Follow its output');
  await expect(graph.words()).toHaveText(/Following s0\/b2\//);
  expect((await graph.picture()).equals(before)).toBe(false);
  expect(app.errors).toEqual([]);
});

test('every node of the file or what executes; grouped by scope, by block or not at all', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(BLOCKS));
  const nodes = BLOCKS * 5 + 3;
  await expect(graph.panel()).toContainText(`${nodes} nodes, ${BLOCKS * 3 + 3} layers after fusing`);
  await graph.view('No groups');
  // An input and an output besides.
  await expect.poll(() => graph.boxes()).toBe(BLOCKS * 3 + 3 + 2);
  await graph.view('Every node of the file');
  await expect.poll(() => graph.boxes()).toBe(nodes + 2);
  await graph.view(/^Group by scope/);
  await expect.poll(() => graph.boxes()).toBeLessThan(150);
  await graph.walkTo(/^b0\. Closed block of 5 layers/);
  await graph.view(/^Group by repeated block/);
  await expect.poll(() => graph.boxes()).toBeLessThan(150);
  await graph.walkTo(/Closed block of \d+ layers/);
  await graph.view(/^Layers, fused/);
  await graph.walkTo(/Closed block of 3 layers/);
  await graph.view(/^What hardware runs/);
  await graph.view('No groups');
  // Sums run with the convolution before them, and Flatten moves nothing.
  await expect.poll(() => graph.boxes()).toBe(BLOCKS * 2 + 2 + 2);
  expect(app.errors).toEqual([]);
});

test('the scale of colours is linear or logarithmic, and the legend says so', async ({ context }) => {
  const { graph } = await open(context, residualNetwork(8));
  const metric = graph.panel().getByRole('combobox', { name: 'Colour by' });
  await metric.selectOption('MACs');
  await expect(graph.panel()).toContainText(/MACs.*147\sk/);
  await metric.selectOption('Latency');
  const scale = graph.panel().getByRole('combobox', { name: 'Scale of colours' });
  await scale.selectOption('Linear');
  await expect(graph.panel()).not.toContainText(/Latency, .* scale/);
  const linear = await graph.picture();
  await scale.selectOption('Log');
  await expect(graph.panel()).toContainText('Latency, log scale');
  expect((await graph.picture()).equals(linear)).toBe(false);
});

test('the drawing is exported as SVG and PNG, the layers as CSV and JSON', async ({ context }) => {
  const { app, graph } = await open(context, residualNetwork(4));
  await graph.view('No groups');
  await graph.drawn();
  const download = async (act: () => Promise<void>): Promise<{ readonly name: string; readonly bytes: Buffer }> => {
    const waited = app.page.waitForEvent('download');
    await act();
    const file = await waited;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const svg = await download(() => graph.view('Export SVG'));
  expect(svg.name).toBe('residual.onnx.svg');
  const text = svg.bytes.toString('utf8');
  for (const layer of await app.layerNames()) expect(text).toContain(`>${layer}<`);
  // The policy of the page forbids styles of the file to apply while it is parsed there.
  const parsed = await app.page.evaluate(
    (source) => {
      const page = new DOMParser().parseFromString(source, 'image/svg+xml');
      return { error: page.querySelector('parsererror')?.textContent, boxes: page.querySelectorAll('rect').length };
    },
    text.replace(/<style>.*<\/style>/, ''),
  );
  expect(parsed.error).toBeUndefined();
  // The ground, an input, an output and the layers.
  expect(parsed.boxes).toBe(1 + 2 + 4 * 3 + 3);
  const png = await download(() => graph.view('Export PNG'));
  expect(png.name).toBe('residual.onnx.png');
  expect([...png.bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  // Width and height in the head of the picture.
  expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(200);
  expect(png.bytes.readUInt32BE(20)).toBeGreaterThan(800);
  expect(png.bytes.length).toBeGreaterThan(5000);
  const layers = app.page.getByRole('region', { name: 'Layers', exact: true });
  const csv = await download(() => layers.getByRole('button', { name: 'Export CSV' }).click());
  expect(csv.name).toBe('residual.onnx-layers.csv');
  const lines = csv.bytes.toString('utf8').trim().split('\n');
  expect(lines).toHaveLength(1 + 4 * 3 + 3);
  expect(lines[0]).toMatch(/^layer,operator,output,macs,params/);
  expect(lines[1]).toMatch(/^s0\/b0\/conv1,.*147456,576/);
  const json = await download(() => layers.getByRole('button', { name: 'JSON' }).click());
  const records = JSON.parse(json.bytes.toString('utf8')) as readonly Record<string, unknown>[];
  expect(records).toHaveLength(4 * 3 + 3);
  expect(records[0]).toMatchObject({ layer: 's0/b0/conv1', macs: 147456, params: 576 });
  expect(app.errors).toEqual([]);
});

const MANY = 20_000;

test('a graph of 20 000 nodes is drawn, walked, searched and survives a reload and a second tab', async ({
  context,
}) => {
  test.slow();
  const { app, graph } = await open(context, largeNetwork(MANY));
  await graph.view('No groups');
  await expect.poll(() => graph.boxes(), { timeout: 30_000 }).toBeGreaterThan(MANY / 2);
  await expect(graph.map()).toBeVisible();
  await graph.walkTo(/^n1\b/);
  await graph.page.keyboard.press('Enter');
  await expect(app.layerRow('n1')).toHaveAttribute('aria-selected', 'true');
  const field = await graph.find('op:Softplus');
  await expect(graph.hits()).toHaveText(/^\d+ of \d+$/);
  await field.press('Enter');
  await expect(graph.hits()).toHaveText(/^1 \/ \d+ of \d+$/);
  await field.press('Escape');
  const near = await graph.picture();
  await graph.panel().getByRole('button', { name: 'Fit' }).click();
  expect((await graph.picture()).equals(near)).toBe(false);
  expect(app.errors).toEqual([]);

  const second = await AppPage.open(context);
  await second.drop([tinyClassifier()]);
  await second.verdict();
  await expect(second.bar()).toContainText('tiny.onnx');
  await expect(app.bar()).toContainText('large.onnx');

  await app.page.reload();
  await app.ready();
  await app.goTo('Start');
  await app.drop([tinyClassifier('after.onnx')]);
  await app.verdict();
  await new GraphPage(app.page, 'after.onnx').drawn();
  expect([...app.errors, ...second.errors]).toEqual([]);
});

test('a layout under way can be cancelled and taken up again, and another file opens meanwhile', async ({
  context,
}) => {
  test.slow();
  const { app, graph } = await drop(context, largeNetwork(2 * MANY, 400));
  await graph.view('Every node of the file');
  await graph.view('No groups');
  // As soon as it is offered: a fast machine is done a moment later.
  await graph
    .panel()
    .getByRole('button', { name: /^Cancel/ })
    .dispatchEvent('click');
  await expect(graph.panel().getByText(/^Laying out/)).toHaveCount(0);
  await expect(graph.panel()).toContainText(/The layout was cancelled\.|Only the upper part is drawn\./);
  expect(await graph.boxes()).not.toBe(2 * MANY + 2);
  await graph
    .panel()
    .getByRole('button', { name: /^Lay out/ })
    .click();
  await expect.poll(() => graph.boxes(), { timeout: 30_000 }).toBe(2 * MANY + 2);
  await graph.view(/^Group by repeated block/);
  await app.drop([tinyClassifier()]);
  await app.verdict();
  const tiny = new GraphPage(app.page, 'tiny.onnx');
  await expect.poll(() => tiny.boxes()).toBeLessThan(10);
  await tiny.walkTo(/^hidden\b/);
  expect(app.errors).toEqual([]);
});

test('simplify lists its passes with numbers, applies them, and undo brings the nodes back', async ({ context }) => {
  const { app, graph } = await open(context, wastefulNetwork());
  await expect(graph.panel()).toContainText('10 nodes');
  const nodes = app.bar().getByText(/\d+ nodes/);
  await expect(nodes).toContainText('10 nodes');
  await graph.change('Simplify');
  const dialog = app.page.getByRole('dialog', { name: 'Simplify' });
  await expect(dialog).toContainText('6 of 10 nodes go; undo brings them back.');
  const passes = dialog.getByRole('checkbox');
  expect(await passes.count()).toBeGreaterThanOrEqual(4);
  for (const pass of await passes.all()) await expect(pass).toBeChecked();
  await expect(dialog).toContainText(/−\d+ nodes/);
  await dialog
    .getByText(/^\d+ changes$/)
    .first()
    .click();
  await expect(dialog).toContainText(/− \w+: \w+/);
  await dialog.getByRole('button', { name: 'Simplify, 10 to 4 nodes' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(nodes).toContainText('4 nodes');
  await app.bar().getByRole('button', { name: /^Undo/ }).click();
  await expect(nodes).toContainText('10 nodes');
  await expect.poll(() => graph.boxes()).toBeGreaterThan(5);

  await graph.change('Simplify');
  await dialog.getByRole('button', { name: 'Keep as it is' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(nodes).toContainText('10 nodes');
  expect(app.errors).toEqual([]);
});

for (const [width, theme] of [
  [1440, 'light'],
  [1440, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const) {
  test(`axe finds nothing serious around a large graph, ${theme}, ${width} px`, async ({ browser }) => {
    const context = await browser.newContext({
      viewport: { width, height: 844 },
      colorScheme: theme,
      hasTouch: width < 600,
    });
    const { app, graph } = await open(context, largeNetwork(3000));
    await app.inputsAreThere();
    const check = async (what: string): Promise<void> => {
      await test.step(what, async () => expect.soft(await findings(app.page), what).toEqual([]));
    };
    await check('drawn');
    await graph.find('op:Relu');
    await expect(graph.hits()).toHaveText(/of \d+$/);
    await check('Find with hits');
    await graph.find('speed:fast');
    await check('Find with a field it does not know');
    await graph.find('');
    await app.page.getByRole('button', { name: 'View of the graph' }).click();
    await check('the menu of the view');
    await app.page.keyboard.press('Escape');
    await graph.change('Simplify');
    await expect(app.page.getByRole('dialog', { name: 'Simplify' })).toBeVisible();
    await check('Simplify');
    const over = await app.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(over, 'nothing scrolls sideways').toBeLessThanOrEqual(0);
    expect(app.errors).toEqual([]);
    await context.close();
  });
}
