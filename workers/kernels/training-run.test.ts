import { beforeAll, describe, expect, test } from 'vitest';
import { encodeWeight, tensorOf } from '../../src/ir/index.ts';
import { generated, recipeOf, smallNetwork, trainWith } from '../../src/test-kit/training-rig.ts';
import type { Checkpoint } from '../../src/train/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const request = {
  model: smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 8, normalized: true, softmax: true }),
  samples: generated('tones', 64, 1),
  validation: generated('tones', 20, 2),
  recipe: recipeOf({ batch: 16, epochs: 3 }),
};

describe('runs on the kernels', () => {
  test('the same seed gives the same weights, resumed or not', async () => {
    const first = await trainWith(request, { backend: wasm });
    const again = await trainWith(request, { backend: wasm, tick: 3 });
    expect(again.weightsSha256).toBe(first.weightsSha256);
    const saved: Checkpoint[] = first.events.flatMap((e) => (e.type === 'checkpoint' ? [e.checkpoint] : []));
    expect(saved.length).toBe(3);
    const resumed = await trainWith({ ...request, resume: structuredClone(saved[0] as Checkpoint) }, { backend: wasm });
    expect(resumed.weightsSha256).toBe(first.weightsSha256);
    expect(first.plannedBytes).toBeGreaterThan(0);
  });

  test('they learn what the plain backend learns', async () => {
    const fast = await trainWith(request, { backend: wasm });
    const plain = await trainWith(request);
    for (const [epoch, { training, validation }] of plain.epochs.entries()) {
      expect(fast.epochs[epoch]?.validation?.loss).toBeCloseTo(validation?.loss ?? Number.NaN, 3);
      if (training) expect(fast.epochs[epoch]?.training?.loss).toBeCloseTo(training.loss, 3);
    }
  });

  test('a layer whose result leaves the range is named', async () => {
    const huge = tensorOf('float32', [8, 6], new Float32Array(48).fill(3e38));
    const weights = new Map(request.model.weights).set('fc.w', encodeWeight('fc.w', huge));
    const failed = await trainWith({ ...request, model: { ...request.model, weights } }, { backend: wasm }).catch(
      (e: unknown) => e,
    );
    expect(failed).toMatchObject({ code: 'train/diverged', facts: { node: 'fc', step: 0 } });
  });
});
