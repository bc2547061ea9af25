import { expect, test } from 'vitest';
import { ops } from '../src/ops/index.ts';
import { gradientRules, TRAINING_DOMAIN, trainingOnly } from '../src/train/index.ts';
import { plannedOperators as wasmOperators } from './backends/plan/index.ts';
import { plannedOperators as gpuOperators } from './backends/webgpu/plan/index.ts';

/** Which engine runs which operator: a table for the documentation, from the registries themselves. */

interface Row {
  readonly id: string;
  readonly wasm: boolean;
  readonly gradient: boolean;
  readonly gpu: boolean;
}

const wasm = new Set(wasmOperators);
const gpu = new Set(gpuOperators);
const gradients = new Set<string>(gradientRules.ids());
const rowOf = (id: string): Row => ({ id, wasm: wasm.has(id), gradient: gradients.has(id), gpu: gpu.has(id) });
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const networks = ops
  .ids()
  .map(rowOf)
  .sort((a, b) => compareText(a.id, b.id));
const training = trainingOnly.map(({ id }) => rowOf(id));

const mark = (has: boolean): string => (has ? 'yes' : '–');
const count = (rows: readonly Row[], has: (row: Row) => boolean): number => rows.filter(has).length;

function table(): string {
  const withoutAnything = networks.filter((row) => !row.wasm && !row.gradient && !row.gpu);
  const others = networks.filter((row) => !withoutAnything.includes(row));
  return [
    '# Operators and engines',
    '',
    'Made from the registries by `npx vitest run workers/coverage.test.ts -u`.',
    '',
    `Every operator runs on the plain backend. Of ${networks.length} operators of networks ${count(networks, (r) => r.wasm)} have a`,
    `WebAssembly kernel, ${count(networks, (r) => r.gradient)} a gradient and ${count(networks, (r) => r.gpu)} a WebGPU kernel. A kernel takes float32 with known`,
    'shapes and constant axes, sizes and indices; other forms, and operators without a kernel, run on the plain backend,',
    'and the report of a run names them (`plainNodes`).',
    '',
    '| operator | WebAssembly | gradient | WebGPU |',
    '| --- | --- | --- | --- |',
    ...others.map((row) => `| ${row.id} | ${mark(row.wasm)} | ${mark(row.gradient)} | ${mark(row.gpu)} |`),
    '',
    '## On the plain backend alone',
    '',
    ...wrapped(withoutAnything.map((row) => row.id).join(', ')),
    '',
    `## Of training steps (\`${TRAINING_DOMAIN}\`)`,
    '',
    '| operator | WebAssembly | WebGPU |',
    '| --- | --- | --- |',
    ...training.map((row) => `| ${row.id.split('::').at(-1)} | ${mark(row.wasm)} | ${mark(row.gpu)} |`),
    '',
  ].join('\n');
}

/** Lines of at most 120 characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

test('the committed table is that of the registries (made anew with vitest -u)', async () => {
  await expect(table()).toMatchFileSnapshot('./COVERAGE.md');
});

test('kernels and gradients are of operators that exist', () => {
  const known = new Set([...ops.ids(), ...trainingOnly.map(({ id }) => id)]);
  expect([...wasmOperators, ...gpuOperators, ...gradientRules.ids()].filter((id) => !known.has(id))).toEqual([]);
});
