import { messageOf } from '../src/base/index.ts';
import { createPlainBackend, type FloatBackend } from '../src/compute/index.ts';
import { createPlainProgramBackend, plainKernels } from '../src/emulate/index.ts';
import type { Engines } from '../src/jobs/index.ts';
import { bindTrainingNode, trainingOps } from '../src/train/index.ts';
import { createWasmFloatBackend, createWasmProgramBackend } from './backends/index.ts';

/** What a worker is told about the compiled kernels: the module, or why there is none. */
export interface KernelsMessage {
  readonly module?: WebAssembly.Module;
  readonly problem?: string;
}

/** Float graphs on the kernels, and on `others` what has none; without kernels all of it on `others`. */
export const floatsWith = ({ module }: KernelsMessage, others: FloatBackend): FloatBackend =>
  module ? createWasmFloatBackend(module, bindTrainingNode, others) : others;

/** The fastest engines that this host allows; where that is not WebAssembly, the notes say so and why. */
export function createEngines({ module, problem }: KernelsMessage): Engines {
  let reason = problem;
  if (module) {
    try {
      const floats = createWasmFloatBackend(module, bindTrainingNode);
      return { programs: createWasmProgramBackend(module, plainKernels), floats, steps: floats, notes: [] };
    } catch (thrown) {
      reason = messageOf(thrown);
    }
  }
  return {
    programs: createPlainProgramBackend(),
    floats: createPlainBackend(),
    steps: createPlainBackend(trainingOps),
    notes: [
      {
        code: 'jobs/plain-engine',
        severity: 'warning',
        message: `WebAssembly cannot be used here (${reason ?? 'no kernels were given'}): plain JavaScript computes the same bits, about 50 times slower. Allow WebAssembly for this address, then reload.`,
      },
    ],
  };
}
