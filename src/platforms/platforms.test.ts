import { describe, expect, test } from 'vitest';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { type LayerPeak, type Platform, platforms, type Runtime, type Sourced } from './index.ts';

const entries = [...platforms];
const runtimes = entries.flatMap((platform) => platform.runtimes.map((runtime) => ({ platform, runtime })));

/** Every sourced figure of a platform, with its path. */
function figuresOf(value: unknown, path: string): [string, Sourced][] {
  if (value === null || typeof value !== 'object' || value instanceof Set) return [];
  if ('value' in value && 'provenance' in value) return [[path, value as Sourced]];
  return Object.entries(value).flatMap(([key, member]) => figuresOf(member, `${path}.${key}`));
}

test('the ten devices are there, each with at least one runtime of its own name', () => {
  expect(platforms.ids().sort()).toEqual(
    [
      'edge-tpu',
      'gap9',
      'jetson-nano',
      'jetson-tx2',
      'ncs2',
      'nuc-cpu',
      'stm32h7',
      'stm32l4r5',
      'xavier-agx',
      'zcu102',
    ].sort(),
  );
  for (const { id, runtimes } of entries) {
    expect(runtimes.length, id).toBeGreaterThan(0);
    expect(new Set(runtimes.map((r) => r.id)).size, id).toBe(runtimes.length);
  }
});

test('every figure is positive, finite, and says where it is from', () => {
  for (const platform of entries)
    for (const [path, figure] of figuresOf(platform, platform.id)) {
      expect(figure.value, path).toBeGreaterThan(0);
      expect(Number.isFinite(figure.value), path).toBe(true);
      expect(figure.source.length, path).toBeGreaterThan(10);
    }
});

describe('units are in sane ranges', () => {
  const within = (what: string, value: number | undefined, low: number, high: number) => {
    if (value === undefined) return;
    expect(value, what).toBeGreaterThanOrEqual(low);
    expect(value, what).toBeLessThanOrEqual(high);
  };
  const checkPeak = (what: string, peak: LayerPeak) => {
    within(`${what}: operations per second`, peak.opsPerSecond.value, 1e6, 1e14);
    within(`${what}: bytes per second`, peak.bytesPerSecond?.value, 1e6, 1e12);
    for (const { parallel, alpha } of peak.unroll ?? []) {
      within(`${what}: unrolling`, parallel, 1, 1024);
      within(`${what}: softening`, alpha, 0, 1);
    }
  };
  test.each(entries.map((p) => [p.id, p] as const))('%s', (id, platform: Platform) => {
    within(`${id}: RAM`, platform.ramBytes?.value, 16 * 1024, 64 * 1024 ** 3);
    within(`${id}: flash`, platform.flashBytes?.value, 64 * 1024, 64 * 1024 ** 3);
    within(`${id}: cost`, platform.costDollars?.value, 1, 10_000);
    for (const runtime of platform.runtimes) checkRuntime(`${id}/${runtime.id}`, runtime);
  });
  function checkRuntime(what: string, runtime: Runtime) {
    within(`${what}: clock`, runtime.clockHertz, 1e6, 5e9);
    within(`${what}: active power`, runtime.activePowerWatts?.value, 0.001, 300);
    within(`${what}: idle power`, runtime.idlePowerWatts?.value, 0.0001, runtime.activePowerWatts?.value ?? 300);
    within(`${what}: unpacking`, runtime.unpackFactor?.value, 1, 10);
    expect(runtime.widths.length, what).toBeGreaterThan(0);
    for (const { weights, activations } of runtime.widths) {
      within(`${what}: weight bits`, weights, 1, 32);
      within(`${what}: activation bits`, activations, 1, 32);
    }
    checkPeak(what, runtime.peak);
    for (const [kind, peak] of Object.entries(runtime.peaks ?? {})) checkPeak(`${what}/${kind}`, peak);
    within(`${what}: error below`, runtime.relativeError?.low, -1, 0);
    within(`${what}: error above`, runtime.relativeError?.high, 0, 3);
    within(`${what}: coverage`, runtime.relativeError?.coverage, 0.1, 1);
    for (const op of runtime.operators ?? []) expect(op, what).toMatch(/^[A-Z][A-Za-z0-9]+$/);
  }
});

test('rates that are called fitted have a known error', () => {
  for (const { platform, runtime } of runtimes)
    if (runtime.peak.opsPerSecond.provenance === 'fitted')
      expect(runtime.relativeError, `${platform.id}/${runtime.id}`).toBeDefined();
});

