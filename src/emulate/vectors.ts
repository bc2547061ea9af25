import type { Codes, ProgramBackend, ProgramRunner } from '../compute/index.ts';
import { type Program, type SampleSet, sampleOf, type TestVector } from '../ir/index.ts';
import { missingInput } from './errors.ts';
import { encodeInput } from './ports.ts';

/** Codes of every program input for sample `index`, in the order of `program.inputs`. */
export function encodeSample(program: Program, samples: SampleSet, index: number): readonly Codes[] {
  return program.inputs.map((port) => {
    const input = samples.inputs.find((i) => i.tensor === port.tensor);
    if (!input)
      throw missingInput(
        port.tensor,
        samples.inputs.map((i) => i.tensor),
      );
    return encodeInput(program, port, sampleOf(input, index));
  });
}

/** Inputs and expected outputs for the self-check of a package, for all samples given. `backend` must be bit-exact. */
export function makeTestVectors(program: Program, backend: ProgramBackend, samples: SampleSet): readonly TestVector[] {
  const runner: ProgramRunner = backend.load(program);
  try {
    return Array.from({ length: samples.count }, (_, index) => {
      const inputs = encodeSample(program, samples, index);
      return { inputs, outputs: runner.run(inputs) };
    });
  } finally {
    runner.dispose();
  }
}
