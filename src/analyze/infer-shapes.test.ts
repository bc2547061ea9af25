import { describe, expect, test } from 'vitest';
import type { Model } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, totals } from './layer-costs.ts';
import { prepare } from './passes/prepare.ts';
import { openSymbols, setShapes } from './set-shapes.ts';
import { simplify } from './simplify.ts';

const shapeOf = (model: Model, id: string) => model.graph.tensors.get(id)?.shape;

/** [batch, 3, height, width] → Conv → flattened by Shape, Gather, Concat, Reshape, as PyTorch exports it. */
function flattening(): Model {
  const b = graphBuilder();
  const x = b.input('x', ['batch', 3, 'height', 8]);
  const y = b.node('Conv', [x, b.constant('w', [4, 3, 1, 1], new Float32Array(12))], { outputs: ['y'] });
  const size = b.node('Gather', [b.node('Shape', [y]), b.constant('zero', [1], [0], 'int64')]);
  const target = b.node('Concat', [size, b.constant('rest', [1], [-1], 'int64')], { attributes: { axis: 0 } });
  b.output(b.node('Reshape', [y, target], { outputs: ['flat'] }));
  return b.done();
}

test('a leading batch becomes 1 and is reported; other open sizes stay until they are set', () => {
  const ctx = testContext();
  const open = inferShapes(flattening(), ctx);
  expect(shapeOf(open, 'y')).toEqual([1, 4, 'height', 8]);
  expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/batch-of-one', severity: 'info' }]);
  expect(openSymbols(open)).toEqual(['height']);
  expect(totals(open)).not.toHaveProperty('macs');
  const set = inferShapes(setShapes(open, { symbols: new Map([['height', 6]]) }), testContext());
  expect(shapeOf(set, 'flat')).toEqual([1, 4 * 6 * 8]);
  expect(totals(set).macs).toBe(12 * 48);
});

test('sizes that are partly known flow through arithmetic on shapes', () => {
  const b = graphBuilder();
  const x = b.input('x', ['rows', 4, 6]);
  const at = (i: number) => b.node('Gather', [b.node('Shape', [x]), b.constant(`at${i}`, [1], [i], 'int64')]);
  const half = b.node(
    'Concat',
    [at(0), at(2), b.constant('two', [1], [2], 'int64'), b.constant('rest', [1], [-1], 'int64')],
    { attributes: { axis: 0 } },
  );
  b.output(b.node('Reshape', [x, half], { outputs: ['y'] }));
  b.output(
    b.node('Expand', [b.constant('one', [1, 1], [5]), b.node('Concat', [at(1), at(0)], { attributes: { axis: 0 } })], {
      outputs: ['z'],
    }),
  );
  b.output(
    b.node('ConstantOfShape', [b.node('Concat', [at(0), b.node('Mul', [at(1), at(2)])], { attributes: { axis: 0 } })], {
      outputs: ['c'],
    }),
  );
  const shaped = inferShapes(b.done(), testContext());
  expect(['y', 'z', 'c'].map((id) => shapeOf(shaped, id))).toEqual([
    ['rows', 6, 2, 2],
    [4, 'rows'],
    ['rows', 24],
  ]);
});

describe('choosing sizes', () => {
  const of = (
    inputs: readonly (readonly [string, readonly number[]])[],
    symbols: readonly (readonly [string, number])[] = [],
  ) => setShapes(flattening(), { inputs: new Map(inputs), symbols: new Map(symbols) });
  test('the shape of an input sets the names it uses, wherever they occur', () => {
    expect(shapeOf(inferShapes(of([['x', [2, 3, 5, 8]]]), testContext()), 'y')).toEqual([2, 4, 5, 8]);
  });
  test('a size that the file fixes can be changed: what was computed from it is forgotten', () => {
    const b = graphBuilder();
    const x = b.input('x', [1, 8]);
    b.output(b.describe(b.node('Relu', [x], { outputs: ['y'] }), [1, 8]));
    expect(shapeOf(inferShapes(setShapes(b.done(), { inputs: new Map([['x', [1, 9]]]) }), testContext()), 'y')).toEqual(
      [1, 9],
    );
  });
  test('what cannot be is refused with a code', () => {
    expect(() => of([['z', [1]]])).toThrow(expect.objectContaining({ code: 'analyze/unknown-input' }));
    expect(() => of([['x', [1, 3]]])).toThrow(expect.objectContaining({ code: 'analyze/input-rank' }));
    expect(() => of([['x', [1, 3, 0, 8]]])).toThrow(expect.objectContaining({ code: 'analyze/bad-size' }));
    expect(() => of([], [['depth', 2]])).toThrow(expect.objectContaining({ code: 'analyze/unknown-symbol' }));
    expect(() => of([['x', [1, 3, 4, 8]]], [['height', 5]])).toThrow(
      expect.objectContaining({ code: 'analyze/symbol-conflict' }),
    );
  });
});

