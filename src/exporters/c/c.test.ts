import { describe, expect, test } from 'vitest';
import type { KernelName, Program, StorageType, TestVector } from '../../ir/index.ts';
import { buildAndRun, execute, hasGcc, hasMake, inFolder, NO_GCC, SANITIZED } from '../../test-kit/c-package.ts';
import { requestOf } from '../../test-kit/export-request.ts';
import {
  addConv2d,
  addDense,
  addPlain,
  ProgramBuilder,
  randomVectors,
  type WeightedKind,
} from '../../test-kit/random-program.ts';
import { exportC } from './print-package.ts';

const filesOf = (program: Program, vectors: readonly TestVector[], options = {}) =>
  exportC(requestOf(program, vectors, options)).files;

function expectExact(program: Program, vectors: readonly TestVector[], flags?: readonly string[], options = {}): void {
  const { status, output } = buildAndRun(filesOf(program, vectors, options), flags);
  expect(output).toBe(`self-test: ${vectors.length} vectors, 0 mismatches\n`);
  expect(status).toBe(0);
}

const TYPES: readonly StorageType[] = ['int8', 'uint8', 'int16', 'uint16'];

const plainKind: WeightedKind = {
  x: 'uint8',
  weights: 'int8',
  weightBits: 8,
  y: 'int8',
  zeroPoints: false,
  accumulator: 'int32',
};

/** Kinds of weighted calls: every width of weights, every storage type, both accumulators. */
function weightedKinds(): WeightedKind[] {
  const kinds: WeightedKind[] = [];
  for (const weightBits of [1, 2, 3, 4, 5, 6, 7, 8])
    for (const weights of ['int8', 'uint8'] as const)
      kinds.push({ ...plainKind, weights, weightBits, zeroPoints: weightBits % 2 === 0 || weights === 'uint8' });
  for (const x of TYPES)
    for (const accumulator of ['int32', 'int64'] as const)
      kinds.push({ ...plainKind, x, accumulator, y: x === 'int8' ? 'uint8' : x });
  for (const weights of ['int16', 'uint16'] as const)
    for (const weightBits of [9, 12, 16])
      for (const x of TYPES)
        kinds.push({ ...plainKind, x, weights, weightBits, y: 'int16', accumulator: 'int64', zeroPoints: true });
  kinds.push({ ...plainKind, x: 'int8', weights: 'int16', weightBits: 16, accumulator: 'int32' });
  return kinds;
}

function weightedProgram(seed: number): Program {
  const b = new ProgramBuilder('weighted', seed);
  for (const kind of weightedKinds()) {
    addConv2d(b, kind, b.random.pick(['plain', 'grouped', 'depthwise'] as const));
    addDense(b, kind);
  }
  for (const style of ['plain', 'grouped', 'depthwise'] as const)
    for (let i = 0; i < 8; i++) addConv2d(b, { ...plainKind, x: i % 2 ? 'int8' : 'uint8' }, style);
  return b.build();
}

function plainProgram(seed: number): Program {
  const b = new ProgramBuilder('plain', seed);
  for (const add of Object.values(addPlain))
    for (const type of TYPES) {
      add(b, type);
      add(b, type);
    }
  return b.build();
}

describe.skipIf(!hasGcc)(`exported C (${NO_GCC} where skipped)`, () => {
  test.each([1, 2])('weighted kernels of every width equal the twin, seed %i', (seed) => {
    const program = weightedProgram(seed);
    expectExact(program, randomVectors(program, 3, seed));
  });

  test('weights left unpacked give the same results', () => {
    const program = weightedProgram(3);
    expectExact(program, randomVectors(program, 2, 3), undefined, { weights: 'plain' });
  });

  test.each([1, 2, 3])('kernels without weights equal the twin on every storage type, seed %i', (seed) => {
    const program = plainProgram(seed);
    const kernels = new Set<KernelName>(program.calls.map((call) => call.kernel));
    expect(kernels.size).toBe(11);
    expectExact(program, randomVectors(program, 3, seed));
  });

  test('sanitizers are silent', () => {
    for (const program of [weightedProgram(4), plainProgram(4)])
      expectExact(program, randomVectors(program, 2, 4), SANITIZED);
  });

  test('the largest accumulators and multipliers do not overflow', () => {
    const program = extremes();
    expectExact(program, randomVectors(program, 2, 1), SANITIZED);
  });

  test('a wrong recorded code is reported, and the exit status says so', () => {
    const program = plainProgram(5);
    const [vector] = randomVectors(program, 1, 5) as [TestVector];
    const outputs = vector.outputs.map((codes) => codes.slice());
    const wrong = outputs[3] as (typeof outputs)[number];
    const right = wrong[1] as number;
    wrong[1] = right === 7 ? 6 : 7;
    const { status, output } = buildAndRun(filesOf(program, [vector, { ...vector, outputs }]));
    const name = program.outputs[3]?.tensor;
    expect(output).toBe(
      `vector 1, output ${name}, index 1: expected ${wrong[1]}, got ${right}\nself-test: 2 vectors, 1 mismatches\n`,
    );
    expect(status).toBe(1);
  });

  test.skipIf(!hasMake)('make test builds and runs it; make clean leaves the sources', () => {
    const program = plainProgram(6);
    const files = filesOf(program, randomVectors(program, 1, 6));
    inFolder(files, (folder) => {
      const made = execute(folder, 'make', ['test', 'CFLAGS=-std=c11 -O0']);
      expect(made.output).toContain('self-test: 1 vectors, 0 mismatches');
      expect(made.status).toBe(0);
      execute(folder, 'make', ['clean']);
      expect(execute(folder, 'sh', ['-c', 'ls | sort']).output.trim().split('\n')).toEqual([...files.keys()].sort());
    });
  });
});

/** Sums near 2^31 and 2^47, multipliers at their limits, shift 0 and 62. */
function extremes(): Program {
  const b = new ProgramBuilder('extremes', 1);
  for (const [shift, accumulator, multiplier] of [
    [0, 'int32', 2147483647],
    [62, 'int32', 2147483647],
    [31, 'int32', 2147483647],
    [62, 'int64', 32767],
    [1, 'int64', 32767],
  ] as const) {
    const x = b.input('int16', [4]);
    const y = b.buffer('int16', [3]);
    const bias = [-2147483647, 2147483647, 0];
    b.call({
      kernel: 'dense',
      nodes: [b.nextCall()],
      inputs: [x.id],
      output: y.id,
      rows: 1,
      accumulator,
      clamp: { low: -32768, high: 32767 },
      weights: b.constant('weights', 'int16', [3, 4], () => (accumulator === 'int32' ? 0 : -32768)),
      bias: b.constant('bias', 'int32', [3], (i) => bias[i] as number),
      rescale: {
        multiplier: b.constant('multiplier', 'int32', [1], () => multiplier),
        shift: b.constant('shift', 'uint8', [1], () => shift),
        rounding: true,
      },
    });
  }
  return b.build();
}
