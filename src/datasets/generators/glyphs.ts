import type { Random } from '../../base/index.ts';
import { around, bell, between, distanceToSegment, smoothField, toCode, turnOf } from './drawing.ts';
import type { SampleGenerator } from './generator.ts';

type Point = readonly [number, number];
/** Start, then pairs of control point and end: quadratic Bézier curves. A control point `null`: a straight line. */
type Stroke = readonly [start: Point, ...curves: readonly (readonly [control: Point | null, end: Point])[]];

/** Digits in a box from (−0.6, −1) to (0.6, 1), y downwards, as a pen draws them. */
const DIGITS: readonly (readonly Stroke[])[] = [
  [
    [
      [0, -1],
      [
        [-0.6, -1],
        [-0.6, 0],
      ],
      [
        [-0.6, 1],
        [0, 1],
      ],
      [
        [0.6, 1],
        [0.6, 0],
      ],
      [
        [0.6, -1],
        [0, -1],
      ],
    ],
  ],
  [
    [
      [-0.35, -0.6],
      [null, [0.05, -1]],
      [null, [0.05, 1]],
    ],
  ],
  [
    [
      [-0.55, -0.55],
      [
        [-0.5, -1],
        [0, -1],
      ],
      [
        [0.55, -1],
        [0.55, -0.5],
      ],
      [
        [0.5, 0],
        [-0.6, 1],
      ],
      [null, [0.6, 1]],
    ],
  ],
  [
    [
      [-0.5, -0.8],
      [
        [-0.2, -1.05],
        [0.05, -1],
      ],
      [
        [0.55, -0.95],
        [0.5, -0.5],
      ],
      [
        [0.45, -0.1],
        [-0.15, -0.05],
      ],
      [
        [0.6, 0],
        [0.55, 0.5],
      ],
      [
        [0.5, 1],
        [0, 1],
      ],
      [
        [-0.35, 1],
        [-0.55, 0.75],
      ],
    ],
  ],
  [
    [
      [0.15, -1],
      [null, [-0.6, 0.35]],
      [null, [0.6, 0.35]],
    ],
    [
      [0.3, -0.35],
      [null, [0.3, 1]],
    ],
  ],
  [
    [
      [0.5, -1],
      [null, [-0.4, -1]],
      [null, [-0.5, -0.15]],
      [
        [0, -0.4],
        [0.3, -0.2],
      ],
      [
        [0.75, 0.15],
        [0.45, 0.7],
      ],
      [
        [0.15, 1.15],
        [-0.55, 0.85],
      ],
    ],
  ],
  [
    [
      [0.4, -0.95],
      [
        [-0.55, -0.7],
        [-0.55, 0.3],
      ],
      [
        [-0.55, 1],
        [0, 1],
      ],
      [
        [0.55, 1],
        [0.55, 0.45],
      ],
      [
        [0.55, -0.05],
        [0.05, -0.05],
      ],
      [
        [-0.4, -0.05],
        [-0.55, 0.4],
      ],
    ],
  ],
  [
    [
      [-0.55, -0.95],
      [null, [0.55, -0.95]],
      [
        [0, 0],
        [-0.15, 1],
      ],
    ],
  ],
  [
    [
      [0.05, -0.08],
      [
        [-0.5, -0.2],
        [-0.5, -0.55],
      ],
      [
        [-0.5, -1],
        [0, -1],
      ],
      [
        [0.5, -1],
        [0.5, -0.55],
      ],
      [
        [0.5, -0.2],
        [-0.05, -0.05],
      ],
      [
        [-0.6, 0.1],
        [-0.6, 0.5],
      ],
      [
        [-0.6, 1],
        [0, 1],
      ],
      [
        [0.6, 1],
        [0.6, 0.5],
      ],
      [
        [0.6, 0.1],
        [0.05, -0.08],
      ],
    ],
  ],
  [
    [
      [0.5, -0.4],
      [
        [0.35, 0.05],
        [-0.05, 0.05],
      ],
      [
        [-0.55, 0.05],
        [-0.55, -0.45],
      ],
      [
        [-0.55, -1],
        [0, -1],
      ],
      [
        [0.55, -1],
        [0.5, -0.4],
      ],
      [
        [0.45, 0.5],
        [0.25, 1],
      ],
    ],
  ],
];

