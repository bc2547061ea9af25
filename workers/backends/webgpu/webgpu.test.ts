import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/index.ts';
import type { FloatBackend, StepBackend } from '../../../src/compute/index.ts';
import { createPlainBackend } from '../../../src/compute/index.ts';
import type { Model } from '../../../src/ir/index.ts';
import { bindNode } from '../../../src/ops/index.ts';
import { graphBuilder } from '../../../src/test-kit/graph-builder.ts';
import { type Lifetime, shareBuffers } from './buffers.ts';
import { adapterName, isSoftwareAdapter, openGpu } from './device.ts';
import { float, grid, uniforms } from './gpu-node.ts';
import { kernelSource } from './kernels.ts';
import { planValues } from './plan-values.ts';
import { createProbedSteps, type EngineCandidate, gpuCandidate, type ProbeResult, probeEngines } from './probe.ts';

/** What needs a device is compared with the reference in a browser: e2e/flows/webgpu.spec.ts. */

describe('buffers', () => {
  const lifetimes = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(30), fc.nat(10))
      .map(([size, first, length]): Lifetime => ({ bytes: 4 * size, first, last: first + length })),
    { maxLength: 40 },
  );

  test('what shares a buffer is never in use at once, and fits', () => {
    fc.assert(
      fc.property(lifetimes, (all) => {
        const { bufferOf, bytes } = shareBuffers(all);
        all.forEach((a, i) => {
          expect(bytes[bufferOf[i] as number]).toBeGreaterThanOrEqual(a.bytes);
          all.forEach((b, j) => {
            if (i !== j && bufferOf[i] === bufferOf[j]) expect(a.last < b.first || b.last < a.first).toBe(true);
          });
        });
      }),
    );
  });

  test('a chain of equal values takes two', () => {
    const chain = Array.from({ length: 9 }, (_, i): Lifetime => ({ bytes: 64, first: i, last: i + 1 }));
    expect(shareBuffers(chain).bytes).toEqual([64, 64]);
  });
});

describe('plan', () => {
  /** relu(x · w) + state → output, and the state's next value. */
  function model(): Model {
    const b = graphBuilder();
    b.input('x', [2, 3]);
    b.input('s', [2, 4]);
    b.constant('w', [3, 4], new Float32Array(12));
    b.node('MatMul', ['x', 'w'], { id: 'product', outputs: ['p'] });
    b.node('Relu', ['p'], { id: 'relu', outputs: ['r'] });
    b.node('Add', ['r', 's'], { id: 'add', outputs: ['y'] });
    b.node('Det', ['y'], { id: 'unknown', outputs: ['z'] });
    b.node('Mul', ['s', 's'], { id: 'next', outputs: ['s2'] });
    for (const id of ['p', 'r', 'y', 's2']) b.describe(id, [2, 4]);
    b.describe('z', []);
    b.output('z', 's2');
    return b.done();
  }

  test('a Relu is done on the way, nodes without a kernel are told, state is moved on', () => {
    const plan = planValues(model(), new Map([['s', 's2']]));
    const [product, , add, unknown] = plan.steps;
    expect(product).toMatchObject({ fused: { index: 1, low: 0, output: 'r' } });
    expect(add).toBeDefined();
    expect(unknown).toBeUndefined();
    expect(plan.moves).toEqual([['s', 's2']]);
    expect(plan.bufferOf.get('s')).not.toBe(plan.bufferOf.get('s2'));
    expect(plan.bufferOf.has('z')).toBe(false);
  });

  test('an optimizer changes state where it lies, and not what something reads later', () => {
    const update = (readsLater: boolean) => {
      const b = graphBuilder(17, { 'paretoscope.train': 1 });
      for (const id of ['p', 'g', 'v']) b.input(id, [8]);
      b.input('rates', [3]);
      b.input('scale', []);
      const inputs = ['p', 'g', 'v', 'rates', 'scale'];
      b.node('SgdUpdate', inputs, { domain: 'paretoscope.train', outputs: ['p2', 'v2'] });
      b.node('Neg', [readsLater ? 'p' : 'g'], { outputs: ['y'] });
      for (const id of ['p2', 'v2', 'y']) b.describe(id, [8]);
      b.output('y', 'p2', 'v2');
      return planValues(
        b.done(),
        new Map([
          ['p', 'p2'],
          ['v', 'v2'],
        ]),
      );
    };
    const alone = update(false);
    expect(alone.moves).toEqual([]);
    expect(alone.bufferOf.get('p')).toBe(alone.bufferOf.get('p2'));
    const shared = update(true);
    expect(shared.moves).toEqual([['p', 'p2']]);
    expect(shared.steps[0]).toMatchObject({ copies: [['p', 'p2']] });
  });
});

test('uniforms lie as WGSL has them: scalars, then rows of four', () => {
  const block = new DataView(uniforms([7, float(0.5), -1], [[1, -2, 3]], 2).buffer);
  expect(block.byteLength).toBe(16 + 32);
  expect([block.getUint32(0, true), block.getFloat32(4, true), block.getInt32(8, true)]).toEqual([7, 0.5, -1]);
  expect([16, 20, 24, 28].map((at) => block.getInt32(at, true))).toEqual([1, -2, 3, 0]);
});

test('grids of more groups than one dimension holds are folded', () => {
  expect(grid(5)).toEqual([5, 1, 1]);
  const [x, y] = grid(70_000);
  expect(x).toBeLessThanOrEqual(65535);
  expect(x * y).toBeGreaterThanOrEqual(70_000);
});

