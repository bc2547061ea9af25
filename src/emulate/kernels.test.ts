import { expect, test } from 'vitest';
import {
  type KernelCall,
  type Program,
  type ProgramBuffer,
  type ProgramConstant,
  programFaults,
  storageBytes,
} from '../ir/index.ts';
import { decodeOutput, encodeInput, outputCodes } from './ports.ts';
import { createPlainProgramBackend } from './runner.ts';
import { saturationReport } from './saturation.ts';
import { makeTestVectors } from './vectors.ts';

/** One call by hand: every kernel on numbers small enough to check on paper. */

type BufferGiven = Pick<ProgramBuffer, 'shape'> & Partial<ProgramBuffer>;
type ConstantGiven = Pick<ProgramConstant, 'data' | 'role'> & { readonly shape?: readonly number[] };

const TYPES = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array };

function programOf(
  call: KernelCall,
  inputs: readonly BufferGiven[],
  output: BufferGiven,
  constants: readonly ConstantGiven[] = [],
): Program {
  let offset = 0;
  const buffers = [...inputs, output].map((given, id): ProgramBuffer => {
    const type = given.type ?? 'int8';
    const bytes = given.shape.reduce((n, d) => n * d, 1) * storageBytes(type);
    const at = Math.ceil(offset / 4) * 4;
    offset = at + bytes;
    const isOutput = id === inputs.length;
    const life = { firstTick: isOutput ? 0 : -1, lastTick: isOutput ? 1 : 0 };
    const bits = storageBytes(type) * 8;
    return { id, tensor: `t${id}`, type, scale: 1, zeroPoint: 0, bits, offset: at, bytes, ...life, ...given };
  });
  const port = (id: number) => {
    const { shape, tensor } = buffers[id]!;
    return { tensor, buffer: id, graphShape: shape, axes: shape.map((_, i) => i) };
  };
  return {
    version: 1,
    name: 'test',
    arenaBytes: offset,
    buffers,
    constants: constants.map(({ data, role, shape = [data.length] }, id): ProgramConstant => {
      const type = (Object.keys(TYPES) as (keyof typeof TYPES)[]).find((t) => data instanceof TYPES[t])!;
      return { id, label: role, role, type, bits: storageBytes(type) * 8, shape, data };
    }),
    calls: [call],
    inputs: inputs.map((_, id) => port(id)),
    outputs: [port(inputs.length)],
  };
}

function run(program: Program, ...inputs: readonly (readonly number[])[]): number[] {
  expect(programFaults(program)).toEqual([]);
  const codes = inputs.map((values, i) => TYPES[program.buffers[i]!.type].from(values));
  const [output] = createPlainProgramBackend().load(program).run(codes);
  return Array.from(output!);
}

const whole = { low: -128, high: 127 };
const rescale = { multiplier: 2, shift: 3, rounding: true };
const base = { nodes: ['n'], inputs: [0] };
const weightsOf = (shape: readonly number[], ...values: readonly number[]): ConstantGiven => ({
  role: 'weights',
  data: Int8Array.from(values),
  shape,
});
const biasOf = (...values: readonly number[]): ConstantGiven => ({ role: 'bias', data: Int32Array.from(values) });
const multiplierOf = (...values: readonly number[]): ConstantGiven => ({
  role: 'multiplier',
  data: Int32Array.from(values),
});
const shiftOf = (...values: readonly number[]): ConstantGiven => ({ role: 'shift', data: Uint8Array.from(values) });

const convCall = {
  ...base,
  kernel: 'conv2d',
  output: 1,
  weights: 0,
  bias: 1,
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  accumulator: 'int32',
  rescale,
  clamp: whole,
} as const;

test('conv2d: padding counts as zero value, not as code 0', () => {
  // 1×2 map of codes 3, 5 with zero point 1: X = 2, 4. Kernel 1×3 of ones, bias 10.
  const constants = [weightsOf([1, 1, 3, 1], 1, 1, 1), biasOf(10), multiplierOf(1), shiftOf(0)];
  const call: KernelCall = { ...convCall, pads: [0, 1, 0, 1] };
  const input = { shape: [1, 2, 1], zeroPoint: 1 };
  expect(run(programOf(call, [input], { shape: [1, 2, 1], zeroPoint: -2 }, constants), [3, 5])).toEqual([14, 14]);
});

