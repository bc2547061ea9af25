import { bell, toCode, turnOf } from './drawing.ts';
import type { SampleGenerator } from './generator.ts';

/** Each figure by what lies inside it, in coordinates of about −1 … 1. */
const FIGURES: readonly (readonly [name: string, inside: (u: number, v: number) => boolean])[] = [
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

export const figures: SampleGenerator = {
  id: 'figures',
  title: 'Grey pictures of eight figures: any place, size and small turn, uneven light, noise',
  classes: FIGURES.map(([name]) => name),
  shape: [1, SIDE, SIDE],
  draw(random, label, x, difficulty) {
    const [, inside] = FIGURES[label] as (typeof FIGURES)[number];
    const radius = 4.2 + 4 * random.unit();
    const cx = radius * 0.8 + (SIDE - 1.6 * radius) * random.unit();
    const cy = radius * 0.8 + (SIDE - 1.6 * radius) * random.unit();
    const { sine, cosine } = turnOf((random.unit() - 0.5) * 0.25);
    const ground = 0.45 * random.unit();
    const ink = ground + 0.22 + 0.35 * random.unit();
    const tiltX = (random.unit() - 0.5) * 0.4;
    const tiltY = (random.unit() - 0.5) * 0.4;
    const noise = 2 * difficulty * (0.05 + 0.13 * random.unit());
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const dx = (column - cx) / radius;
        const dy = (row - cy) / radius;
        const light = tiltX * (column / SIDE - 0.5) + tiltY * (row / SIDE - 0.5);
        const level = inside(dx * cosine + dy * sine, dy * cosine - dx * sine) ? ink : ground;
        x[row * SIDE + column] = toCode(level + light + noise * bell(random));
      }
    }
  },
};