test('a kernel begins with the constants of its variant', () => {
  const source = kernelSource('gemm', { ROWS: 4, HAS_BIAS: true });
  expect(source.startsWith('const ROWS = 4u;\nconst HAS_BIAS = true;\n')).toBe(true);
});

describe('adapters', () => {
  const none = { vendor: '', architecture: '', device: '', description: '' };

  test.each([
    [{ ...none, vendor: 'google', architecture: 'swiftshader' }, true],
    [{ ...none, description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
    [{ ...none, description: 'Microsoft Basic Render Driver' }, true],
    [{ ...none, vendor: 'nvidia', architecture: 'ampere', isFallbackAdapter: true }, true],
    [{ ...none, vendor: 'nvidia', architecture: 'ampere' }, false],
    [{ ...none, vendor: 'apple', architecture: 'metal-3' }, false],
    [none, false],
  ])('%o', (facts, isSoftware) => expect(isSoftwareAdapter(facts)).toBe(isSoftware));

  test('one without words has a name all the same', () => expect(adapterName(none)).toBe('unnamed adapter'));

  test('where there is none, the reason is said', async () => {
    await expect(openGpu(undefined)).rejects.toMatchObject({ code: 'workers/gpu-missing' });
    const empty = { requestAdapter: async () => null } as Partial<GPU> as GPU;
    await expect(openGpu(empty)).rejects.toThrow('found no graphics processor');
    const candidate = await gpuCandidate(undefined, bindNode);
    expect(candidate).toMatchObject({ name: 'WebGPU', refused: expect.stringContaining('offers no WebGPU') });
  });
});

describe('probe', () => {
  function work() {
    const b = graphBuilder();
    b.input('x', [4, 8]);
    b.output(b.describe(b.node('Relu', ['x'], { outputs: ['y'] }), [4, 8]));
    return { model: b.done(), batch: 4 };
  }

  /** The reference, on a clock that moves by `seconds` with each run. */
  function engine(id: string, seconds: number, clock: { now: number }): EngineCandidate {
    const plain = createPlainBackend();
    const backend: FloatBackend & StepBackend = {
      ...plain,
      id,
      description: id,
      async prepare(model) {
        const runner = await plain.prepare(model);
        return {
          ...runner,
          run(feeds) {
            clock.now += seconds;
            return runner.run(feeds);
          },
        };
      },
      async prepareSteps(model, state) {
        const runner = await plain.prepareSteps(model, state);
        return {
          ...runner,
          step(feeds) {
            clock.now += seconds;
            return runner.step(feeds);
          },
        };
      },
    };
    return { name: id, backend };
  }

  const probe = (first: number, second: number) => {
    const clock = { now: 0 };
    return probeEngines(work(), [engine('wasm', first, clock), engine('webgpu', second, clock)], () => clock.now);
  };

  test('the faster one is chosen, with figures and reason', async () => {
    const result = await probe(0.1, 0.01);
    expect(result.engine).toBe('webgpu');
    expect(result.figures.map((f) => f.samplesPerSecond?.toFixed(3))).toEqual(['40.000', '400.000']);
    expect(result.reason).toBe('webgpu: 400 samples/s; wasm 40 samples/s');
  });

  test('the first stays where the other is hardly faster', async () => {
    expect((await probe(0.1, 0.09)).engine).toBe('wasm');
  });

  test('one slow run is enough to judge', async () => {
    const { figures } = await probe(0.01, 30);
    expect(figures[1]).toMatchObject({ seconds: 30, runs: 1 });
  });

  test('who is refused or fails is told with the reason', async () => {
    const clock = { now: 0 };
    const failing: EngineCandidate = {
      name: 'broken',
      backend: {
        ...createPlainBackend(),
        id: 'broken',
        description: 'broken',
        prepare: async () => {
          throw new UserError('x/y', 'It broke.', 'Mend it.');
        },
      },
    };
    const refused: EngineCandidate = { name: 'WebGPU', refused: 'swiftshader is a program' };
    const result = await probeEngines(work(), [failing, refused, engine('wasm', 0.1, clock)], () => clock.now);
    expect(result.engine).toBe('wasm');
    expect(result.reason).toContain('broken not (It broke.)');
    expect(result.reason).toContain('WebGPU not (swiftshader is a program)');
    await expect(probeEngines(work(), [failing, refused], () => 0)).rejects.toThrow('It broke.');
    await expect(probeEngines(work(), [refused], () => 0)).rejects.toMatchObject({ code: 'workers/no-engine' });
  });

  test('a training step is probed once, and runs on what was chosen', async () => {
    const clock = { now: 0 };
    const choices: ProbeResult[] = [];
    const engines = [engine('wasm', 0.1, clock), engine('webgpu', 0.01, clock)] as const;
    const steps = createProbedSteps(
      engines,
      () => clock.now,
      (result) => choices.push(result),
    );
    expect(steps.description).toBe('wasm');
    const { model } = work();
    for (let i = 0; i < 2; i++) (await steps.prepareSteps(model, new Map())).dispose();
    expect(choices.map(({ engine: id, figures }) => [id, figures[0]?.samplesPerSecond?.toFixed(0)])).toEqual([
      ['webgpu', '40'],
    ]);
    expect([steps.id, steps.description]).toEqual(['webgpu', 'webgpu']);
    const runner = await steps.prepareSteps(model, new Map());
    const before = clock.now;
    await runner.step(new Map([['x', { type: 'float32', shape: [4, 8], data: new Float32Array(32) }]]));
    expect(clock.now - before).toBeCloseTo(0.01);
  });
});
