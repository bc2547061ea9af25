import { expect, test } from 'vitest';
import type { FloatBackend } from '../../src/compute/index.ts';
import { createPlainProgramBackend } from '../../src/emulate/index.ts';
import {
  bindData,
  defaultTarget,
  noShapes,
  openModel,
  sensitivity,
  startSession,
  uniformChoices,
} from '../../src/explore/index.ts';
import { testContext } from '../../src/test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../../src/test-kit/shared-data.ts';
import { wasmForTests } from './float-chain.ts';

const reason = hasSharedData ? '' : ` (skipped: ${NO_SHARED_DATA})`;

/** The same backend, unable to record. */
const forgetful = (backend: FloatBackend): FloatBackend => ({
  ...backend,
  prepare: async (model) => {
    const runner = await backend.prepare(model);
    return {
      canTransform: runner.canTransform,
      engines: runner.engines,
      run: (feeds, options) => runner.run(feeds, options),
      dispose: () => runner.dispose(),
    };
  },
});

test.skipIf(!hasSharedData)(
  `recorded runs give the losses of runs from the start, in groups and alone${reason}`,
  async () => {
    const wasm = await wasmForTests();
    const file = (name: string) => ({ name, bytes: sharedData(`onnx-models/${name}`) });
    const opened = await openModel([file('mnist_cnn.onnx')], noShapes, testContext());
    const { samples } = bindData(opened, { files: [], seed: 3, count: 37 });
    const program = createPlainProgramBackend();
    const recorded = await startSession(
      opened,
      { samples, calibration: samples },
      { float: wasm, program },
      testContext(),
    );
    const anew = { ...recorded, backends: { float: forgetful(wasm), program } };
    const choices = uniformChoices(defaultTarget('stm32l4r5'), opened.layers.length, 8, 8);
    const losses = await sensitivity(recorded, choices, testContext());
    expect(losses.some(({ loss }) => loss !== 0)).toBe(true);
    expect(losses).toEqual(await sensitivity(anew, choices, testContext()));
  },
  60_000,
);
