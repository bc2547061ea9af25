import { beforeAll, describe, expect, test } from 'vitest';
import { wasmForTests } from '../../workers/kernels/float-chain.ts';
import { messageOf } from '../base/index.ts';
import { createPlainBackend, type FloatBackend } from '../compute/index.ts';
import { readNpz, writeNpz } from '../datasets/index.ts';
import { createPlainProgramBackend } from '../emulate/index.ts';
import { testContext } from '../test-kit/context.ts';
import { CASE_GAPS, operatorCase, operatorCases } from '../test-kit/operator-cases.ts';
import { hasSharedData, NO_SHARED_DATA } from '../test-kit/shared-data.ts';
import { RunGate } from './run-gate.ts';
import { createStore } from './store.ts';
import { jobTable } from './table.ts';

let kernels: FloatBackend;
beforeAll(async () => {
  kernels = await wasmForTests();
});

const host = {
  engines: async () => ({
    programs: createPlainProgramBackend(),
    floats: kernels,
    steps: createPlainBackend(),
    notes: [],
  }),
  fastestSteps: () => Promise.reject(new Error('not asked for')),
  withOnnxruntime: () => Promise.reject(new Error('not asked for')),
  independent: () => Promise.reject(new Error('not asked for')),
  now: () => 0,
  pause: async () => {},
};
const store = createStore(host);
const { run } = jobTable(store, host);

/** Opens the case as a model of the user, and runs it on an .npz, as `run --backend` does. */
async function failureOf(name: string, backend: 'plain' | 'wasm'): Promise<string | undefined> {
  try {
    const { bytes, feeds, faultOf } = operatorCase(name);
    store.hold('model', name, {
      id: name,
      files: [{ name: 'model.onnx', bytes }],
      shapes: { symbols: {}, inputs: {} },
    });
    const context = {
      ...testContext(),
      parallelism: 1,
      gate: new RunGate(),
      partial() {},
      call: () => Promise.reject(new Error('no pool')),
    };
    const files = [{ name: 'input.npz', bytes: writeNpz(feeds) }];
    const { arrays, backend: used } = await run({ modelId: name, files, backend }, context);
    if (used !== backend) return `ran on ${used}`;
    return faultOf(readNpz('output.npz', arrays));
  } catch (thrown) {
    return messageOf(thrown);
  } finally {
    store.release(name);
  }
}

describe.skipIf(!hasSharedData)(`run on the ONNX operator cases (skipped when ${NO_SHARED_DATA})`, () => {
  test.each(['plain', 'wasm'] as const)(
    '--backend %s: at least 224 of 226 pass; the others are known, with their reason',
    async (backend) => {
      const cases = operatorCases();
      const failures: [string, string][] = [];
      for (const name of cases) {
        const failure = await failureOf(name, backend);
        if (failure !== undefined && !Object.hasOwn(CASE_GAPS, name)) failures.push([name, failure]);
      }
      expect(failures).toEqual([]);
      expect(cases.length - Object.keys(CASE_GAPS).length).toBeGreaterThanOrEqual(224);
    },
  );
});
