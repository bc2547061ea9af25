import { expect, test } from 'vitest';
import type { Program } from './program.ts';
import { accumulatorBounds, programFaults, verifyProgram } from './verify-program.ts';

const program: Program = {
  version: 1,
  name: 'two dense layers',
  arenaBytes: 6,
  buffers: [
    {
      id: 0,
      tensor: 'x',
      type: 'uint8',
      shape: [2],
      scale: 1,
      zeroPoint: 0,
      bits: 8,
      offset: 0,
      bytes: 2,
      firstTick: -1,
      lastTick: 0,
    },
    {
      id: 1,
      tensor: 'y',
      type: 'int8',
      shape: [2],
      scale: 1,
      zeroPoint: 0,
      bits: 8,
      offset: 2,
      bytes: 2,
      firstTick: 0,
      lastTick: 1,
    },
    {
      id: 2,
      tensor: 'z',
      type: 'int8',
      shape: [2],
      scale: 1,
      zeroPoint: 0,
      bits: 8,
      offset: 0,
      bytes: 2,
      firstTick: 1,
      lastTick: 2,
    },
  ],
  constants: [
    { id: 0, label: 'w', role: 'weights', type: 'int8', bits: 4, shape: [2, 2], data: Int8Array.of(7, -7, 1, 0) },
    { id: 1, label: 'b', role: 'bias', type: 'int32', bits: 32, shape: [2], data: Int32Array.of(-5, 0) },
    { id: 2, label: 'm', role: 'multiplier', type: 'int32', bits: 32, shape: [1], data: Int32Array.of(2 ** 20) },
    { id: 3, label: 's', role: 'shift', type: 'uint8', bits: 8, shape: [1], data: Uint8Array.of(20) },
  ],
  calls: [0, 1].map((i) => ({
    kernel: 'dense' as const,
    nodes: [`n${i}`],
    inputs: [i],
    output: i + 1,
    weights: 0,
    bias: 1,
    rows: 1,
    accumulator: 'int32' as const,
    rescale: { multiplier: 2, shift: 3, rounding: true },
    clamp: { low: -127, high: 127 },
  })),
  inputs: [{ tensor: 'x', buffer: 0, graphShape: [1, 2], axes: [1] }],
  outputs: [{ tensor: 'z', buffer: 2, graphShape: [1, 2], axes: [1] }],
};

const withBuffer = (id: number, change: Partial<Program['buffers'][number]>): Program => ({
  ...program,
  buffers: program.buffers.map((b) => (b.id === id ? { ...b, ...change } : b)),
});
const withConstant = (id: number, change: Partial<Program['constants'][number]>): Program => ({
  ...program,
  constants: program.constants.map((c) => (c.id === id ? { ...c, ...change } : c)),
});
const withCall = (change: Partial<Extract<Program['calls'][number], { kernel: 'dense' }>>): Program => ({
  ...program,
  calls: program.calls.map((c, i) => (i === 0 && c.kernel === 'dense' ? { ...c, ...change } : c)),
});

test('a legal program has no faults; dead memory is used again', () => {
  expect(programFaults(program)).toEqual([]);
  expect(verifyProgram(program)).toBe(program);
});

test('accumulators are bounded by bias and weights', () => {
  expect(accumulatorBounds(program, { weights: 0, bias: 1 }, program.buffers[0]!)).toEqual([14 * 255 + 5, 255]);
});

test.for<readonly [string, Program, RegExp]>([
  ['overlap', withBuffer(1, { offset: 1 }), /overlap/],
  ['outside the arena', withBuffer(2, { offset: 5 }), /outside the arena/],
  ['bytes', withBuffer(2, { bytes: 3 }), /3 bytes/],
  ['alignment', withBuffer(0, { type: 'int16', bytes: 4, offset: 1 }), /aligned/],
  ['zero point', withBuffer(0, { zeroPoint: 300 }), /zero point/],
  ['scale', withBuffer(0, { scale: 0 }), /scale 0/],
  ['read before written', withBuffer(1, { firstTick: 1 }), /outside its life/],
  ['read after death', withBuffer(1, { lastTick: 0 }), /after it died/],
  ['view of other size', withBuffer(1, { viewOf: 0, bytes: 2, offset: 2 }), /does not cover/],
  ['weights beyond their bits', withConstant(0, { bits: 3 }), /3 bits/],
  ['negative multiplier', withConstant(2, { data: Int32Array.of(-1) }), /negative/],
  ['shift', withConstant(3, { data: Uint8Array.of(63) }), /shifts by/],
  ['constant type', withConstant(1, { type: 'int16' }), /not stored as int16/],
  ['accumulator', withConstant(1, { data: Int32Array.of(2 ** 31 - 1, 0) }), /beyond int32/],
  ['64-bit sums with wide multipliers', withCall({ accumulator: 'int64' }), /15 bits/],
  ['clamp', withCall({ clamp: { low: -129, high: 127 } }), /clamps/],
  ['shapes', withCall({ rows: 2 }), /shapes do not fit/],
])('finds: %s', ([, broken, message]) => {
  expect(programFaults(broken).join('\n')).toMatch(message);
  expect(() => verifyProgram(broken)).toThrow(/Illegal program/);
});
