import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Codes } from '../../src/compute/index.ts';
import { createPlainProgramBackend, plainKernels } from '../../src/emulate/index.ts';
import { bufferRange, type Program, type StorageType, storageBytes } from '../../src/ir/index.ts';
import { resnet8Program } from '../../src/test-kit/resnet8-program.ts';
import { createWasmProgramBackend, loadKernels, type WasmProgramBackend } from '../backends/index.ts';
import { buildKernels } from './build.mjs';
import { anyProgram, ONE_CALL_KERNELS } from './one-call-program.ts';

let wasm: WasmProgramBackend;
beforeAll(async () => {
  wasm = createWasmProgramBackend(await loadKernels(new Uint8Array(readFileSync(await buildKernels()))), plainKernels);
});

/** Every code of the type, those a symmetric buffer never holds too: kernels must not rely on it. */
const storageRange = (type: StorageType): readonly [number, number] => {
  const bits = 8 * storageBytes(type);
  return type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
};

const randomInputs = (program: Program, random: Random): Codes[] =>
  program.inputs.map((port) => {
    const buffer = program.buffers[port.buffer];
    const count = buffer!.shape.reduce((n, d) => n * d, 1);
    const [low, high] = buffer!.bits < 8 ? bufferRange(buffer!) : storageRange(buffer!.type);
    const code = () => low + random.below(high - low + 1);
    if (buffer!.type === 'uint8') return Uint8Array.from({ length: count }, code);
    if (buffer!.type === 'int16') return Int16Array.from({ length: count }, code);
    return Int8Array.from({ length: count }, code);
  });

describe('ResNet-8', () => {
  test('every buffer equals the emulator, and no call runs plain', () => {
    const program = resnet8Program(3);
    const inputs = randomInputs(program, new Random(4));
    const expected: Codes[] = [];
    createPlainProgramBackend()
      .load(program)
      .trace(inputs, (call, memory) => expected.push(memory.buffer(call.output).slice()));
    const runner = wasm.load(program);
    const found: Codes[] = [];
    runner.trace(inputs, (call, memory) => found.push(memory.buffer(call.output).slice()));
    expect(found).toEqual(expected);
    expect(runner.plainCalls).toEqual([]);
    expect(new Set(found.at(-2)).size, 'codes are spread, not all clamped').toBeGreaterThan(20);
    runner.dispose();
  });

  test('two programs at once, and a third in the memory of a disposed one', () => {
    const programs = [resnet8Program(5), resnet8Program(6), resnet8Program(7)] as const;
    const inputs = randomInputs(programs[0], new Random(8));
    const expected = programs.map((p) => createPlainProgramBackend().load(p).run(inputs));
    const first = wasm.load(programs[0]);
    const second = wasm.load(programs[1]);
    const before = first.run(inputs);
    expect(second.run(inputs)).toEqual(expected[1]);
    expect(first.run(inputs)).toEqual(before);
    expect(before).toEqual(expected[0]);
    first.dispose();
    expect(() => first.run(inputs)).toThrow('disposed');
    const third = wasm.load(programs[2]);
    expect(third.run(inputs)).toEqual(expected[2]);
    expect(second.run(inputs)).toEqual(expected[1]);
  });
});

const RUNS = 100;

describe.each(ONE_CALL_KERNELS)('%s', (kernel) => {
  test('equals the emulator on random shapes, types, and factors', () => {
    let fast = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed);
        const program = anyProgram(kernel, random);
        const inputs = randomInputs(program, random);
        const runner = wasm.load(program);
        if (runner.plainCalls.length === 0) fast++;
        const found = runner.run(inputs);
        runner.dispose();
        expect(found).toEqual(createPlainProgramBackend().load(program).run(inputs));
      }),
      { numRuns: RUNS, seed: 20 },
    );
    expect(fast, 'most cases ran on the fast kernel').toBeGreaterThan(RUNS / 2);
  });
});

test('100 000 dot products of ternary and of binary numbers, lengths off the word, equal the plain sums (methods C.12, D.2)', () => {
  const random = new Random(12);
  for (const kernel of ['dense, ternary', 'dense, binary codes'] as const) {
    let dots = 0;
    while (dots < 100_000) {
      const program = anyProgram(kernel, random);
      const runner = wasm.load(program);
      const plain = createPlainProgramBackend().load(program);
      expect(runner.plainCalls).toEqual([]);
      for (let i = 0; i < 40; i++) {
        const inputs = randomInputs(program, random);
        const found = runner.run(inputs);
        expect(found).toEqual(plain.run(inputs));
        dots += found[0]?.length ?? 0;
      }
      runner.dispose();
    }
  }
});

test('calls without a fast kernel run plain, and are listed', () => {
  const base = resnet8Program(9);
  const stem = base.calls.find((call) => call.kernel === 'conv2d' && call.nodes[0] === 'stem');
  // Weights said to be wider than 8 bits have no kernel.
  const constants = base.constants.map((constant) =>
    stem?.kernel === 'conv2d' && constant.id === stem.weights ? { ...constant, bits: 9 } : constant,
  );
  const program = { ...base, constants };
  const inputs = randomInputs(program, new Random(10));
  const runner = wasm.load(program);
  expect(runner.plainCalls).toEqual([stem]);
  expect(runner.run(inputs)).toEqual(createPlainProgramBackend().load(base).run(inputs));
});

test('WebAssembly that cannot be compiled is a user error', async () => {
  await expect(loadKernels(new Uint8Array([0, 97, 115, 109, 9, 9, 9, 9]))).rejects.toMatchObject({
    name: 'UserError',
    code: 'workers/wasm-blocked',
  });
});
