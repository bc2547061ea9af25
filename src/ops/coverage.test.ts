import { expect, test } from 'vitest';
import { boundWithExamples, coverageOf, coverageTable } from './coverage.ts';
import { bindNode, type OpDef, ops } from './index.ts';

test('every operator binds and has shapes, a cost and a reference', () => {
  const table = coverageOf(ops);
  expect(table.map((row) => row.id)).toEqual(ops.ids());
  expect(table.filter((row) => !row.shape || !row.cost || !row.reference)).toEqual([]);
});

test('the committed table is that of the registry (made anew with vitest -u)', async () => {
  await expect(coverageTable(ops)).toMatchFileSnapshot('./COVERAGE.md');
});

test('unknown inputs give unknown outputs, not errors', () => {
  const fails = (def: OpDef) => {
    const bound = boundWithExamples(def);
    return bound.infer([{}, {}, {}, {}], 1).length !== 1;
  };
  expect([...ops].filter(fails).map((def) => def.id)).toEqual([]);
});

test('an operator is found by name and domain, only for opsets that know its form', () => {
  const node = { id: 'n', op: 'Quant', domain: 'onnx.brevitas', inputs: [], outputs: ['y'], attributes: new Map() };
  expect(bindNode(node, new Map([['onnx.brevitas', 1]]))).toBeDefined();
  expect(bindNode({ ...node, domain: 'elsewhere' }, new Map())).toBeUndefined();
  expect(bindNode({ ...node, op: 'Gelu', domain: '' }, new Map([['', 13]]))).toBeDefined();
  expect(bindNode({ ...node, op: 'Mod', domain: 'ai.onnx' }, new Map([['', 6]]))).toBeUndefined();
  expect(bindNode({ ...node, op: 'Mod', domain: 'ai.onnx' }, new Map([['', 13]]))).toBeDefined();
});

test('an operator is added with one entry', () => {
  const double: OpDef = {
    id: 'test::Double',
    sinceOpset: 1,
    bind: () => ops.get('Identity').bind(new Map(), 13),
  };
  const more = ops.with(double);
  const node = { id: 'n', op: 'Double', domain: 'test', inputs: ['x'], outputs: ['y'], attributes: new Map() };
  expect(bindNode(node, new Map([['test', 1]]), more)).toBeDefined();
  expect(bindNode(node, new Map([['test', 1]]))).toBeUndefined();
});
