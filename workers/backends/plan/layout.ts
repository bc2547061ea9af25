import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { broadcastDimensions } from './binary.ts';
import { type FastNode, inOrder, type NodeView, type PlannerTable, type View } from './fast-node.ts';
import { axisOf, bindMove, type MoveDimension, moved, permuted, picked, stridesOf } from './move.ts';

/** Operators that transpose, cut, join, repeat and pick elements. Their arguments must be constants. */
export const layoutPlanners: PlannerTable = {
  Transpose: transposed,
  Slice: sliced,
  Concat: joined,
  Split: parted,
  Gather: gathered,
  Expand: expanded,
  Tile: tiled,
  DepthToSpace: toSpace,
  SpaceToDepth: toDepth,
};

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);

function transposed(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  if (!shape) return undefined;
  const order = view.ints('perm') ?? shape.map((_, i) => shape.length - 1 - i);
  const axes = order.map((axis) => axisOf(axis, shape.length));
  return new Set(axes).size === shape.length ? moved(view, permuted(shape, axes)) : undefined;
}

function toSpace(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const block = view.int('blocksize', 0);
  if (shape?.length !== 4 || block < 1) return undefined;
  const [n, c, h, w] = shape as readonly [number, number, number, number];
  const channels = c / block ** 2;
  return (view.text('mode') ?? 'DCR') === 'DCR'
    ? moved(view, permuted([n, block, block, channels, h, w], [0, 3, 4, 1, 5, 2]))
    : moved(view, permuted([n, channels, block, block, h, w], [0, 1, 4, 2, 5, 3]));
}

function toDepth(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const block = view.int('blocksize', 0);
  if (shape?.length !== 4 || block < 1) return undefined;
  const [n, c, h, w] = shape as readonly [number, number, number, number];
  return moved(view, permuted([n, c, h / block, block, w / block, block], [0, 3, 5, 1, 2, 4]));
}

/** What is read for index 0 of a slice, and by how much the next index is further, as ONNX clamps it. */
function sliceAlong(size: number, start: number, step: number): number {
  const first = start < 0 ? start + size : start;
  return Math.min(Math.max(0, step > 0 ? size : size - 1), Math.max(0, first));
}

/** Bounds are attributes before opset 10, inputs since. */
function sliced(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const output = view.floatShape(view.node.outputs[0]);
  const asInputs = view.opset >= 10;
  if (!shape || !output || (asInputs && [1, 2, 3, 4].some((i) => view.has(i) && !view.numbers(i)))) return undefined;
  const starts = (asInputs ? view.numbers(1) : view.ints('starts')) ?? [];
  const axes = (asInputs ? view.numbers(3) : view.ints('axes')) ?? starts.map((_, i) => i);
  const steps = (asInputs ? view.numbers(4) : undefined) ?? starts.map(() => 1);
  const from = stridesOf(shape);
  const to = stridesOf(output);
  const along = shape.map(() => ({ start: 0, step: 1 }));
  axes.forEach((a, i) => {
    const axis = axisOf(a, shape.length);
    const step = steps[i] as number;
    along[axis] = { start: sliceAlong(shape[axis] as number, starts[i] as number, step), step };
  });
  return moved(view, {
    inputStart: along.reduce((n, { start }, d) => n + start * (from[d] as number), 0),
    dimensions: along.map(({ step }, d) => ({
      size: output[d] as number,
      inputStep: step * (from[d] as number),
      outputStep: to[d] as number,
    })),
  });
}

/** A part of [outer, whole, inner] along the middle, in elements. */
const stretch = (outer: number, run: number, inputStep: number, outputStep: number): readonly MoveDimension[] => [
  { size: outer, inputStep, outputStep },
  { size: run, inputStep: 1, outputStep: 1 },
];

function joined(view: NodeView): FastNode | undefined {
  const output = view.floatShape(view.node.outputs[0]);
  const parts = view.node.inputs.filter((id) => id !== '').map((id) => ({ id, shape: view.floatShape(id) }));
  if (!output || elementCount(output) === 0 || parts.some(({ shape }) => !shape)) return undefined;
  const axis = axisOf(view.int('axis', 1), output.length);
  const outer = product(output.slice(0, axis));
  const whole = product(output.slice(axis));
  const filled = parts.filter(({ shape }) => elementCount(shape as Shape) > 0);
  return {
    reads: filled.map(({ id }) => id),
    bind(places) {
      let start = 0;
      return inOrder(
        filled.map(({ id, shape }) => {
          const run = elementCount(shape as Shape) / outer;
          const move = { dimensions: stretch(outer, run, run, whole), outputStart: start };
          start += run;
          return bindMove(places, places.operand(id), places.output(0), move);
        }),
      );
    },
  };
}

function parted(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const parts = outputs.map((id) => view.floatShape(id));
  if (!shape || parts.some((part) => !part || elementCount(part) === 0)) return undefined;
  const axis = axisOf(view.int('axis', 0), shape.length);
  const outer = product(shape.slice(0, axis));
  const whole = product(shape.slice(axis));
  if (parts.reduce((n, part) => n + (part?.[axis] as number), 0) !== shape[axis]) return undefined;
  return {
    reads: [inputs[0] as TensorId],
    bind(places) {
      let start = 0;
      return inOrder(
        parts.map((part, i) => {
          const run = elementCount(part as Shape) / outer;
          const move = { dimensions: stretch(outer, run, whole, run), inputStart: start };
          start += run;
          return bindMove(places, places.operand(inputs[0] as TensorId), places.output(i), move);
        }),
      );
    },
  };
}

/** With constant indices. */
function gathered(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const indices = view.numbers(1);
  if (!shape || !indices) return undefined;
  const axis = axisOf(view.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const places = indices.map((i) => axisOf(i, size));
  if (places.some((i) => i < 0 || i >= size)) return undefined;
  const inner = product(shape.slice(axis + 1));
  const { dimension, start } = picked(places, inner, inner);
  return moved(view, {
    inputStart: start,
    dimensions: [
      { size: product(shape.slice(0, axis)), inputStep: size * inner, outputStep: indices.length * inner },
      dimension,
      { size: inner, inputStep: 1, outputStep: 1 },
    ],
  });
}

function expanded(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const output = view.floatShape(view.node.outputs[0]);
  if (!shape || !output || !view.numbers(1)) return undefined;
  const dimensions = broadcastDimensions(output, [shape]);
  const to = stridesOf(dimensions.map(({ size }) => size));
  return moved(view, {
    dimensions: dimensions.map(({ size, steps }, d) => ({
      size,
      inputStep: (steps[0] as number) / 4,
      outputStep: to[d] as number,
    })),
  });
}

/** Seen as [times₀, size₀, times₁, size₁, …]: the repeats are dimensions of step 0. */
function tiled(view: NodeView): FastNode | View | undefined {
  const shape = view.floatShape(view.node.inputs[0]);
  const output = view.floatShape(view.node.outputs[0]);
  if (!shape || !output || !view.numbers(1)) return undefined;
  const from = stridesOf(shape);
  const to = stridesOf(output);
  return moved(view, {
    dimensions: shape.flatMap((size, d) => [
      { size: (output[d] as number) / size, inputStep: 0, outputStep: size * (to[d] as number) },
      { size, inputStep: from[d] as number, outputStep: to[d] as number },
    ]),
  });
}
