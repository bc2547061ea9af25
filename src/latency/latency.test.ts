import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerCost } from '../ir/index.ts';
import { type Platform, platforms, type Runtime } from '../platforms/index.ts';
import { estimate, estimateAll } from './estimate-all.ts';
import { estimateLatency } from './estimate-latency.ts';
import { effectiveUtilization, utilization } from './refined.ts';
import { trafficBytes } from './roofline.ts';

const ncs2 = platforms.get('ncs2');
const openvino = ncs2.runtimes[0] as Runtime;
const l4 = platforms.get('stm32l4r5');
const cube = l4.runtimes[0] as Runtime;

/** A square stride-1 convolution of k × k over size × size. */
function conv(inChannels: number, outChannels: number, size: number, k = 3): LayerCost {
  const weights = k * k * inChannels * outChannels;
  const macs = weights * size * size;
  return {
    node: 'conv',
    op: 'Conv',
    kind: 'conv',
    macs,
    ops: 2 * macs,
    params: weights + outChannels,
    weightElements: weights + outChannels,
    biasElements: outChannels,
    inputElements: inChannels * size * size,
    outputElements: outChannels * size * size,
    geometry: {
      inChannels,
      outChannels,
      inHeight: size,
      inWidth: size,
      outHeight: size,
      outWidth: size,
      kernelHeight: k,
      kernelWidth: k,
      stride: 1,
      groups: 1,
    },
  };
}

const seconds = (cost: LayerCost, method: string, legacyRefine = false): number =>
  estimateLatency([cost], 16, ncs2, openvino, { method, legacyRefine }).latency?.value as number;

describe('published example (methods D.11): 3×3, 64 → 65 channels, 56 × 56, Neural Compute Stick 2', () => {
  const layer = conv(64, 65, 56);
  const unroll = openvino.peaks?.conv?.unroll ?? [];
  test('work and traffic', () => {
    expect(layer.ops).toBe(234_823_680);
    expect(trafficBytes(layer, { weights: 16, activations: 16 })).toBe(883_968);
  });
  test('utilization of each dimension', () => {
    const [c, f, w, h] = unroll.map((u) =>
      utilization({ inChannels: 64, outChannels: 65, outWidth: 56, outHeight: 56 }[u.dimension], u),
    );
    expect(c).toBe(1);
    expect(f).toBeCloseTo(0.74846, 6);
    expect(w).toBeCloseTo(0.993453, 6);
    expect(h).toBeCloseTo(0.99811, 6);
    expect(effectiveUtilization(layer, unroll)).toBeCloseTo(0.742155, 6);
  });
  test('roofline 0.734872 ms, refined 0.990188 ms', () => {
    expect(seconds(layer, 'roofline') * 1e3).toBeCloseTo(0.734872, 6);
    expect(seconds(layer, 'refined') * 1e3).toBeCloseTo(0.990188, 6);
    expect(estimateLatency([layer], 16, ncs2, openvino)).toMatchObject({
      method: 'refined',
      layers: [{ bound: 'compute' }],
    });
  });
  test('memory-bound layers are refined too, unless asked to do as the published code', () => {
    const thin = conv(1, 33, 56, 1);
    expect(seconds(thin, 'refined', true)).toBe(seconds(thin, 'roofline'));
  });
});

const layers = fc
  .tuple(
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 64 }),
    fc.constantFrom(1, 3, 5),
  )
  .map(([c, f, s, k]) => conv(c, f, s, k));

test('the refined roofline is never below the roofline', () => {
  fc.assert(
    fc.property(layers, (cost) => {
      expect(seconds(cost, 'refined')).toBeGreaterThanOrEqual(seconds(cost, 'roofline'));
    }),
  );
});

test('with a hard staircase, time steps exactly behind multiples of the unrolling', () => {
  const hard: Runtime = {
    ...openvino,
    peaks: { conv: { ...openvino.peak, unroll: [{ dimension: 'outChannels', parallel: 16, alpha: 1 }] } },
  };
  const time = (f: number) =>
    estimateLatency([conv(64, f, 32)], 16, ncs2, hard, { method: 'refined' }).latency?.value as number;
  for (let f = 1; f < 100; f++) {
    const [now, next] = [time(f), time(f + 1)];
    if (f % 16 === 0) expect(next).toBeGreaterThan(now * 1.05);
    else expect(next).toBeCloseTo(now, 12);
  }
});

test('more work never takes less time, on any device and runtime, by any model that applies', () => {
  fc.assert(
    fc.property(layers, fc.integer({ min: 1, max: 8 }), (cost, more) => {
      const larger = { ...cost, ops: cost.ops * more, inputElements: cost.inputElements * more };
      for (const platform of platforms)
        for (const runtime of platform.runtimes) {
          const bits = Math.min(...runtime.widths.map((w) => w.weights));
          const time = (c: LayerCost) => estimateLatency([c], bits, platform, runtime).latency?.value as number;
          expect(time(larger)).toBeGreaterThanOrEqual(time(cost));
        }
    }),
    { numRuns: 30 },
  );
});

