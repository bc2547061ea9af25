import { describe, expect, test } from 'vitest';
import type { Model } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, totals } from './layer-costs.ts';
import { openSymbols, setShapes } from './set-shapes.ts';

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
