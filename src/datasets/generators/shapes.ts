import type { Random } from '../../base/index.ts';
import { around, bell, between, smoothField, toCode, turnOf } from './drawing.ts';
import { type ClassTree, leavesOf, type SampleGenerator } from './generator.ts';

const tree: ClassTree = {
  name: 'shape',
  children: [
    {
      name: 'round',
      children: [
        { name: 'full', children: ['disc', 'drop'] },
        { name: 'hollow', children: ['ring', 'crescent'] },
      ],
    },
    {
      name: 'angular',
      children: [
        { name: 'plain', children: ['triangle', 'square'] },
        { name: 'pointed', children: ['star', 'arrow'] },
      ],
    },
    {
      name: 'linear',
      children: [
        { name: 'crossing', children: ['cross', 'saltire'] },
        { name: 'repeated', children: ['stripes', 'chequers'] },
      ],
    },
  ],
};

type Inside = (u: number, v: number) => boolean;

const within = (u: number, v: number, reach: number): boolean => Math.abs(u) < reach && Math.abs(v) < reach;

/** A five-pointed star: inside at least four of the five half-planes that its edges lie on. */
const STAR_EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.951057, 0.309017],
  [0.587785, -0.809017],
  [-0.587785, -0.809017],
  [-0.951057, 0.309017],
];

const INSIDE: Readonly<Record<string, Inside>> = {
  disc: (u, v) => u * u + v * v < 0.85,
  drop: (u, v) => (v > 0 ? u * u + v * v < 0.55 : v > -1.05 && Math.abs(u) < 0.7 * (1 + v / 1.05)),
  ring: (u, v) => u * u + v * v < 0.95 && u * u + v * v > 0.34,
  crescent: (u, v) => u * u + v * v < 0.95 && (u - 0.42) * (u - 0.42) + v * v > 0.52,
  triangle: (u, v) => v < 0.75 && v > 1.9 * Math.abs(u) - 0.95,
  square: (u, v) => within(u, v, 0.78),
  star: (u, v) => STAR_EDGES.filter(([a, b]) => a * u + b * v < 0.38).length >= 4 && u * u + v * v < 1.1,
  arrow: (u, v) => (v < 0 ? v > 1.15 * Math.abs(u) - 1 : Math.abs(u) < 0.3 && v < 0.95),
  cross: (u, v) => Math.min(Math.abs(u), Math.abs(v)) < 0.25 && within(u, v, 0.95),
  saltire: (u, v) => Math.min(Math.abs(u - v), Math.abs(u + v)) < 0.35 && within(u, v, 0.85),
  stripes: (u, v) => within(u, v, 0.9) && Math.floor((v + 0.9) / 0.36) % 2 === 0,
  chequers: (u, v) => within(u, v, 0.9) && (Math.floor((v + 0.9) / 0.6) + Math.floor((u + 0.9) / 0.6)) % 2 === 0,
};

const SIDE = 32;
/** Points per pixel along each axis: edges are smooth. */
const SUPER = 2;

type Colour = readonly [number, number, number];

const anyColour = (random: Random): Colour => [random.unit(), random.unit(), random.unit()];

/** Distance as the eye weighs it, roughly: green counts most, blue least. */
function contrast(a: Colour, b: Colour): number {
  const [r, g, v] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return Math.sqrt(0.3 * r * r + 0.59 * g * g + 0.11 * v * v);
}

/** A colour that differs from `ground` by at least `least`; the search ends because the far corner of the cube always does. */
function differing(random: Random, ground: Colour, least: number): Colour {
  for (let tries = 0; tries < 12; tries++) {
    const colour = anyColour(random);
    if (contrast(colour, ground) >= least) return colour;
  }
  return [ground[0] < 0.5 ? 1 : 0, ground[1] < 0.5 ? 1 : 0, ground[2] < 0.5 ? 1 : 0];
}

/** Turn, size, stretch and place: pixels to the coordinates of the shape. */
function placing(random: Random, difficulty: number): (column: number, row: number) => readonly [number, number] {
  const radius = between(random, 10.5 - 2.6 * difficulty, 12.5 - difficulty);
  const stretch = between(random, 1 - 0.22 * difficulty, 1 + 0.12 * difficulty);
  const room = Math.max(0, SIDE / 2 - 0.85 * radius);
  const [cx, cy] = [SIDE / 2 - 0.5 + around(random, room), SIDE / 2 - 0.5 + around(random, room)];
  const { sine, cosine } = turnOf(around(random, 0.04 + 0.16 * difficulty));
  return (column, row) => {
    const [dx, dy] = [(column - cx) / radius, (row - cy) / radius];
    return [(dx * cosine + dy * sine) / stretch, dy * cosine - dx * sine];
  };
}

/** Specks of any colour behind the shape. */
function specksOf(random: Random, difficulty: number): (column: number, row: number) => Colour | undefined {
  const specks = Array.from({ length: random.below(1 + Math.floor(7 * difficulty)) }, () => ({
    x: between(random, 0, SIDE),
    y: between(random, 0, SIDE),
    r: between(random, 1, 3),
    colour: anyColour(random),
  }));
  return (column, row) =>
    specks.find(({ x, y, r }) => (column - x) * (column - x) + (row - y) * (row - y) < r * r)?.colour;
}

export const shapes: SampleGenerator = {
  id: 'shapes',
  title:
    'Colour pictures of twelve shapes in a hierarchy of three levels, 32×32: any colours, turned, stretched, noisy',
  classes: leavesOf(tree),
  tree,
  shape: [3, SIDE, SIDE],
  draw(random, label, x, difficulty) {
    const inside = INSIDE[leavesOf(tree)[label] as string] as Inside;
    const place = placing(random, difficulty);
    const ground = anyColour(random);
    const ink = differing(random, ground, 0.5 - 0.3 * difficulty);
    const specks = specksOf(random, difficulty);
    const light = smoothField(random, 2);
    const shade = 0.15 + 0.4 * difficulty;
    const noise = between(random, 0.02, 0.03 + 0.17 * difficulty);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const share = coverage(inside, place, column, row);
        const behind = specks(column, row) ?? ground;
        const lit = shade * (light(column / SIDE, row / SIDE) - 0.5);
        for (let channel = 0; channel < 3; channel++) {
          const [below, above] = [behind[channel] as number, ink[channel] as number];
          const value = below + share * (above - below) + lit + noise * bell(random);
          x[(channel * SIDE + row) * SIDE + column] = toCode(value);
        }
      }
    }
  },
};

/** Share of a pixel that lies inside, 0 … 1. */
function coverage(inside: Inside, place: ReturnType<typeof placing>, column: number, row: number): number {
  let covered = 0;
  for (let i = 0; i < SUPER; i++) {
    for (let j = 0; j < SUPER; j++) {
      const [u, v] = place(column + (i + 0.5) / SUPER - 0.5, row + (j + 0.5) / SUPER - 0.5);
      if (inside(u, v)) covered++;
    }
  }
  return covered / (SUPER * SUPER);
}