test('conv2d: groups, strides, dilation, per-channel rescale, weight zero points, clamp', () => {
  // Two groups of one channel; kernel 2×1, dilation 2, stride 2 over 4 rows.
  const constants = [
    weightsOf([2, 2, 1, 1], 1, 2, 3, 4),
    biasOf(0, 1),
    multiplierOf(1, 3),
    shiftOf(0, 1),
    { role: 'zeroPoint' as const, data: Int32Array.of(0, 1) },
  ];
  const call: KernelCall = {
    ...convCall,
    groups: 2,
    strides: [2, 1],
    dilations: [2, 1],
    weightZeroPoint: 4,
    clamp: { low: 0, high: 40 },
  };
  const program = programOf(call, [{ shape: [4, 1, 2] }], { shape: [1, 1, 2] }, constants);
  // Channel 0: 1·1 + 3·2 = 7. Channel 1: 1 + 10·(3−1) + 30·(4−1) = 111, ·3 + 1 >> 1 = 167 → 40.
  expect(run(program, [1, 10, 2, 20, 3, 30, 4, 40])).toEqual([7, 40]);
});

test('dense: rows are independent; a plain shift floors, half rounds up', () => {
  const constants = [weightsOf([2, 2], 1, -1, 2, 0), biasOf(0, 0), multiplierOf(1), shiftOf(1)];
  const call = (rounding: boolean): KernelCall => ({
    ...base,
    kernel: 'dense',
    output: 1,
    weights: 0,
    bias: 1,
    rows: 2,
    accumulator: 'int32',
    rescale: { ...rescale, rounding },
    clamp: whole,
  });
  const program = (rounding: boolean) => programOf(call(rounding), [{ shape: [2, 2] }], { shape: [2, 2] }, constants);
  expect(run(program(false), [1, 4, 4, 1])).toEqual([-2, 1, 1, 4]);
  expect(run(program(true), [1, 4, 4, 1])).toEqual([-1, 1, 2, 4]);
});

test('maxPool leaves padding out, also where every code is negative', () => {
  const call: KernelCall = {
    ...base,
    kernel: 'maxPool',
    output: 1,
    window: [2, 2],
    strides: [2, 2],
    dilations: [1, 1],
    pads: [1, 1, 0, 0],
    clamp: whole,
  };
  const program = programOf(call, [{ shape: [3, 3, 1] }], { shape: [2, 2, 1] });
  expect(run(program, [-9, -8, -7, -6, -5, -4, -3, -2, -1])).toEqual([-9, -7, -3, -1]);
});

test('averagePool divides by the elements counted, with and without padding', () => {
  const call = (countPadding: boolean): KernelCall => ({
    ...base,
    kernel: 'averagePool',
    output: 1,
    window: [2, 2],
    strides: [2, 2],
    pads: [1, 1, 0, 0],
    countPadding,
    multiplier: 0,
    shift: 8,
    clamp: whole,
  });
  const program = (countPadding: boolean) =>
    programOf(call(countPadding), [{ shape: [3, 3, 1], zeroPoint: 1 }], { shape: [2, 2, 1] }, [
      multiplierOf(0, 256, 128, 85, 64),
    ]);
  const codes = [9, 9, 9, 9, 9, 9, 9, 9, 9];
  expect(run(program(false), codes)).toEqual([8, 8, 8, 8]);
  expect(run(program(true), codes)).toEqual([2, 4, 4, 8]);
});

test('add rescales both operands and broadcasts the second; a negative multiplier subtracts', () => {
  const call: KernelCall = {
    ...base,
    kernel: 'add',
    inputs: [0, 1],
    output: 2,
    multiplierA: 2,
    multiplierB: -1,
    shift: 1,
    clamp: whole,
  };
  const program = programOf(call, [{ shape: [2, 2] }, { shape: [2], zeroPoint: 1 }], { shape: [2, 2] });
  // (2a − (b − 1) + 1) >> 1 with b − 1 = 2, 3.
  expect(run(program, [10, 20, -10, -20], [3, 4])).toEqual([9, 19, -11, -21]);
});

test('mul is a product of zero-based codes', () => {
  const call: KernelCall = {
    ...base,
    kernel: 'mul',
    inputs: [0, 1],
    output: 2,
    rescale: { multiplier: 0, shift: 1, rounding: true },
    clamp: whole,
  };
  const inputs = [{ shape: [3], zeroPoint: 2 }, { shape: [3] }];
  const program = programOf(call, inputs, { shape: [3], zeroPoint: 5 }, [multiplierOf(1), shiftOf(1)]);
  expect(run(program, [4, 0, 12], [3, 3, 127])).toEqual([8, 2, 127]);
});

test('lookup is indexed from the lowest code of the storage type', () => {
  const table = { role: 'table' as const, data: Uint8Array.from({ length: 256 }, (_, i) => 255 - i) };
  const call: KernelCall = { ...base, kernel: 'lookup', output: 1, table: 0 };
  const program = programOf(call, [{ shape: [3] }], { shape: [3], type: 'uint8' }, [table]);
  expect(run(program, [-128, 0, 127])).toEqual([255, 127, 0]);
});

