import { clamp, Random, Registry } from '../base/index.ts';
import type { Shape } from '../ir/index.ts';

/**
 * Labelled data sets made from a seed alone: what the bundled sample networks learn and are judged on.
 * Only + − × ÷ and comparisons are used, which IEEE 754 fixes to the bit, so that every engine makes the same bytes.
 */
export interface SampleGenerator {
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** Of one sample, [C, H, W]. */
  readonly shape: Shape;
  /** Fills `x` (one sample, codes 0 … 255) and returns its label. */
  make(random: Random, x: Uint8Array): number;
}

export interface GeneratedSet {
  /** [count, C, H, W], 0 … 255. */
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly count: number;
  readonly shape: Shape;
}

/** `count` samples; sample i depends on the seed and i only. */
export function generateSet(generator: SampleGenerator, count: number, seed: number): GeneratedSet {
  const size = generator.shape.reduce((n, d) => n * d, 1);
  const x = new Uint8Array(count * size);
  const y = new Uint8Array(count);
  const root = new Random(seed);
  for (let i = 0; i < count; i++) y[i] = generator.make(root.derive(i), x.subarray(i * size, (i + 1) * size));
  return { x, y, count, shape: generator.shape };
}

/** Bell-shaped noise of variance 1: the sum of three uniforms, scaled. No logarithm, so the same bits everywhere. */
const bell = (random: Random): number => 2 * (random.unit() + random.unit() + random.unit() - 1.5);

const toCode = (value: number): number => Math.floor(clamp(value, 0, 1) * 255 + 0.5);

const SHAPES: readonly (readonly [name: string, inside: (u: number, v: number) => boolean])[] = [
  ['disc', (u, v) => u * u + v * v < 0.9],
  ['ring', (u, v) => u * u + v * v < 1 && u * u + v * v > 0.4],
  ['square', (u, v) => Math.abs(u) < 0.85 && Math.abs(v) < 0.85],
  ['frame', (u, v) => Math.max(Math.abs(u), Math.abs(v)) < 0.95 && Math.max(Math.abs(u), Math.abs(v)) > 0.6],
  ['triangle', (u, v) => v < 0.8 && v > 2 * Math.abs(u) - 0.95],
  ['cross', (u, v) => Math.min(Math.abs(u), Math.abs(v)) < 0.28 && Math.max(Math.abs(u), Math.abs(v)) < 1],
  ['saltire', (u, v) => Math.min(Math.abs(u - v), Math.abs(u + v)) < 0.38 && Math.max(Math.abs(u), Math.abs(v)) < 1],
  ['bars', (u, v) => Math.abs(u) < 1 && Math.abs(v) < 1 && Math.floor((v + 1) * 2.5) % 2 === 0],
];
const SIDE = 20;

const shapes: SampleGenerator = {
  id: 'shapes',
  title: 'Grey pictures of eight shapes: any place, size and small turn, uneven light, noise',
  classes: SHAPES.map(([name]) => name),
  shape: [1, SIDE, SIDE],
  make(random, x) {
    const label = random.below(SHAPES.length);
    const [, inside] = SHAPES[label] as (typeof SHAPES)[number];
    const radius = 4.2 + 4 * random.unit();
    const cx = radius * 0.8 + (SIDE - 1.6 * radius) * random.unit();
    const cy = radius * 0.8 + (SIDE - 1.6 * radius) * random.unit();
    const half = (random.unit() - 0.5) * 0.25; // tangent of half the turn: a rotation without sine and cosine
    const cosine = (1 - half * half) / (1 + half * half);
    const sine = (2 * half) / (1 + half * half);
    const ground = 0.45 * random.unit();
    const ink = ground + 0.22 + 0.35 * random.unit();
    const tiltX = (random.unit() - 0.5) * 0.4;
    const tiltY = (random.unit() - 0.5) * 0.4;
    const noise = 0.05 + 0.13 * random.unit();
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const dx = (column - cx) / radius;
        const dy = (row - cy) / radius;
        const light = tiltX * (column / SIDE - 0.5) + tiltY * (row / SIDE - 0.5);
        const level = inside(dx * cosine + dy * sine, dy * cosine - dx * sine) ? ink : ground;
        x[row * SIDE + column] = toCode(level + light + noise * bell(random));
      }
    }
    return label;
  },
};

const FRAMES = 32;
const BANDS = 12;

/** Triangle wave of period 4 and range −1 … 1. */
const triangle = (t: number): number => Math.abs((((t % 4) + 4) % 4) - 2) - 1;

const tones: SampleGenerator = {
  id: 'tones',
  title: 'Spectrograms of six kinds of tone: 32 frames of 12 bands, any pitch, loudness and start, noise',
  classes: ['rising', 'falling', 'steady', 'vibrato', 'two tones', 'noise'],
  shape: [1, FRAMES, BANDS],
  make(random, x) {
    const label = random.below(6);
    const start = random.below(8);
    const length = 16 + random.below(8);
    const base = 2.5 + 6 * random.unit();
    const sweep = 2 + 2.5 * random.unit();
    const rate = 0.5 + 0.4 * random.unit();
    const second = base + (random.unit() < 0.5 ? -3 : 3);
    const loud = 0.3 + 0.5 * random.unit();
    const floor = 0.05 + 0.2 * random.unit();
    for (let t = 0; t < FRAMES; t++) {
      const phase = (t - start) / length - 0.5;
      const drift = [sweep * phase, -sweep * phase, 0, 1.1 * triangle(rate * (t - start)), 0, 0][label] as number;
      for (let band = 0; band < BANDS; band++) {
        const near = (centre: number) => 1 / (1 + (band - centre) * (band - centre) * 1.5) ** 2;
        let energy = 0;
        if (t >= start && t < start + length) {
          if (label === 5) energy = 0.35 + 0.25 * bell(random);
          else energy = near(base + drift) + (label === 4 ? near(second) : 0);
        }
        x[t * BANDS + band] = toCode(floor + loud * energy + 0.12 * bell(random));
      }
    }
    return label;
  },
};

const all = [shapes, tones] as const;

export const sampleGenerators = new Registry<SampleGenerator>('sample data set', all);
