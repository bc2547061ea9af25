import { type BrowserContext, expect, test } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { text } from '../fixtures/archives.ts';
import { residualNetwork } from '../fixtures/graph-models.ts';
import { GraphPage } from '../graph-page.ts';

const FILE = 'residual.onnx';

async function open(context: BrowserContext): Promise<{ readonly app: AppPage; readonly graph: GraphPage }> {
  const app = await AppPage.open(context);
  await app.drop([residualNetwork(4, FILE)]);
  await app.verdict();
  await app.inputsAreThere();
  const graph = new GraphPage(app.page, FILE);
  await graph.drawn();
  return { app, graph };
}

const SEMICOLONS = text(
  'power.csv',
  'Layer;Power [mW]\ns0/b0/conv1;1,5\ns0/b0/conv2;12,25\ns0/b1/conv1;0,75\nfc;2\ngone;3\nold_name;4,5\n',
);

test('a CSV with semicolons and decimal commas colours graph and table, with its title and unit', async ({
  context,
}) => {
  const { app, graph } = await open(context);
  const plain = await graph.picture();
  await app.drop([SEMICOLONS]);
  await expect(graph.panel().getByRole('combobox', { name: 'Colour by' })).toHaveValue(/Power/);
  await expect(graph.panel()).toContainText('Power, mW');
  await expect(graph.panel()).toContainText(/12\.3/);
  expect((await graph.picture()).equals(plain)).toBe(false);
  const table = app.page.getByRole('table', { name: 'Layers' });
  await expect(table.getByRole('columnheader', { name: /^Power, mW/ })).toBeVisible();
  await expect(app.layerRow('s0/b0/conv2')).toContainText('12.3');
  await expect(app.layerRow('s0/b0/conv1')).toContainText('1.5');
  // What the file does not say is unknown, not 0.
  await expect(app.layerRow('s0/b3/conv1')).toContainText('–');
  await table
    .getByRole('columnheader', { name: /^Power, mW/ })
    .getByRole('button')
    .click();
  await graph.walkTo(/s0\/b0\/conv2\..*Power, mW 12\.3/);
  expect(app.errors).toEqual([]);
});

test('names that match no layer are told', async ({ context }) => {
  const { app } = await open(context);
  await app.drop([SEMICOLONS]);
  const message = app.page.getByText('Coloured by Power: 4 layers, 2 names match none: gone, old_name');
  await expect(message).toBeVisible();
  expect(app.errors).toEqual([]);
});

test('JSON does the same, several metrics stand beside each other, undo takes the last one back', async ({
  context,
}) => {
  const { app, graph } = await open(context);
  const metric = graph.panel().getByRole('combobox', { name: 'Colour by' });
  await app.drop([SEMICOLONS]);
  await expect(metric).toHaveValue(/Power/);
  await app.drop([text('score.json', '{"name": "Score", "unit": "points", "values": {"s0/b2/conv1": 7, "fc": -2}}')]);
  await expect(metric).toHaveValue(/Score/);
  await expect(graph.panel()).toContainText('Score, points');
  await metric.selectOption({ label: 'Power, mW' });
  await expect(graph.panel()).toContainText(/Power, mW/);
  await metric.selectOption({ label: 'Score, points' });
  for (let i = 0; i < 3; i++) await app.bar().getByRole('button', { name: /^Undo/ }).click();
  await expect(metric).toHaveValue(/Power/);
  await expect(metric.getByRole('option', { name: /Score/ })).toHaveCount(0);
  expect(app.errors).toEqual([]);
});

test('a metric that matches nothing, has no numbers or a number that is none is explained', async ({ context }) => {
  const { app, graph } = await open(context);
  const problem = app.page.getByRole('alert', { name: 'Problems' });
  await app.drop([text('nothing.csv', 'layer;ms\nfoo;1,5\n')]);
  await expect(problem).toContainText(
    /No layer of the model is named in 'ms': it has 'foo'; the model has 's0\/b0\/conv1'/,
  );
  await expect(app.remedy(problem)).toContainText(/Name the layers as the model does/);
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await app.drop([text('typo.csv', 'layer;ms\ns0/b0/conv1;1,5\nfc;1,x\ns0/b1/add;2\n')]);
  await expect(problem).toContainText(/'typo\.csv'.*line 3.*1,x|line 3.*'typo\.csv'.*1,x/);
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await app.drop([text('infinite.json', '{"s0/b0/conv1": 1, "fc": 1e999}')]);
  await expect(problem).toContainText(/infinite\.json/);
  await expect(problem).toContainText(/fc/);
  await problem.getByRole('button', { name: 'Dismiss' }).click();
  await expect(graph.panel().getByRole('combobox', { name: 'Colour by' })).toHaveValue('latency');
  expect(app.errors).toEqual([]);
});
