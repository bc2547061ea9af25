import { beforeAll, expect, test } from 'vitest';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { chain, wasmForTests } from './float-chain.ts';

/** How exact the functions are: the largest relative error over dense inputs, against double precision. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const COUNT = 20_011;

interface Range {
  readonly from: number;
  readonly to: number;
  /** Largest error, relative to the exact result, or where it is smaller than `near`, to that. */
  readonly error: number;
  readonly near?: number;
}

/** Two units in the last place. */
const TWO_UNITS = 2.4e-7;

const ranges: Readonly<Record<string, readonly Range[]>> = {
  Exp: [
    { from: -87, to: 88.7, error: TWO_UNITS },
    { from: -103, to: -87, error: TWO_UNITS, near: 1e-38 },
    { from: -1e-3, to: 1e-3, error: TWO_UNITS },
  ],
  Log: [
    { from: 1e-42, to: 1e-37, error: TWO_UNITS },
    { from: 0.5, to: 2, error: TWO_UNITS },
    { from: 2, to: 3e38, error: TWO_UNITS },
  ],
  Sqrt: [{ from: 0, to: 1e6, error: 6e-8 }],
  Sigmoid: [{ from: -87, to: 30, error: 3e-7 }],
  Tanh: [
    { from: -12, to: 12, error: 3e-7 },
    { from: -1e-3, to: 1e-3, error: 3e-7 },
  ],
  Erf: [
    { from: -6, to: 6, error: TWO_UNITS },
    { from: -1e-3, to: 1e-3, error: TWO_UNITS },
  ],
  Gelu: [
    { from: -6, to: 6, error: 3e-7, near: 1 },
    { from: -1, to: 8, error: 6e-7 },
  ],
  Softplus: [
    { from: -80, to: 40, error: 4e-7 },
    { from: -1, to: 1, error: TWO_UNITS },
  ],
  Elu: [
    { from: -20, to: 5, error: TWO_UNITS },
    { from: -1e-3, to: 1e-3, error: TWO_UNITS },
  ],
  Mish: [{ from: -20, to: 30, error: 6e-7 }],
  Swish: [{ from: -20, to: 30, error: 6e-7 }],
  Softsign: [{ from: -50, to: 50, error: TWO_UNITS }],
  Sin: [{ from: -300, to: 300, error: TWO_UNITS, near: 1e-3 }],
  Cos: [{ from: -300, to: 300, error: TWO_UNITS, near: 1e-3 }],
  Tan: [{ from: -1.5, to: 1.5, error: TWO_UNITS }],
  Atan: [{ from: -30, to: 30, error: TWO_UNITS }],
  Asin: [{ from: -1, to: 1, error: TWO_UNITS }],
  Acos: [{ from: -1, to: 0.99, error: TWO_UNITS }],
  Sinh: [{ from: -10, to: 10, error: 5e-7 }],
  Cosh: [{ from: -10, to: 10, error: 5e-7 }],
  Asinh: [{ from: -100, to: 100, error: 6e-7 }],
  Acosh: [{ from: 1.1, to: 100, error: 5e-7 }],
  Atanh: [{ from: -0.99, to: 0.99, error: 5e-7 }],
};

const { exp, log1p, tanh, abs, max, SQRT2 } = Math;
const softplus = (x: number) => max(x, 0) + log1p(exp(-abs(x)));
const exact: Readonly<Record<string, (x: number) => number>> = {
  Exp: exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Sigmoid: (x) => 1 / (1 + exp(-x)),
  Tanh: tanh,
  Erf: erf,
  Gelu: (x) => (x < 0 ? 0.5 * x * erfc(-x / SQRT2) : 0.5 * x * (1 + erf(x / SQRT2))),
  Softplus: softplus,
  Elu: (x) => (x < 0 ? Math.expm1(x) : x),
  Mish: (x) => x * tanh(softplus(x)),
  Swish: (x) => x / (1 + exp(-x)),
  Softsign: (x) => x / (1 + abs(x)),
  Sin: Math.sin,
  Cos: Math.cos,
  Tan: Math.tan,
  Atan: Math.atan,
  Asin: Math.asin,
  Acos: Math.acos,
  Sinh: Math.sinh,
  Cosh: Math.cosh,
  Asinh: Math.asinh,
  Acosh: Math.acosh,
  Atanh: Math.atanh,
};

/** Series near 0, and the continued fraction of the complement (Abramowitz and Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  if (abs(x) > 2) return Math.sign(x) * (1 - erfc(abs(x)));
  let sum = x;
  let power = x;
  for (let n = 1; n < 60; n++) {
    power *= -(x * x) / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function erfc(x: number): number {
  if (x < 2) return 1 - erf(x);
  let tail = x;
  for (let k = 80; k >= 1; k--) tail = x + k / 2 / tail;
  return exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

const values = ({ from, to }: Range): Tensor => ({
  type: 'float32',
  shape: [COUNT],
  data: Float32Array.from({ length: COUNT }, (_, i) => from + ((to - from) * i) / (COUNT - 1)),
});

async function applied(op: string, input: Tensor): Promise<Float32Array> {
  const runner = await wasm.prepare(await chain(input, [{ op }], 22));
  expect(runner.plainNodes).toEqual([]);
  const found = await runner.run(new Map([['x', input]]));
  runner.dispose();
  return found.get('v0')?.data as Float32Array;
}

test.each(Object.entries(ranges))('%s is as exact as it says', async (op, all) => {
  for (const range of all) {
    const input = values(range);
    const found = await applied(op, input);
    let worst = 0;
    for (let i = 0; i < COUNT; i++) {
      const x = (input.data as Float32Array)[i] as number;
      const y = (exact[op] as (x: number) => number)(x);
      const error = abs((found[i] as number) - y) / max(abs(y), range.near ?? 1e-300);
      worst = max(worst, y === found[i] ? 0 : error);
    }
    expect(worst, `from ${range.from} to ${range.to}`).toBeLessThanOrEqual(range.error);
  }
});

const SPECIAL = Float32Array.of(0, -0, Infinity, -Infinity, NaN, 1e-40, -1e-40, 3e38, -3e38, 104, -104.5);
const specialInput: Tensor = { type: 'float32', shape: [SPECIAL.length], data: SPECIAL };

test.each(Object.keys(exact))('%s of zeros, infinities, NaN and what is nearly one', async (op) => {
  const found = await applied(op, specialInput);
  const expected = Array.from(SPECIAL, (x) => Math.fround((exact[op] as (x: number) => number)(x)));
  // Results that are far below what float32 resolves beside 1 may be 0 or subnormal.
  const seen = (y: number) => (abs(y) < 1e-37 ? 0 : Number(y.toPrecision(5)));
  // Where a huge argument is periodic the functions are compared in range only.
  const isPeriodic = ['Sin', 'Cos', 'Tan'].includes(op);
  const compared = (list: readonly number[]) =>
    list.map((y, i) => (isPeriodic && abs(SPECIAL[i] as number) > 1e6 ? 'periodic' : seen(y)));
  expect(compared(Array.from(found))).toEqual(compared(expected));
});