test('a declared shape that cannot be names the layer and both shapes', () => {
  const b = graphBuilder();
  b.output(b.describe(b.node('Relu', [b.input('x', [1, 4])], { id: 'act', outputs: ['y'] }), [1, 5]));
  expect(() => inferShapes(b.done(), testContext())).toThrow(
    /'act' \(Relu\) gives 'y' the shape \[1, 4\], but the file declares \[1, 5\]/,
  );
});

test('a declared [] where a layer makes more is reported, and the layer is believed', () => {
  const b = graphBuilder();
  b.output(b.describe(b.node('Relu', [b.input('x', [1, 4])], { id: 'act', outputs: ['y'] }), []));
  const ctx = testContext();
  expect(shapeOf(inferShapes(b.done(), ctx), 'y')).toEqual([1, 4]);
  expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/empty-shape', node: 'act' }]);
});

test('a declared element type that is wrong is reported, and the layer is believed', () => {
  const b = graphBuilder();
  b.output(b.describe(b.node('Relu', [b.input('x', [1, 4])], { id: 'act', outputs: ['y'] }), [1, 4], 'int64'));
  const ctx = testContext();
  expect(inferShapes(b.done(), ctx).graph.tensors.get('y')?.type).toBe('float32');
  expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/declared-type', node: 'act' }]);
});

test('sizes of a thousand million elements are computed with, not allocated', () => {
  const b = graphBuilder();
  const huge = b.node('ConstantOfShape', [b.constant('n', [3], [1000, 1000, 1000], 'int64')]);
  const list = b.node(
    'Range',
    ['from', 'to', 'by'].map((id, i) => b.constant(id, [], [[0, 1e9, 1][i] as number], 'int64')),
  );
  b.output(
    b.node('Add', [b.input('x', [1000, 1000, 1000]), huge], { outputs: ['y'] }),
    b.node('Neg', [list], { outputs: ['z'] }),
  );
  const shaped = inferShapes(b.done(), testContext());
  expect([shapeOf(shaped, 'y'), shapeOf(shaped, 'z')]).toEqual([[1000, 1000, 1000], [1e9]]);
  expect(prepare(shaped, testContext()).model.graph.nodes).toHaveLength(4);
  expect(simplify(shaped, testContext()).model.graph.nodes).toHaveLength(4);
  expect(totals(shaped).peakActivationBytes).toBe(4e9);
});

test('operands that do not fit name the layer', () => {
  const b = graphBuilder();
  const x = b.input('x', [1, 3, 8, 8]);
  b.output(b.node('Conv', [x, b.constant('w', [4, 5, 1, 1], new Float32Array(20))], { id: 'first' }));
  expect(() => inferShapes(b.done(), testContext())).toThrow(/^Layer 'first' \(Conv\): /);
});

test('an unknown operator is reported once, keeps its declared shape, and makes the sum of MACs unknown', () => {
  const b = graphBuilder(17, { custom: 1 });
  const first = b.node('Frobnicate', [b.input('x', [1, 4])], { domain: 'custom', id: 'f1' });
  const second = b.describe(b.node('Frobnicate', [first], { domain: 'custom', id: 'f2' }), [1, 4]);
  b.output(b.node('Relu', [second], { outputs: ['y'] }));
  const ctx = testContext();
  const model = inferShapes(b.done(), ctx);
  expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/unknown-operator', node: 'f1' }]);
  expect(shapeOf(model, 'y')).toEqual([1, 4]);
  expect(layerCosts(model).map((c) => c.op)).toEqual(['Relu']);
  expect(totals(model)).not.toHaveProperty('macs');
});

test('weights behind nodes of constants are weights', () => {
  const b = graphBuilder();
  const w = b.node('DequantizeLinear', [
    b.constant('q', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8], 'int8'),
    b.constant('s', [], [0.5]),
  ]);
  b.output(b.node('MatMul', [b.input('x', [3, 4]), w], { id: 'product' }));
  const costs = layerCosts(inferShapes(b.done(), testContext()));
  expect(costs).toMatchObject([
    { op: 'DequantizeLinear', kind: 'free', macs: 0, outputElements: 0 },
    { node: 'product', macs: 24, params: 8, weightElements: 8, inputElements: 12, outputElements: 6 },
  ]);
});
