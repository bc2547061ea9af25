import { describe, expect, test } from 'vitest';
import { Random } from '../base/index.ts';
import { createPlainProgramBackend } from '../emulate/index.ts';
import { exporters } from '../exporters/index.ts';
import type { Program, TestVector } from '../ir/index.ts';
import { buildAndRun, hasGcc, NO_GCC } from '../test-kit/c-package.ts';
import { requestOf } from '../test-kit/export-request.ts';
import {
  addConv2d,
  addPlain,
  codeBounds,
  ProgramBuilder,
  randomVectors,
  type WeightedKind,
} from '../test-kit/random-program.ts';
import { resnet8Program } from '../test-kit/resnet8-program.ts';

/** Vectors as the emulator makes them, for random input codes. */
function emulated(program: Program, inputs: readonly TestVector['inputs'][]): TestVector[] {
  const runner = createPlainProgramBackend().load(program);
  try {
    return inputs.map((codes) => ({ inputs: codes, outputs: runner.run(codes).map((o) => o.slice()) }));
  } finally {
    runner.dispose();
  }
}

function randomInputs(program: Program, count: number): TestVector['inputs'][] {
  const random = new Random(11);
  return Array.from({ length: count }, () =>
    program.inputs.map((port) => {
      const buffer = program.buffers.find((b) => b.id === port.buffer);
      if (!buffer) throw new Error('no buffer');
      const [low, high] = codeBounds(buffer.type, buffer.bits);
      const length = buffer.shape.reduce((n, d) => n * d, 1);
      return Int8Array.from({ length }, () => low + random.below(high - low + 1));
    }),
  );
}

describe.skipIf(!hasGcc)(`exported C against the emulator (${NO_GCC} where skipped)`, () => {
  test('ResNet-8: no mismatch', async () => {
    const program = resnet8Program();
    const vectors = emulated(program, randomInputs(program, 4));
    const { files } = (await exporters.get('c').load())(requestOf(program, vectors));
    expect(buildAndRun(files).output).toBe('self-test: 4 vectors, 0 mismatches\n');
  });

  test('every kernel on random shapes: emulator, independent twin and C agree', async () => {
    const b = new ProgramBuilder('all kernels', 21);
    // The emulator views memory as typed arrays, so 16-bit buffers need even offsets: here all are 8 bits.
    const kind: WeightedKind = {
      x: 'uint8',
      weights: 'int8',
      weightBits: 5,
      y: 'int8',
      zeroPoints: true,
      accumulator: 'int32',
    };
    for (const style of ['plain', 'grouped', 'depthwise'] as const) addConv2d(b, kind, style);
    for (const [name, add] of Object.entries(addPlain)) if (!['lookup', 'requantize'].includes(name)) add(b, 'int8');
    const program = b.build();
    const twin = randomVectors(program, 3, 21);
    const vectors = emulated(
      program,
      twin.map((v) => v.inputs),
    );
    expect(vectors.map((v) => v.outputs)).toEqual(twin.map((v) => v.outputs));
    const { files } = (await exporters.get('c').load())(requestOf(program, vectors));
    expect(buildAndRun(files).output).toBe('self-test: 3 vectors, 0 mismatches\n');
  });
});
