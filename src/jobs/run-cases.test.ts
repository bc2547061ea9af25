import { describe, expect, test } from 'vitest';
import { messageOf } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { readNpz, writeNpz } from '../datasets/index.ts';
import { createPlainProgramBackend } from '../emulate/index.ts';
import { testContext } from '../test-kit/context.ts';
import { CASE_GAPS, operatorCase, operatorCases } from '../test-kit/operator-cases.ts';
import { hasSharedData, NO_SHARED_DATA } from '../test-kit/shared-data.ts';
import { RunGate } from './run-gate.ts';
import { createStore } from './store.ts';
import { jobTable } from './table.ts';

const host = {
  engines: async () => ({
    programs: createPlainProgramBackend(),
    floats: createPlainBackend(),
    steps: createPlainBackend(),
    notes: [],
  }),
  withOnnxruntime: () => Promise.reject(new Error('not asked for')),
  independent: () => Promise.reject(new Error('not asked for')),
  now: () => 0,
  pause: async () => {},
};
const store = createStore(host);
const { run } = jobTable(store, host);

/** Opens the case as a model of the user, and runs it on an .npz, as `run --backend plain` does. */
async function failureOf(name: string): Promise<string | undefined> {
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
    const { arrays } = await run({ modelId: name, files, backend: 'plain' }, context);
    return faultOf(readNpz('output.npz', arrays));
  } catch (thrown) {
    return messageOf(thrown);
  } finally {
    store.release(name);
  }
}

describe.skipIf(!hasSharedData)(
  `run --backend plain on the ONNX operator cases (skipped when ${NO_SHARED_DATA})`,
  () => {
    test('at least 224 of 226 pass; the others are known, with their reason', async () => {
      const cases = operatorCases();
      const failures: [string, string][] = [];
      for (const name of cases) {
        const failure = await failureOf(name);
        if (failure !== undefined && !Object.hasOwn(CASE_GAPS, name)) failures.push([name, failure]);
      }
      expect(failures).toEqual([]);
      expect(cases.length - Object.keys(CASE_GAPS).length).toBeGreaterThanOrEqual(224);
    });
  },
);
