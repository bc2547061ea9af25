import { Random } from '../../base/index.ts';
import type { Shape } from '../../ir/index.ts';
import { badDifficulty } from '../errors.ts';

/** Classes by likeness: an inner node has a name and children, a leaf is the name of a class. */
export interface ClassTree {
  readonly name: string;
  readonly children: readonly (ClassTree | string)[];
}

/**
 * Labelled data sets made from a seed alone: what the bundled sample networks learn and are judged on.
 * Only + − × ÷, square roots and comparisons are used, which IEEE 754 fixes to the bit, so that every engine makes the same bytes.
 */
export interface SampleGenerator {
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** Which classes are alike, where they form a hierarchy; its leaves, in order, are `classes`. */
  readonly tree?: ClassTree;
  /** Of one sample: [C, H, W], or [C, L] for series. */
  readonly shape: Shape;
  /** Fills `x` (one sample of zeros, codes 0 … 255) with a sample of class `label`; `difficulty` from 0 to 1. */
  draw(random: Random, label: number, x: Uint8Array, difficulty: number): void;
}

export interface GeneratedSet {
  /** [count, ...shape], 0 … 255. */
  readonly x: Uint8Array;
  readonly y: Uint8Array;
  readonly count: number;
  readonly shape: Shape;
}

/** Where small networks land between 85 and 98 %; 0 is clean, 1 is hard for people too. */
export const USUAL_DIFFICULTY = 0.5;

/**
 * `count` samples; sample i depends on the seed, the difficulty and i only. Classes are balanced: each run of as many samples
 * as there are classes, from the first on, holds every class once, in an order of its own. Throws `datasets/bad-difficulty`.
 */
export function generateSet(
  generator: SampleGenerator,
  count: number,
  seed: number,
  difficulty = USUAL_DIFFICULTY,
): GeneratedSet {
  if (!(difficulty >= 0 && difficulty <= 1)) throw badDifficulty(difficulty);
  const { shape, classes } = generator;
  const size = shape.reduce((n, d) => n * d, 1);
  const x = new Uint8Array(count * size);
  const y = new Uint8Array(count);
  const root = new Random(seed);
  const orders = new Random(seed, 1);
  const numbers = classes.map((_, label) => label);
  let order: readonly number[] = [];
  for (let i = 0; i < count; i++) {
    const place = i % classes.length;
    if (place === 0) order = orders.derive(i / classes.length).shuffle(numbers);
    const label = order[place] as number;
    y[i] = label;
    generator.draw(root.derive(i), label, x.subarray(i * size, (i + 1) * size), difficulty);
  }
  return { x, y, count, shape };
}

/** Names of the inner nodes above each leaf, the root left out: ['round', 'full'] above 'disc'. */
export const groupsOf = (tree: ClassTree): ReadonlyMap<string, readonly string[]> =>
  new Map(
    tree.children.flatMap((child): [string, readonly string[]][] =>
      typeof child === 'string'
        ? [[child, []]]
        : [...groupsOf(child)].map(([leaf, above]) => [leaf, [child.name, ...above]]),
    ),
  );

/** The leaves of a hierarchy from left to right. */
export const leavesOf = (tree: ClassTree): string[] =>
  tree.children.flatMap((child) => (typeof child === 'string' ? [child] : leavesOf(child)));
