import type { FastNode, NodeView, PlannerTable, View } from './fast-node.ts';
import { axisOf, type MoveDimension, moved, picked, stridesOf } from './move.ts';

export const padPlanners: PlannerTable = { Pad: padded };

type Mode = 'constant' | 'reflect' | 'edge' | 'wrap';

/** Elements added before and after along every axis; negative ones cut off. */
interface Pads {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  readonly mode: Mode;
  readonly fill: number;
}

/** Pads and value are attributes before opset 11, inputs since; axes since opset 18. */
function padsOf(view: NodeView, rank: number): Pads | undefined {
  const asInputs = view.opset >= 11;
  if (asInputs && [1, 2, 3].some((i) => view.has(i) && !view.numbers(i))) return undefined;
  const stated = asInputs ? view.numbers(1) : view.ints('pads');
  if (!stated) return undefined;
  const axes = ((asInputs ? view.numbers(3) : undefined) ?? Array.from({ length: rank }, (_, i) => i)).map((a) =>
    axisOf(a, rank),
  );
  const begins = new Array<number>(rank).fill(0);
  const ends = new Array<number>(rank).fill(0);
  axes.forEach((axis, i) => {
    begins[axis] = stated[i] as number;
    ends[axis] = stated[i + axes.length] as number;
  });
  const mode = (view.text('mode') ?? 'constant') as Mode;
  return { begins, ends, mode, fill: asInputs ? (view.numbers(2)?.[0] ?? 0) : view.float('value', 0) };
}

/** Which element of `size` a position before, in or after them repeats. */
function source(at: number, size: number, mode: Mode): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((at % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** What is left of the input along one axis, first pads cut: [first element, count]. */
const leftAlong = (size: number, begin: number, end: number): readonly [number, number] => {
  const first = Math.max(0, -begin);
  return [first, size - first - Math.max(0, -end)];
};

function padded(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const output = view.floatShape(view.node.outputs[0]);
  const pads = shape && padsOf(view, shape.length);
  if (!shape || !output || !pads) return undefined;
  const { begins, ends, mode, fill } = pads;
  const from = stridesOf(shape);
  const to = stridesOf(output);
  const left = shape.map((size, d) => leftAlong(size, begins[d] as number, ends[d] as number));
  if (left.some(([, count]) => count <= 0)) return undefined;
  let inputStart = 0;
  let outputStart = 0;
  const dimensions = left.map(([first, count], d): MoveDimension => {
    const [inputStep, outputStep, begin] = [from[d] as number, to[d] as number, Math.max(0, begins[d] as number)];
    if (mode === 'constant') {
      inputStart += first * inputStep;
      outputStart += begin * outputStep;
      return { size: count, inputStep, outputStep };
    }
    const sources = Array.from({ length: output[d] as number }, (_, i) => first + source(i - begin, count, mode));
    const { dimension, start } = picked(sources, inputStep, outputStep);
    inputStart += start;
    return dimension;
  });
  const grows = mode === 'constant' && left.some(([, count], d) => count !== output[d]);
  return moved(view, { inputStart, outputStart, dimensions }, grows ? fill : undefined);
}