const SIDE = 28;
const STEPS = 6;

/** The pen's way as short segments, every point of the digit moved a little by hand. */
function segmentsOf(strokes: readonly Stroke[], random: Random, unrest: number): [Point, Point][] {
  const moved = ([x, y]: Point): Point => [x + around(random, unrest), y + around(random, unrest)];
  const segments: [Point, Point][] = [];
  for (const [start, ...curves] of strokes) {
    let from = moved(start);
    for (const [control, end] of curves) {
      const to = moved(end);
      const bend = control ? moved(control) : undefined;
      let last = from;
      for (let step = 1; step <= (bend ? STEPS : 1); step++) {
        const t = bend ? step / STEPS : 1;
        const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
        const [bx, by] = bend ?? [0, 0];
        const next: Point = bend ? [a * from[0] + b * bx + c * to[0], a * from[1] + b * by + c * to[1]] : to;
        segments.push([last, next]);
        last = next;
      }
      from = to;
    }
  }
  return segments;
}

/** Turn, slant, size and place of a digit, in pixels. */
function placing(random: Random, difficulty: number): (point: Point) => Point {
  const { sine, cosine } = turnOf(around(random, 0.06 + 0.12 * difficulty));
  const slant = around(random, 0.15 + 0.3 * difficulty);
  const height = between(random, 9.8 - 3.4 * difficulty, 10.6);
  const width = height * between(random, 0.8 - 0.2 * difficulty, 1.1);
  const shift = 1 + 2.4 * difficulty;
  const [cx, cy] = [SIDE / 2 - 0.5 + around(random, shift), SIDE / 2 - 0.5 + around(random, shift)];
  return ([u, v]) => {
    const [x, y] = [width * (u - slant * v), height * v];
    return [cx + x * cosine - y * sine, cy + x * sine + y * cosine];
  };
}

export const glyphs: SampleGenerator = {
  id: 'glyphs',
  title: 'Ten digits drawn with a pen, 28×28 grey: turned, slanted, thin to thick, noisy, partly covered',
  classes: DIGITS.map((_, digit) => String(digit)),
  shape: [1, SIDE, SIDE],
  draw(random, label, x, difficulty) {
    const place = placing(random, difficulty);
    const unrest = 0.05 + 0.17 * difficulty;
    const segments = segmentsOf(DIGITS[label] as readonly Stroke[], random, unrest);
    const half = between(random, 0.75, 1.35 + 0.5 * difficulty);
    const ink = new Float64Array(SIDE * SIDE);
    for (const [from, to] of segments) drawSegment(ink, place(from), place(to), half);
    const paper = smoothField(random, 3);
    const strength = between(random, 1 - 0.45 * difficulty, 1);
    const noise = between(random, 0.02, 0.04 + 0.34 * difficulty);
    const cover = random.unit() < 0.7 * difficulty ? coverOf(random) : undefined;
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const i = row * SIDE + column;
        const ground = 0.3 * difficulty * paper(column / SIDE, row / SIDE);
        const level = ground + (strength - ground) * (ink[i] as number);
        x[i] = toCode((cover?.(column, row) ?? level) + noise * bell(random));
      }
    }
  },
};

function drawSegment(ink: Float64Array, from: Point, to: Point, half: number): void {
  const reach = half + 1;
  const first = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a: number, b: number): number => Math.min(SIDE - 1, Math.floor(Math.max(a, b) + reach) + 1);
  for (let row = first(from[1], to[1]); row <= last(from[1], to[1]); row++) {
    for (let column = first(from[0], to[0]); column <= last(from[0], to[0]); column++) {
      const covered = half + 0.5 - distanceToSegment(column, row, from, to);
      const i = row * SIDE + column;
      if (covered > (ink[i] as number)) ink[i] = Math.min(1, covered);
    }
  }
}

/** A flat rectangle over part of the digit; undefined where it does not reach. */
function coverOf(random: Random): (column: number, row: number) => number | undefined {
  const [width, height] = [between(random, 4, 10), between(random, 4, 10)];
  const [left, top] = [between(random, 3, SIDE - 3 - width), between(random, 3, SIDE - 3 - height)];
  const level = between(random, 0, 0.8);
  return (column, row) =>
    column >= left && column < left + width && row >= top && row < top + height ? level : undefined;
}