test('another platform is added without touching the list', () => {
  const dummy: Platform = { ...platforms.get('gap9'), id: 'dummy', name: 'Dummy' };
  const more = platforms.with(dummy);
  expect(more.get('dummy').name).toBe('Dummy');
  expect(more.ids()).toHaveLength(platforms.ids().length + 1);
  expect(platforms.tryGet('dummy')).toBeUndefined();
  expect(() => platforms.with({ ...dummy, id: 'gap9' })).toThrow('gap9');
});

test('an unknown id names those that are known', () => {
  expect(() => platforms.get('stm32')).toThrow("There is no platform 'stm32'.");
});

describe.skipIf(!hasSharedData)(`MLPerf Tiny submissions (else: ${NO_SHARED_DATA})`, () => {
  /** Operations of the four networks: convolution, depthwise, dense. */
  const work: Readonly<Record<string, readonly [number, number, number]>> = {
    ad: [0, 0, 528_384],
    ic: [25_001_984, 0, 1_280],
    kws: [4_736_000, 576_000, 1_536],
    vww: [13_381_632, 1_596_672, 1_024],
  };
  const rows = () =>
    new TextDecoder()
      .decode(sharedData('mlperf-tiny/results.csv'))
      .split('\n')
      .map((line) => line.split(','));

  test.each([
    ['stm32l4r5', 'x-cube-ai', '1.1', 'STMicroelectronics', 'NUCLEO_L4R5ZI'],
    ['stm32l4r5', 'tflite-micro', '0.5', 'reference', 'Nucleo-L4R5ZI'],
    ['stm32l4r5', 'microtvm-cmsis-nn', '1.0', 'OctoML', 'microtvm_cmsis_nn/NUCLEO_L4R5ZI'],
    ['stm32l4r5', 'plumerai', '1.1', 'plumerai', 'NUCLEO-L4R5ZI'],
    ['stm32h7', 'x-cube-ai', '1.1', 'STMicroelectronics', 'NUCLEO_H7A3ZI_Q'],
    ['stm32h7', 'plumerai', '1.1', 'plumerai', 'NUCLEO-H7A3ZI-Q'],
    ['gap9', 'gapflow-370', '1.0', 'greenwaves-technologies', 'gap9_800_370'],
    ['gap9', 'gapflow-240', '1.0', 'greenwaves-technologies', 'gap9_650_240'],
  ])(
    '%s, %s: the rates put all four networks inside the stated interval',
    (id, runtimeId, round, submitter, system) => {
      const runtime = platforms.get(id).runtimes.find((r) => r.id === runtimeId) as Runtime;
      const rate = (kind: 'conv' | 'depthwise' | 'dense') => runtime.peaks?.[kind]?.opsPerSecond.value as number;
      const submitted = rows().filter(
        (r) => r[0] === round && r[1] === 'closed' && r[2] === submitter && r[3] === system,
      );
      expect(submitted).toHaveLength(4);
      for (const row of submitted) {
        const [conv, depthwise, dense] = work[row[4] as string] as readonly [number, number, number];
        const predicted = conv / rate('conv') + depthwise / rate('depthwise') + dense / rate('dense');
        const error = Number(row[6]) / 1000 / predicted - 1;
        expect(error).toBeGreaterThan((runtime.relativeError?.low as number) - 0.01);
        expect(error).toBeLessThan((runtime.relativeError?.high as number) + 0.01);
      }
    },
  );
});

test.each([
  ['jetson-nano', [27.8, 154.9, 49.2, 13.7]],
  ['jetson-tx2', [11.2, 61.2, 21.4, 6.7]],
] as const)(
  '%s: the rates put the four published networks inside the stated interval (methods D.16)',
  (id, milliseconds) => {
    // AlexNet, VGG16, ResNet50, MobileNetV2: billions of operations by convolution, depthwise, dense.
    const work = [
      [1.480593, 0, 0.117244],
      [30.693261, 0, 0.247267],
      [8.174273, 0, 0.004096],
      [0.557556, 0.041433, 0.00256],
    ] as const;
    const runtime = platforms.get(id).runtimes[0] as Runtime;
    const rate = (kind: 'conv' | 'depthwise' | 'dense') => (runtime.peaks?.[kind]?.opsPerSecond.value as number) / 1e9;
    for (const [i, [conv, depthwise, dense]] of work.entries()) {
      const predicted = conv / rate('conv') + depthwise / rate('depthwise') + dense / rate('dense');
      const error = (milliseconds[i] as number) / 1000 / predicted - 1;
      expect(error).toBeGreaterThan(runtime.relativeError?.low as number);
      expect(error).toBeLessThan(runtime.relativeError?.high as number);
    }
  },
);
