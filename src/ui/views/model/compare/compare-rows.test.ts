import { describe, expect, test } from 'vitest';
import type { Comparison, LayerPair } from '../../../../compare/index.ts';
import type { ModelView, NodeView } from '../../../../explore/index.ts';
import type { LayerCost } from '../../../../ir/index.ts';
import { comparisonTable } from './compare-csv.ts';
import { type CompareFilter, differenceOf, isShown, rowsOf } from './compare-rows.ts';

const node = (id: string, op = 'Relu'): NodeView => ({
  id,
  op,
  domain: '',
  fused: [],
  label: op,
  inputs: [],
  outputs: [],
  attributes: [],
  constants: op === 'Conv' ? [{ id: 'w', type: 'int8', shape: [4, 3] }] : [],
});

const cost = (id: string, macs: number): LayerCost => ({
  node: id,
  op: 'Conv',
  kind: 'conv',
  macs,
  ops: 2 * macs,
  params: 12,
  inputElements: 8,
  outputElements: 4,
  weightElements: 12,
  biasElements: 0,
  geometry: {},
});

function viewOf(nodes: readonly NodeView[], costs: readonly LayerCost[] = []): ModelView {
  return {
    reference: { name: 'm.onnx', sha256: 'a', bytes: 1 },
    format: { id: 'onnx', name: 'ONNX' },
    weightless: false,
    bytesRead: 1,
    changes: [],
    opset: 17,
    producer: '',
    inputs: [],
    outputs: [],
    symbols: [],
    nodes,
    edges: [],
    costs,
    totals: { params: 0, initializerValues: 0, weightBytes: 0, nodes: nodes.length },
    operators: [],
    unsupported: [],
    quantizable: [],
    diagnostics: [],
  };
}

const pair = (a: string, b: string, given: Partial<LayerPair> = {}): LayerPair => ({
  a,
  b,
  by: 'name',
  changes: [],
  metrics: { before: { macs: 10 }, after: { macs: 10 }, difference: { macs: 0 } },
  ...given,
});

function comparison(
  pairs: readonly LayerPair[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): Comparison {
  const changed = pairs.filter((p) => p.changes.length > 0).length;
  return {
    pairs,
    added,
    removed,
    totals: { before: {}, after: {}, difference: {} },
    summary: {
      same: pairs.length - changed,
      changed,
      added: added.length,
      removed: removed.length,
      matchedBy: { name: pairs.length, structure: 0, position: 0 },
      changes: { operator: 0, attribute: 0, shape: 0, weights: 0, inputs: 0, name: 0 },
      notCompared: 0,
    },
  };
}

describe('a comparison as rows', () => {
  const before = viewOf([node('first'), node('gone', 'Conv'), node('also gone'), node('last')], [cost('gone', 70)]);
  const after = viewOf([node('first'), node('new', 'Conv'), node('end', 'Clip')], [cost('new', 30)]);
  const changes = [
    { what: 'name', before: 'last', after: 'end' },
    { what: 'operator', before: 'Relu', after: 'Clip' },
    { what: 'attribute', name: 'max', after: '6' },
  ] as const;
  const result = comparison([pair('first', 'first'), pair('last', 'end', { changes })], ['new'], ['gone', 'also gone']);
  const rows = rowsOf(result, before, after);

  test('in the order of the model after, removed layers behind the one they followed', () => {
    expect(rows.map((r) => [r.state, r.before, r.after])).toEqual([
      ['same', 'first', 'first'],
      ['removed', 'gone', undefined],
      ['removed', 'also gone', undefined],
      ['added', undefined, 'new'],
      ['changed', 'last', 'end'],
    ]);
  });

  test('a layer removed from the front comes first', () => {
    const front = rowsOf(comparison([pair('b', 'b')], [], ['a']), viewOf([node('a'), node('b')]), viewOf([node('b')]));
    expect(front.map((r) => r.state)).toEqual(['removed', 'same']);
  });

  test('operator and what changed, in words', () => {
    expect(rows[4]).toMatchObject({ operator: 'Relu → Clip', what: 'name, operator, max' });
    expect(rows[3]).toMatchObject({ operator: 'Conv', what: '' });
  });

  test('differences: what is gone counts against, what is not known stays unknown', () => {
    expect(rows.map((r) => differenceOf(r, 'macs'))).toEqual([0, -70, undefined, 30, 0]);
    expect(rows.map((r) => differenceOf(r, 'weightBytes'))).toEqual([undefined, -12, 0, 12, undefined]);
    expect(rows.map((r) => differenceOf(r, 'params'))[4]).toBeUndefined();
  });

  test('filters', () => {
    const filters: readonly CompareFilter[] = ['all', 'different', 'changed', 'added', 'removed', 'same'];
    expect(filters.map((f) => rows.filter((r) => isShown(r, f)).length)).toEqual([5, 4, 1, 1, 2, 1]);
  });

  test('the table holds every metric with its difference', () => {
    const { columns, rows: cells } = comparisonTable(rows);
    expect(columns.slice(0, 8)).toEqual([
      'state',
      'before',
      'after',
      'operator',
      'changes',
      'macs_before',
      'macs_after',
      'macs_difference',
    ]);
    expect(cells[1]?.slice(0, 8)).toEqual(['removed', 'gone', undefined, 'Conv', '', 70, undefined, -70]);
    expect(cells[4]?.[4]).toBe('name: last → end; operator: Relu → Clip; max: none → 6');
  });
});
