import { describe, expect, test } from 'vitest';
import { numbersOf, type Tensor } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { tensor } from '../test-kit/run-operator.ts';
import { createPlainBackend } from './plain-backend.ts';

/** y = relu(x · w) + x, with a name for every value. */
function smallModel() {
  const b = graphBuilder();
  const x = b.input('x', [1, 2]);
  const w = b.constant('w', [2, 2], [1, -1, 2, 1]);
  const product = b.node('MatMul', [x, w], { outputs: ['product'] });
  const positive = b.node('Relu', [product], { outputs: ['positive'] });
  b.output(b.node('Add', [positive, x], { outputs: ['y'] }));
  return b.done();
}

const feeds = () => new Map<string, Tensor>([['x', tensor([1, 2], [1, -3])]]);
const listed = (results: ReadonlyMap<string, Tensor>, id: string) => Array.from(numbersOf(results.get(id) as Tensor));

describe('plain backend', () => {
  test('gives the outputs, and nothing else', async () => {
    const runner = await createPlainBackend().prepare(smallModel());
    const results = await runner.run(feeds());
    expect([...results.keys()]).toEqual(['y']);
    expect(listed(results, 'y')).toEqual([1, -3]);
  });

  test('gives tapped values too: inputs, constants, values in between', async () => {
    const runner = await createPlainBackend().prepare(smallModel());
    const results = await runner.run(feeds(), { taps: ['product', 'x', 'w'] });
    expect(listed(results, 'product')).toEqual([-5, -4]);
    expect(listed(results, 'x')).toEqual([1, -3]);
    expect(listed(results, 'w')).toEqual([1, -1, 2, 1]);
  });

  test('a transform replaces values as soon as they are there, inputs too', async () => {
    const runner = await createPlainBackend().prepare(smallModel());
    const seen: string[] = [];
    const results = await runner.run(feeds(), {
      transform(id, t) {
        seen.push(id);
        return id === 'product' ? tensor(t.shape, [10, -10]) : t;
      },
    });
    expect(seen).toEqual(['x', 'product', 'positive', 'y']);
    expect(listed(results, 'y')).toEqual([11, -3]);
  });

  test('results are the caller’s: writing to them changes no later run', async () => {
    const b = graphBuilder();
    const w = b.constant('w', [2], [1, 2]);
    b.output(b.node('Identity', [w], { outputs: ['y'] }), b.input('x', [1, 2]));
    const runner = await createPlainBackend().prepare(b.done());
    const fed = feeds();
    const first = await runner.run(fed);
    for (const { data } of first.values()) (data as Float32Array).fill(9);
    expect(listed(await runner.run(fed), 'y')).toEqual([1, 2]);
    expect(listed(fed, 'x')).toEqual([1, -3]);
  });

  test('absent optional inputs and unused outputs', async () => {
    const b = graphBuilder();
    const x = b.input('x', [1, 2]);
    const high = b.constant('high', [], [0.5]);
    b.output(b.node('Clip', [x, '', high], { outputs: ['y'] }));
    b.node('Dropout', [x], { outputs: ['unused', ''] });
    const runner = await createPlainBackend().prepare(b.done());
    expect(listed(await runner.run(feeds()), 'y')).toEqual([0.5, -3]);
  });
});

describe('what cannot run says where and what to do', () => {
  test('an unknown operator', async () => {
    const b = graphBuilder();
    b.output(b.node('Fancy', [b.input('x', [1])], { id: 'layer7', domain: 'my.ops' }));
    await expect(createPlainBackend().prepare(b.done())).rejects.toMatchObject({
      code: 'compute/unsupported-operator',
      message: expect.stringContaining("'layer7' uses my.ops Fancy"),
      facts: { node: 'layer7' },
    });
  });

  test('illegal attributes and impossible shapes name the node', async () => {
    const bad = graphBuilder();
    bad.output(bad.node('Cast', [bad.input('x', [1])], { id: 'cast3', attributes: { to: 99 } }));
    await expect(createPlainBackend().prepare(bad.done())).rejects.toMatchObject({
      code: 'ops/bad-attribute',
      message: expect.stringContaining("'cast3'"),
    });
    const b = graphBuilder();
    b.output(b.node('Add', [b.input('x', [1, 2]), b.constant('c', [3], [1, 2, 3])], { id: 'sum1' }));
    const runner = await createPlainBackend().prepare(b.done());
    await expect(runner.run(feeds())).rejects.toMatchObject({
      code: 'ops/incompatible-shapes',
      message: expect.stringContaining("'sum1'"),
    });
  });

  test('a missing feed, an unknown tap, a disposed runner', async () => {
    const runner = await createPlainBackend().prepare(smallModel());
    await expect(runner.run(new Map())).rejects.toMatchObject({ code: 'compute/missing-feed', facts: { input: 'x' } });
    await expect(runner.run(feeds(), { taps: ['nowhere'] })).rejects.toMatchObject({ code: 'compute/unknown-value' });
    runner.dispose();
    await expect(runner.run(feeds())).rejects.toMatchObject({ code: 'compute/disposed' });
  });
});