test('requantize moves codes to another grid', () => {
  const call: KernelCall = {
    ...base,
    kernel: 'requantize',
    output: 1,
    rescale: { multiplier: 0, shift: 1, rounding: true },
    clamp: { low: 0, high: 255 },
  };
  const program = programOf(call, [{ shape: [4], zeroPoint: -1 }], { shape: [4], type: 'uint8', zeroPoint: 3 }, [
    multiplierOf(3),
    shiftOf(1),
  ]);
  expect(run(program, [-128, -1, 0, 127])).toEqual([0, 3, 5, 195]);
});

test('concat, pad, transpose, slice, resizeNearest only move', () => {
  const joined = programOf(
    { ...base, kernel: 'concat', inputs: [0, 1], output: 2, axis: 1 },
    [{ shape: [2, 1] }, { shape: [2, 2] }],
    { shape: [2, 3] },
  );
  expect(run(joined, [1, 2], [3, 4, 5, 6])).toEqual([1, 3, 4, 2, 5, 6]);
  const padded = programOf(
    { ...base, kernel: 'pad', output: 1, before: [1, 0], after: [0, 1], fillCode: -7 },
    [{ shape: [1, 2] }],
    { shape: [2, 3] },
  );
  expect(run(padded, [1, 2])).toEqual([-7, -7, -7, 1, 2, -7]);
  const turned = programOf({ ...base, kernel: 'transpose', output: 1, axes: [2, 0, 1] }, [{ shape: [2, 1, 3] }], {
    shape: [3, 2, 1],
  });
  expect(run(turned, [1, 2, 3, 4, 5, 6])).toEqual([1, 4, 2, 5, 3, 6]);
  const cut = programOf({ ...base, kernel: 'slice', output: 1, starts: [1, 2], steps: [1, -2] }, [{ shape: [2, 3] }], {
    shape: [1, 2],
  });
  expect(run(cut, [1, 2, 3, 4, 5, 6])).toEqual([6, 4]);
  const indices = (...values: readonly number[]): ConstantGiven => ({ role: 'index', data: Uint16Array.from(values) });
  const grown = programOf(
    { ...base, kernel: 'resizeNearest', output: 1, rows: 0, columns: 1 },
    [{ shape: [1, 2, 2] }],
    { shape: [2, 3, 2] },
    [indices(0, 0), indices(0, 0, 1)],
  );
  expect(run(grown, [1, 2, 3, 4])).toEqual([1, 2, 1, 2, 3, 4, 1, 2, 1, 2, 3, 4]);
});

test('inputs are encoded into the order of the buffer, outputs come back in the order of the graph', () => {
  const program = programOf(
    { ...base, kernel: 'transpose', output: 1, axes: [0, 1, 2] },
    [{ shape: [2, 2, 3], scale: 0.5 }],
    { shape: [2, 2, 3], scale: 0.5 },
  );
  const port = { tensor: 'x', buffer: 0, graphShape: [1, 3, 2, 2], axes: [2, 3, 1] };
  const values = Float32Array.from({ length: 12 }, (_, i) => i * 0.5);
  const codes = encodeInput(program, port, values);
  expect([...codes]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  expect([...decodeOutput(program, port, codes)]).toEqual([...values]);
  expect([...outputCodes(program, port, codes)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect([...encodeInput(program, port, values.fill(1e9))][0]).toBe(127);
  expect([...encodeInput(program, port, values.fill(-1e9))][0]).toBe(-127);
  expect([...encodeInput(program, port, values.fill(Number.NaN))][0]).toBe(0);
  expect(() => encodeInput(program, port, new Float32Array(3))).toThrow(/12 values/);
});

test('saturation is counted at the ends of the range, and test vectors replay', () => {
  const call: KernelCall = {
    ...base,
    kernel: 'requantize',
    output: 1,
    rescale: { multiplier: 0, shift: 1, rounding: true },
    clamp: { low: -127, high: 127 },
  };
  const program = programOf(call, [{ shape: [3] }], { shape: [3] }, [multiplierOf(2), shiftOf(0)]);
  const runner = createPlainProgramBackend().load(program);
  const inputs = [Int8Array.of(-100, 1, 100)];
  expect(saturationReport(program, runner, [inputs, inputs])).toMatchObject([
    { node: 'n', outputs: 6, atLow: 2, atHigh: 2 },
  ]);
  const data = Float32Array.of(-100, 1, 100);
  const samples = {
    name: 's',
    count: 1,
    inputs: [{ tensor: 't0', shape: [3], data }],
    origin: 'given' as const,
    sha256: '',
  };
  const [vector] = makeTestVectors(program, createPlainProgramBackend(), samples);
  expect(vector).toEqual({ inputs, outputs: [Int8Array.of(-127, 2, 127)] });
  expect(() => makeTestVectors(program, createPlainProgramBackend(), { ...samples, inputs: [] })).toThrow(/no values/);
});
