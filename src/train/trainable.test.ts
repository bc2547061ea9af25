import { expect, test } from 'vitest';
import type { Model } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { batched, smallNetwork } from '../test-kit/training-rig.ts';
import { trainable } from './trainable.ts';

/** Two products with an operator between them. */
function withBetween(op: string): Model {
  const b = graphBuilder();
  b.input('x', [1, 4]);
  b.constant('a', [4, 4], new Float32Array(16).fill(0.25));
  b.constant('b', [4, 3], new Float32Array(12).fill(0.5));
  const first = b.node('MatMul', ['x', 'a'], { id: 'first' });
  b.output(b.node('MatMul', [b.node(op, [first], { id: 'between' }), 'b'], { id: 'second' }));
  return batched(b.done(), 2);
}

test('layers before one without a gradient are told why, and those behind it are trained', () => {
  const { layers, parameters, step } = trainable(withBetween('Erf'));
  const clear = trainable(withBetween('Relu'));
  expect(clear.layers.map(({ obstacle }) => obstacle)).toEqual([undefined, undefined]);
  expect(clear.parameters).toBe(28);
  const blocked = trainable(withBetween('Round'));
  expect(blocked.layers).toMatchObject([
    { node: 'first', obstacle: expect.stringContaining("'between' (Round)") },
    { node: 'second' },
  ]);
  expect(blocked.layers[1]?.obstacle).toBeUndefined();
  expect(blocked.step?.parameters.map(({ layer }) => layer)).toEqual(['second']);
  expect(layers.length).toBe(2);
  expect(parameters).toBeGreaterThan(0);
  expect(step).toBeDefined();
});

test('losses that fit: classes, or values alone', () => {
  const model = batched(smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4 }), 4);
  expect(trainable(model).losses).toEqual(['cross-entropy', 'distillation', 'mse']);
  const echo = batched(smallNetwork({ shape: [1, 6, 4], classes: 24, channels: 4 }), 4);
  expect(trainable(echo).losses).toEqual(['mse']);
});

test('a network without parameters has nothing to train', () => {
  const b = graphBuilder();
  b.input('x', [2, 4]);
  b.output(b.node('Relu', ['x'], { id: 'relu' }));
  expect(trainable(batched(b.done(), 2))).toMatchObject({ layers: [], parameters: 0 });
});