test('narrow weights are unpacked on a microcontroller: 1.3 times the time, half the flash at 4 bits', () => {
  const cost = conv(16, 16, 8);
  const at = (weights: number) =>
    estimate({ costs: [cost], bits: new Map([['conv', { weights, activations: 8 }]]), arenaBytes: 2048 }, l4, cube);
  expect((at(4).latency?.value as number) / (at(8).latency?.value as number)).toBeCloseTo(1.3, 12);
  expect((at(8).flash?.value as number) - (at(4).flash?.value as number)).toBe((9 * 16 * 16) / 2);
});

test('a network far smaller than those the rates were fitted to has no interval, and a warning says why', () => {
  const tiny = estimateLatency([conv(8, 8, 8)], 16, ncs2, openvino);
  expect(tiny.latency).toMatchObject({ provenance: 'assumed' });
  expect(tiny.latency).not.toHaveProperty('interval');
  expect(tiny.diagnostics).toMatchObject([{ code: 'latency/outside-fit' }]);
  const usual = estimateLatency([conv(256, 256, 56)], 16, ncs2, openvino);
  expect(usual).toMatchObject({ latency: { provenance: 'fitted', coverage: 0.8 }, diagnostics: [] });
  const slower = estimateLatency([conv(256, 256, 56)], 16, ncs2, openvino, { clockHertz: openvino.clockHertz / 2 });
  expect(slower.latency?.provenance).toBe('assumed');
  expect(slower.latency?.value as number).toBeCloseTo(2 * (usual.latency?.value as number), 9);
});

test('layers wider than a runtime computes have no latency, and say so', () => {
  const { latency, diagnostics } = estimateLatency([conv(4, 4, 4)], 16, l4, cube);
  expect(latency).toBeUndefined();
  expect(diagnostics[0]?.message).toContain('16-bit weights');
});

test('asking for the refined model where no unrolling is known is an error with a hint', () => {
  expect(() => estimateLatency([conv(4, 4, 4)], 8, l4, cube, { method: 'refined' })).toThrow('unrolling');
  expect(estimateLatency([conv(4, 4, 4)], 8, l4, cube).method).toBe('roofline');
});

describe('fit', () => {
  const small: Platform = { ...l4, ramBytes: { value: 10_000, provenance: 'assumed', source: 'test' } };
  const listed: Runtime = { ...cube, operators: new Set(['Conv']) };
  const work = { costs: [conv(8, 8, 8)], bits: 8, arenaBytes: 1024 };
  test('yes where all limits are known and kept', () => {
    expect(estimate(work, small, listed)).toMatchObject({ fits: 'yes', reasons: [] });
  });
  test('no, with the reason, for memory and for operators', () => {
    const tooLarge = estimate({ ...work, arenaBytes: 9000 }, small, listed);
    expect(tooLarge).toMatchObject({ fits: 'no', reasons: [{ code: 'latency/ram-exceeded' }] });
    const missing = estimate(work, small, { ...cube, operators: new Set(['Gemm']) });
    expect(missing).toMatchObject({ fits: 'no', reasons: [{ code: 'latency/operator-missing', node: 'conv' }] });
  });
  test('yes where a runtime has been seen to run all operators, unknown for others', () => {
    expect(estimate(work, small, cube).fits).toBe('yes');
    const odd = estimate({ ...work, costs: [{ ...conv(8, 8, 8), op: 'LSTM' }] }, small, cube);
    expect(odd).toMatchObject({ fits: 'unknown', reasons: [{ code: 'latency/operators-not-listed' }] });
  });
  test('unknown where the operators or the demand are not known', () => {
    const { provenOperators: _seen, ...unlisted } = cube;
    expect(estimate(work, small, unlisted).fits).toBe('unknown');
    expect(estimate({ costs: work.costs, bits: 8 }, small, listed).fits).toBe('unknown');
    const partial = estimate({ ...work, unknownOperators: ['Quant'] }, small, listed);
    expect(partial.fits).toBe('unknown');
    expect(partial.latency).toBeUndefined();
  });
});

test('LeNet at 8 bits on a microcontroller: 44,190 bytes of weights and a RAM demand above its 4,320-byte arena (methods E.1)', () => {
  const layer = (weights: number, biases: number, inChannels = 0): LayerCost => ({
    ...conv(1, 1, 1),
    weightElements: weights + biases,
    biasElements: biases,
    geometry: { inChannels, outChannels: biases, kernelHeight: 5, kernelWidth: 5 },
  });
  const costs = [layer(150, 6, 1), layer(2400, 16, 6), layer(30720, 120), layer(10080, 84), layer(840, 10)];
  const { flash, peakRam } = estimate({ costs, bits: 8, arenaBytes: 4320 }, l4, cube);
  expect(flash?.value).toBe(44_190 + 4 * 236 + 5 * 236 + 20 * 1024 + 4096);
  expect(peakRam?.value).toBe(4320 + 600 + 4096 + 2048);
});

test('every device and runtime gives one estimate', () => {
  const runtimes = [...platforms].flatMap((p) => p.runtimes);
  const all = estimateAll({ costs: [conv(8, 8, 8)], bits: 8, arenaBytes: 1024 }, platforms);
  expect(all).toHaveLength(runtimes.length);
  for (const one of all) expect(one.latency?.value).toBeGreaterThan(0);
});
