/** A made-up exploration for tests of this place; nothing on the page imports it. */
import { Random } from '../../../base/index.ts';
import type { DesignPoint } from '../../../explore/index.ts';
import type { Figure } from '../../../ir/index.ts';
import type { ExplorationState } from '../../state/types.ts';

const LAYERS = ['conv2d', 'conv2d_1', 'conv2d_2', 'conv2d_3', 'conv2d_4', 'conv2d_5', 'conv2d_6', 'dense'];
const WEIGHTS = [432, 2304, 2304, 4608, 9216, 18432, 36864, 640];

/** `count` designs of eight layers, the same for the same seed: narrower is cheaper and, mostly, worse. */
export function fixturePoints(count: number, seed = 1): DesignPoint[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => fixturePoint(i, random));
}

function fixturePoint(i: number, random: Random): DesignPoint {
  const origin = i < 12 ? 'uniform' : i < 80 ? 'greedy' : i % 37 === 0 ? 'manual' : 'nsga2';
  const width = 2 + random.below(7);
  const bits = LAYERS.map(() => {
    const w = origin === 'uniform' ? 2 + (i % 7) : Math.max(2, Math.min(8, width + random.below(3) - 1));
    return [w, 4 + random.below(5)] as const;
  });
  const total = WEIGHTS.reduce((a, b) => a + b, 0);
  const flash = 24000 + bits.reduce((sum, [w], k) => sum + ((WEIGHTS[k] ?? 0) * w) / 8, 0);
  const mean = bits.reduce((sum, [w], k) => sum + (WEIGHTS[k] ?? 0) * w, 0) / total;
  const damage = bits.reduce((sum, [w, a]) => sum + 0.35 * 4 ** -(w - 1.2) + 0.12 * 4 ** -(a - 2.4), 0);
  const accuracy = Math.max(0.1, 0.872 - 0.25 * damage - 0.02 * random.unit());
  const latency = 0.06 + 0.018 * mean + 0.03 * random.unit();
  const figures: Record<string, Figure> = {
    accuracy: {
      value: accuracy,
      provenance: 'measured',
      interval: [accuracy - 0.008, accuracy + 0.008],
      coverage: 0.8,
    },
    sqnrDecibel: { value: Math.max(1, 6 * mean - 8 + 4 * random.unit()), provenance: 'measured' },
    latencySeconds: { value: latency, provenance: 'fitted', interval: [latency * 0.9, latency * 1.12], coverage: 0.8 },
    energyJoules: { value: latency * 0.033, provenance: 'assumed', interval: [latency * 0.025, latency * 0.05] },
    peakRamBytes: { value: 28000 + 4000 * random.below(6), provenance: 'computed' },
    flashBytes: { value: Math.round(flash), provenance: 'computed' },
    macs: { value: 12.5e6, provenance: 'computed' },
    meanWeightBits: { value: mean, provenance: 'computed' },
  };
  return {
    id: (i * 2654435761).toString(16).padStart(12, '0').slice(-12),
    choices: {
      version: 1,
      target: { platform: 'nucleo-l4r5zi', runtime: 'tflm', clockHertz: 120e6 },
      quantize: { method: 'mse', weights: 'per-channel', activations: 'affine', rescale: 'single-shift', bits },
    },
    objectives: figures,
    origin,
    diagnostics: [],
  };
}

/** The slice of the state for these points, with two limits and the first of the search done. */
export function fixtureExploration(count: number): ExplorationState {
  const points = fixturePoints(count);
  return {
    header: {
      version: 1,
      toolVersion: '0.1.0',
      model: { name: 'resnet8.onnx', sha256: 'ab'.repeat(32), bytes: 327000 },
      layers: LAYERS,
      seed: 1,
      data: { name: 'CIFAR-10 test', sha256: 'cd'.repeat(32), count: 1000, labelled: true, origin: 'given' },
      calibration: { name: 'CIFAR-10 train', sha256: 'ef'.repeat(32), count: 64, labelled: false, origin: 'given' },
      target: { platform: 'nucleo-l4r5zi', runtime: 'tflm', clockHertz: 120e6 },
      algorithm: 'default',
      budget: Math.max(10, Math.round(count * 1.5)),
      constraints: [],
      floatScore: 0.872,
    },
    points,
    constraints: [
      { objective: 'accuracy', operator: '>=', limit: 0.82 },
      { objective: 'flashBytes', operator: '<=', limit: 70000 },
    ],
    hiddenOrigins: [],
    dimOutside: true,
    algorithm: 'default',
    budget: Math.max(10, Math.round(count * 1.5)),
    status: 'cancelled',
  };
}
