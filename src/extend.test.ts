import { describe, expect, test } from 'vitest';
import { inferShapes, layerCosts } from './analyze/index.ts';
import { createPlainBackend } from './compute/index.ts';
import { type Exporter, exporters, type PrintPackage } from './exporters/index.ts';
import type { Estimate, LayerCost } from './ir/index.ts';
import { estimateAll } from './latency/index.ts';
import { bindNode, type OpDef, ops } from './ops/index.ts';
import { type Platform, platforms } from './platforms/index.ts';
import { testContext } from './test-kit/context.ts';
import { graphBuilder } from './test-kit/graph-builder.ts';

/** CONTRIBUTING promises one file and one line. Each dummy here is that file; `with` is that line. */
describe('adding one of a kind takes one entry', () => {
  test('an operator is bound, shaped, costed and run', async () => {
    const double: OpDef = {
      id: 'test.dummy::Double',
      sinceOpset: 1,
      bind: () => ({
        infer: ([x]) => [{ ...(x?.type ? { type: x.type } : {}), ...(x?.shape ? { shape: x.shape } : {}) }],
        cost: (_, [y]) => ({ kind: 'elementwise', extraOps: y?.shape.reduce((n, d) => n * d, 1) ?? 0 }),
        run: ([x]) => [
          { type: 'float32', shape: x?.shape ?? [], data: Float32Array.from(x?.data as Float32Array, (v) => 2 * v) },
        ],
      }),
    };
    const extended = ops.with(double);
    const node = { id: 'n', op: 'Double', domain: 'test.dummy', inputs: ['x'], outputs: ['y'], attributes: new Map() };
    expect(bindNode(node, new Map([['test.dummy', 1]]))).toBeUndefined();
    expect(bindNode(node, new Map([['test.dummy', 1]]), extended)?.infer([{ type: 'float32', shape: [3] }], 1)).toEqual(
      [{ type: 'float32', shape: [3] }],
    );
    const model = {
      graph: {
        version: 1 as const,
        name: 'dummy',
        opsets: new Map([['test.dummy', 1]]),
        inputs: ['x'],
        outputs: ['y'],
        tensors: new Map([
          ['x', { id: 'x', type: 'float32' as const, shape: [3] }],
          ['y', { id: 'y', type: 'float32' as const, shape: [3] }],
        ]),
        nodes: [node],
      },
      weights: new Map(),
    };
    const runner = await createPlainBackend(extended).prepare(model);
    const out = await runner.run(new Map([['x', { type: 'float32', shape: [3], data: new Float32Array([1, 2, 3]) }]]));
    expect(out.get('y')?.data).toEqual(new Float32Array([2, 4, 6]));
  });

  test('a platform is estimated like any other', () => {
    const sourced = (value: number) => ({ value, provenance: 'assumed' as const, source: 'made up for this test' });
    const dummy: Platform = {
      id: 'dummy',
      name: 'Dummy board',
      kind: 'microcontroller',
      processor: 'none',
      ramBytes: sourced(64 * 1024),
      flashBytes: sourced(1 << 20),
      runtimes: [
        {
          id: 'bare',
          name: 'Bare',
          clockHertz: 1e8,
          widths: [{ weights: 8, activations: 8, type: 'int' }],
          peak: { opsPerSecond: sourced(2e6), bytesPerSecond: sourced(1e9) },
          operators: new Set(['Relu']),
        },
      ],
    };
    const builder = graphBuilder();
    builder.output(builder.node('Relu', [builder.input('x', [1, 4, 8, 8])]));
    const model = builder.done();
    const costs: LayerCost[] = layerCosts(inferShapes(model, testContext()));
    const [estimate] = estimateAll({ costs, bits: 8, arenaBytes: 512 }, [
      platforms.with(dummy).get('dummy'),
    ]) as readonly Estimate[];
    expect(estimate?.fits).toBe('yes');
    expect(estimate?.latency?.value).toBeCloseTo(256 / 2e6, 9);
  });

  test('an exporter is found and makes its package', async () => {
    const dummy: Exporter = {
      id: 'dummy',
      name: 'Dummy',
      description: 'Counts kernels.',
      options: [],
      load:
        async () =>
        ({ program }) => ({
          target: 'dummy',
          files: new Map([['count.txt', String(program.calls.length)]]),
          diagnostics: [],
        }),
    };
    const request = { program: { calls: [] } } as unknown as Parameters<PrintPackage>[0];
    const print = await exporters.with(dummy).get('dummy').load();
    expect(print(request).files.get('count.txt')).toBe('0');
    expect(exporters.tryGet('dummy')).toBeUndefined();
  });
});
