import { expect, test } from 'vitest';
import { ops } from '../ops/index.ts';
import { gradientTable } from './coverage.ts';
import { gradientRules } from './gradients/list.ts';

test('the committed page is that of the lists (made anew with vitest -u)', async () => {
  await expect(gradientTable(gradientRules)).toMatchFileSnapshot('./GRADIENTS.md');
});

test('every operator that holds parameters of float networks has a gradient', () => {
  const layers = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Einsum', 'LSTM', 'GRU', 'RNN', 'PRelu', 'Gather'];
  const norms = ops.ids().filter((id) => /Normalization$/.test(id));
  expect(norms.length).toBeGreaterThan(5);
  for (const id of [...layers, ...norms]) expect(gradientRules.tryGet(id), id).toBeDefined();
});
