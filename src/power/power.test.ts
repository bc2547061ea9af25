import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Figure, LayerCost } from '../ir/index.ts';
import { platforms, type Runtime } from '../platforms/index.ts';
import { addEnergy, horowitz45, macEnergy, onChipEnergyPerByte, scaledTable } from './energy-table.ts';
import { computeEnergy, estimateEnergy } from './estimate-energy.ts';

const layer = (macs: number, more: Partial<LayerCost> = {}): LayerCost => ({
  node: 'conv',
  op: 'Conv',
  kind: 'conv',
  macs,
  ops: 2 * macs,
  params: 0,
  weightElements: 0,
  biasElements: 0,
  inputElements: 0,
  outputElements: 0,
  geometry: {},
  ...more,
});

const int8 = { weights: 8, activations: 8 };
const l4 = platforms.get('stm32l4r5');
const cube = l4.runtimes[0] as Runtime;
const { activePowerWatts: _known, ...withoutPower } = cube;

test('MobileNet-v1 at 8 bits computes with 0.1706 mJ (methods F.6)', () => {
  expect(computeEnergy(layer(568_740_352), int8, false, horowitz45) * 1e3).toBeCloseTo(0.1706, 4);
});

describe('energy per operation', () => {
  test('listed widths are taken as listed; others follow the power laws', () => {
    expect(macEnergy(horowitz45, 8, 8)).toBeCloseTo(0.3e-12, 18);
    expect(macEnergy(horowitz45, 4, 4) - addEnergy(horowitz45, 32)).toBeCloseTo(0.05e-12, 18);
    expect(addEnergy(horowitz45, 4)).toBeCloseTo(0.015e-12, 18);
  });
  test('narrower operands never cost more', () => {
    for (let bits = 2; bits < 32; bits++)
      expect(macEnergy(horowitz45, bits, 8)).toBeLessThanOrEqual(macEnergy(horowitz45, bits + 1, 8));
  });
  test('another technology changes what is on the chip, and only that', () => {
    const half = scaledTable(horowitz45, 22.5, 0.9);
    expect(macEnergy(half, 8, 8) / macEnergy(horowitz45, 8, 8)).toBeCloseTo(0.5, 12);
    expect(onChipEnergyPerByte(half, 8192) / onChipEnergyPerByte(horowitz45, 8192)).toBeCloseTo(0.5, 12);
    expect(half.dramPerBit).toBe(horowitz45.dramPerBit);
    expect(scaledTable(horowitz45, 45, 0.45).integerAdd.get(32)).toBeCloseTo(0.025e-12, 18);
  });
});

const layersOf = fc.array(
  fc
    .record({
      macs: fc.nat(1e7),
      extra: fc.nat(1e5),
      weightElements: fc.nat(1e5),
      inputElements: fc.nat(1e5),
      outputElements: fc.nat(1e5),
    })
    .map(({ macs, extra, ...sizes }) => layer(macs, { ops: 2 * macs + extra, ...sizes })),
  { minLength: 1, maxLength: 6 },
);

test('components and layers both add up to the total, by table and by power', () => {
  fc.assert(
    fc.property(layersOf, fc.constantFrom(withoutPower, cube), (costs, runtime) => {
      const times = costs.map((c): Figure => ({ value: c.macs * 1e-8, provenance: 'fitted' }));
      const total = times.reduce((n, t) => n + t.value, 0);
      const latency = {
        latency: { value: total, provenance: 'fitted' as const },
        layers: times.map((t, i) => ({ node: `${i}`, latency: t })),
      };
      const { energy, components, layers } = estimateEnergy(costs, 8, latency, l4, runtime);
      const value = energy?.value as number;
      const close = (sum: number) => expect(Math.abs(sum - value)).toBeLessThanOrEqual(1e-9 * value);
      close(components.reduce((n, c) => n + c.joules, 0));
      close(layers.reduce((n, l) => n + (l.energy?.value ?? 0), 0));
    }),
  );
});

test('known power times latency: the reference board of MLPerf Tiny on keyword spotting, within 1 % of the measured energy', () => {
  const reference = l4.runtimes.find((r) => r.id === 'tflite-micro') as Runtime;
  const latency = {
    latency: { value: 0.181917, provenance: 'measured' as const, interval: [0.17, 0.19] as const },
    layers: [],
  };
  const { energy } = estimateEnergy([], 8, latency, l4, reference);
  const measured = 7373.704e-6;
  expect(Math.abs((energy?.value as number) / measured - 1)).toBeLessThan(0.01);
  expect(energy?.interval?.[0]).toBeCloseTo((0.17 * (energy as Figure).value) / 0.181917, 12);
});

test('without a latency and without a power there is still the table; without a latency, power gives nothing', () => {
  const costs = [layer(1000)];
  expect(estimateEnergy(costs, 8, { layers: [] }, l4, withoutPower).energy).toMatchObject({ provenance: 'assumed' });
  expect(estimateEnergy(costs, 8, { layers: [] }, l4, cube).energy).toBeUndefined();
});

/** Wess et al. 2023 (methods D.9): frames per second, base energy in millijoules. */
test.each([
  [
    'ncs2',
    [
      [21.2, 65.91],
      [43.1, 32.48],
      [2.6, 537.04],
      [49.3, 28.37],
      [92.4, 15.15],
    ],
  ],
  [
    'edge-tpu',
    [
      [46.3, 22.28],
      [51, 20.21],
      [6.3, 163.27],
      [331.3, 3.11],
      [512.3, 2.02],
    ],
  ],
] as const)('idle power of %s times the frame time is the published base energy within 1.5 %%', (id, rows) => {
  const idle = platforms.get(id).runtimes[0]?.idlePowerWatts?.value as number;
  for (const [framesPerSecond, millijoules] of rows) {
    expect(Math.abs(((idle / framesPerSecond) * 1e3) / millijoules - 1)).toBeLessThan(0.015);
  }
});
