import { beforeAll, describe, expect, test } from 'vitest';
import { createPlainBackend } from '../../src/compute/index.ts';
import { numbersOf, type Tensor } from '../../src/ir/index.ts';
import { caseTitle, gradientGraph } from '../../src/test-kit/gradient-cases/graph.ts';
import { gradientCases } from '../../src/test-kit/gradient-cases/index.ts';
import { trainingOps } from '../../src/train/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { trainingBackend } from './training-case.ts';

/** The graphs of all gradients, on the kernels and on the references: forms that networks bring, not those that kernels were written for. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

describe('gradients are the same on the kernels', () => {
  for (const given of gradientCases)
    test(caseTitle(given), async () => {
      const { model, feeds } = gradientGraph(given);
      const runner = await wasm.prepare(model);
      const [found, expected] = [
        await runner.run(feeds),
        await (await createPlainBackend(trainingOps).prepare(model)).run(feeds),
      ];
      runner.dispose();
      for (const [id, tensor] of expected) {
        const [a, b] = [found.get(id) as Tensor, tensor].map((value) => Float64Array.from(numbersOf(value)));
        expect(found.get(id)?.shape).toEqual(tensor.shape);
        if (!a || !b) throw new Error('both engines gave the value');
        const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        b.forEach((x, i) => {
          expect(Math.abs((a[i] as number) - x), `${id}[${i}]: ${a[i]}, not ${x}`).toBeLessThan(5e-5 * largest);
        });
      }
    });
});
