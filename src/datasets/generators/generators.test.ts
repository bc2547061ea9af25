import { expect, test } from 'vitest';
import { sha256Hex } from '../../base/index.ts';
import { generateSet, groupsOf, leavesOf, type SampleGenerator } from './generator.ts';
import { sampleGenerators } from './registry.ts';

const all = [...sampleGenerators].map((generator) => [generator.id, generator] as const);

/** Of 120 samples of seed 1 and their labels: what a seed makes never changes, because networks and links stand on it. */
const GOLDEN: Readonly<Record<string, string>> = {
  glyphs: '9f411ff812bad8cf3ff72164408069c50252c063d346acf00e9a02f27fe8024a',
  shapes: 'c46ddc2e8d9059092c1f0069f59bac047af9038f09978f395715f50413b313ed',
  beats: '4baab134995b1846126c0f99b7f847a303b773e30c0dc9358d02f9a066ccc11f',
  voice: '63b6c1b208f3e415e5e974108b39a2c26622a27d3e3f4274d5d297d0abea927c',
  figures: '4adf8f9333692dc9b75d4353cac599feb069d3dcf5e6c8f48ebc31c57e3e7ce1',
  tones: 'd62ae318f1c2e0e0b745e61b1529576f28467e5d5fd54c9b2da742197664a9a4',
};

test.each(all)('%s: a seed always makes the same samples', (id, generator) => {
  const { x, y } = generateSet(generator, 120, 1);
  expect(sha256Hex(x, y)).toBe(GOLDEN[id]);
  const few = generateSet(generator, 7, 1);
  expect(few.x).toEqual(x.subarray(0, few.x.length));
  expect(few.y).toEqual(y.subarray(0, 7));
  expect(generateSet(generator, 120, 2).x).not.toEqual(x);
});

test.each(all)('%s: classes are balanced, and their order has no period', (_id, generator) => {
  const n = generator.classes.length;
  const { y, count } = generateSet(generator, 50 * n, 3);
  expect(Array.from({ length: n }, (_, label) => y.filter((l) => l === label).length)).toEqual(Array(n).fill(50));
  const starts = Array.from({ length: 50 }, (_, run) => y[run * n] as number);
  expect(new Set(starts).size).toBe(n);
  expect(count).toBe(50 * n);
});

/** Share of `judged` samples whose nearest of `known` samples is of their class. */
function nearestNeighbour(generator: SampleGenerator, known: number, judged: number, difficulty?: number): number {
  const a = generateSet(generator, known, 1000, difficulty);
  const b = generateSet(generator, judged, 1, difficulty);
  const size = a.x.length / known;
  let right = 0;
  for (let i = 0; i < judged; i++) {
    let best = Number.POSITIVE_INFINITY;
    let label = -1;
    for (let j = 0; j < known; j++) {
      let distance = 0;
      for (let k = 0; k < size && distance < best; k++) {
        const d = (a.x[j * size + k] as number) - (b.x[i * size + k] as number);
        distance += d * d;
      }
      if (distance >= best) continue;
      best = distance;
      label = a.y[j] as number;
    }
    if (label === b.y[i]) right++;
  }
  return right / judged;
}

test.each(all)('%s: there is something to learn, and it is not told by the nearest sample alone', (_id, generator) => {
  const chance = 1 / generator.classes.length;
  const score = nearestNeighbour(generator, 1200, 300);
  // Three standard deviations of a guess on 300 samples.
  expect(score).toBeGreaterThan(chance + 3 * Math.sqrt((chance * (1 - chance)) / 300));
  expect(score).toBeLessThan(0.99);
});

test.each(all)('%s: more difficulty is harder', (_id, generator) => {
  expect(nearestNeighbour(generator, 400, 150, 0)).toBeGreaterThan(nearestNeighbour(generator, 400, 150, 1));
});

test('a hierarchy ends in the classes, in their order', () => {
  const trees = [...sampleGenerators].flatMap(({ tree, classes }) => (tree ? [{ tree, classes }] : []));
  expect(trees).toHaveLength(1);
  for (const { tree, classes } of trees) expect(leavesOf(tree)).toEqual(classes);
  const [{ tree }] = trees as [(typeof trees)[0]];
  expect(groupsOf(tree).get('disc')).toEqual(['round', 'full']);
  expect(groupsOf(tree).get('chequers')).toEqual(['linear', 'repeated']);
  expect(tree.children.map((child) => (typeof child === 'string' ? child : child.name))).toEqual([
    'round',
    'angular',
    'linear',
  ]);
});

test.each([-0.1, 1.1, Number.NaN])('difficulty %s is refused', (difficulty) => {
  const run = () => generateSet(sampleGenerators.get('glyphs'), 1, 1, difficulty);
  expect(run).toThrow(`The difficulty of generated samples is ${difficulty}; it goes from 0 to 1.`);
});
