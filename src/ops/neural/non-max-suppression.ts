import { type NumericData, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, scalarOf } from '../elements.ts';
import { sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Keeps the best boxes of each class that do not overlap a better one too much. */

type Box = readonly [y1: number, x1: number, y2: number, x2: number];

/** Corners in ascending order, from two opposite corners or from centre and size. */
function boxAt(boxes: NumericData, at: number, isCentre: boolean): Box {
  const [a, b, c, d] = [0, 1, 2, 3].map((k) => boxes[at + k] as number) as [number, number, number, number];
  if (isCentre) return [b - d / 2, a - c / 2, b + d / 2, a + c / 2];
  return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
}

/** Intersection over union. */
function overlap(p: Box, q: Box): number {
  const height = Math.min(p[2], q[2]) - Math.max(p[0], q[0]);
  const width = Math.min(p[3], q[3]) - Math.max(p[1], q[1]);
  if (height <= 0 || width <= 0) return 0;
  const area = (b: Box) => (b[2] - b[0]) * (b[3] - b[1]);
  const union = area(p) + area(q) - height * width;
  return union <= 0 ? 0 : (height * width) / union;
}

interface Limits {
  readonly most: number;
  readonly overlap: number;
  readonly score: number;
  readonly isCentre: boolean;
}

function selected(boxes: Tensor, scores: Tensor, limits: Limits): number[] {
  const [batches = 0, classes = 0, count = 0] = scores.shape;
  const [corners, values] = [numbersOf(boxes), numbersOf(scores)];
  const found: number[] = [];
  for (let b = 0; b < batches; b++)
    for (let c = 0; c < classes; c++) {
      const scoreOf = (i: number) => values[(b * classes + c) * count + i] as number;
      const order = Array.from({ length: count }, (_, i) => i)
        .filter((i) => scoreOf(i) > limits.score)
        .sort((i, j) => scoreOf(j) - scoreOf(i) || i - j);
      const kept: Box[] = [];
      for (const i of order) {
        if (kept.length >= limits.most) break;
        const box = boxAt(corners, (b * count + i) * 4, limits.isCentre);
        if (kept.some((other) => overlap(box, other) > limits.overlap)) continue;
        kept.push(box);
        found.push(b, c, i);
      }
    }
  return found;
}

export const nonMaxSuppression = {
  id: 'NonMaxSuppression',
  sinceOpset: 10,
  bind(attributes) {
    const isCentre = new AttributeReader('NonMaxSuppression', attributes).flag('center_point_box');
    return {
      infer: () => [value('int64', [OPEN_SIZE, 3])],
      cost: ([boxes, scores]) => ({ kind: 'elementwise', extraOps: sizeOf(boxes) + sizeOf(scores) }),
      run(inputs) {
        const limit = (i: number, otherwise: number) => (inputs[i] ? scalarOf(inputs[i]) : otherwise);
        const found = selected(given('NonMaxSuppression', inputs, 0), given('NonMaxSuppression', inputs, 1), {
          most: limit(2, 0),
          overlap: limit(3, 0),
          score: limit(4, Number.NEGATIVE_INFINITY),
          isCentre,
        });
        return [tensorOf('int64', [found.length / 3, 3], found)];
      },
    };
  },
} as const satisfies OpDef;
