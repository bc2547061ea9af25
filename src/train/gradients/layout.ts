import { attributeOf, numbersOf, type Shape, type TensorId, tensorOf } from '../../ir/index.ts';
import { slice as cut, inverseOrder, pad as padded, reduceSum, reshape, sumTo, transpose as turn } from '../compose.ts';
import { int, ints } from '../emitter.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** Operators that give the same elements another shape: the gradient gets the input's. */
const sameElements = (id: string): GradientRule => ({
  id,
  gradients: (ctx) => [ctx.wanted(0, () => reshape(ctx.e, ctx.dy, ctx.e.shapeOf(ctx.node.inputs[0] as TensorId)))],
});

export const sameElementOperators: readonly GradientRule[] = [
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Dropout',
].map(sameElements);

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
const inputShape = ({ e, node }: RuleContext, input = 0): Shape => e.shapeOf(node.inputs[input] as TensorId);

/** Elements of an input that must not depend on the data. */
function constantAt(ctx: RuleContext, input: number): readonly number[] | undefined {
  const id = ctx.node.inputs[input] ?? '';
  if (id === '') return undefined;
  return Array.from(numbersOf(ctx.e.constantOf(id) ?? ctx.refuse('what it picks is computed from the data')));
}

export const transpose: GradientRule = {
  id: 'Transpose',
  gradients(ctx) {
    const rank = inputShape(ctx).length;
    const order = ctx.read.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    return [ctx.wanted(0, () => turn(ctx.e, ctx.dy, inverseOrder(order)))];
  },
};

/** Each operand gets its part back. */
export const concat: GradientRule = {
  id: 'Concat',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const whole = e.shapeOf(dy);
    const axis = axisOf(ctx.read.int('axis') ?? 1, whole.length);
    let start = 0;
    return node.inputs.map((_, i) => {
      const from = start;
      start += inputShape(ctx, i)[axis] as number;
      const ends = whole.map((d, k) => (k === axis ? start : d));
      return ctx.wanted(i, () =>
        cut(
          e,
          dy,
          whole.map((_d, k) => (k === axis ? from : 0)),
          ends,
        ),
      );
    });
  },
};

/** The parts behind each other; zeros for those that nothing reads. */
export const split: GradientRule = {
  id: 'Split',
  gradients(ctx) {
    const { e, node } = ctx;
    const axis = axisOf(ctx.read.int('axis') ?? 0, inputShape(ctx).length);
    const parts = node.outputs.flatMap((id, i) => {
      const gradient = ctx.gradient(i);
      if (gradient !== undefined) return [gradient];
      const shape = e.shapeOf(id);
      return [e.constant('zeros', tensorOf('float32', shape, new Float32Array(shape.reduce((n, d) => n * d, 1))))];
    });
    return [ctx.wanted(0, () => e.emit('Concat', parts, { axis: int(axis) }))];
  },
};

/** Adds each slice of a gradient along one axis to where it was taken from. */
function scattered(ctx: RuleContext, dy: TensorId, axis: number, indices: readonly number[], size: number): TensorId {
  const shape = ctx.e.shapeOf(dy).map((d, i) => (i === axis ? size : d));
  return ctx.e.train('GatherGradient', [ctx.e.list(indices), dy], { axis: int(axis), input_shape: ints(shape) });
}

/** Zeros around what was cut out; steps other than 1 are put back slice by slice. */
export const slice: GradientRule = {
  id: 'Slice',
  gradients(ctx) {
    const { e, read } = ctx;
    const shape = inputShape(ctx);
    const [starts = [], , stated, steps] =
      e.opset >= 10
        ? [1, 2, 3, 4].map((i) => constantAt(ctx, i))
        : [read.ints('starts'), read.ints('ends'), read.ints('axes'), undefined];
    const axes = (stated ?? starts.map((_, i) => i)).map((a) => axisOf(a, shape.length));
    const result = e.shapeOf(ctx.node.outputs[0] as TensorId);
    const [begins, tails] = [shape.map(() => 0), shape.map(() => 0)];
    const strided: { axis: number; indices: number[] }[] = [];
    axes.forEach((axis, i) => {
      const size = shape[axis] as number;
      const step = steps?.[i] ?? 1;
      const start = starts[i] as number;
      const bounded = Math.min(step > 0 ? size : size - 1, Math.max(0, start < 0 ? start + size : start));
      const count = result[axis] as number;
      if (step === 1) {
        begins[axis] = count === 0 ? 0 : bounded;
        tails[axis] = size - count - (begins[axis] as number);
      } else strided.push({ axis, indices: Array.from({ length: count }, (_, k) => bounded + k * step) });
    });
    return [
      ctx.wanted(0, () =>
        strided.reduce(
          (dy, { axis, indices }) => scattered(ctx, dy, axis, indices, shape[axis] as number),
          padded(e, ctx.dy, begins, tails),
        ),
      ),
    ];
  },
};

/** Constant padding is cut off; in the other modes each border element goes back to where it was taken from. */
export const pad: GradientRule = {
  id: 'Pad',
  gradients(ctx) {
    const { e, read } = ctx;
    const shape = inputShape(ctx);
    const rank = shape.length;
    const mode = read.string('mode') ?? 'constant';
    const stated = (e.opset < 11 ? read.ints('pads') : constantAt(ctx, 1)) ?? [];
    const axes = e.opset >= 18 ? constantAt(ctx, 3) : undefined;
    const pads = new Array<number>(2 * rank).fill(0);
    (axes ?? shape.map((_, i) => i)).forEach((axis, i, all) => {
      pads[axisOf(axis, rank)] = stated[i] as number;
      pads[axisOf(axis, rank) + rank] = stated[i + all.length] as number;
    });
    const begins = pads.slice(0, rank);
    const tails = pads.slice(rank);
    if (mode !== 'constant' && pads.some((p) => p < 0)) ctx.refuse(`it crops and pads in mode '${mode}'`);
    return [
      ctx.wanted(0, () => {
        if (mode === 'constant') return uncovered(ctx, begins, tails);
        return shape.reduce((dy, size, axis) => {
          const [begin, end] = [begins[axis] as number, tails[axis] as number];
          if (begin === 0 && end === 0) return dy;
          const from = Array.from({ length: begin + size + end }, (_, i) => bordered(i - begin, size, mode));
          return scattered(ctx, dy, axis, from, size);
        }, ctx.dy);
      }),
    ];
  },
};

/** Without the border; where the border was negative, with zeros for what was cropped. */
function uncovered({ e, dy }: RuleContext, begins: readonly number[], tails: readonly number[]): TensorId {
  const whole = e.shapeOf(dy);
  const inner = cut(
    e,
    dy,
    begins.map((b) => Math.max(0, b)),
    whole.map((d, i) => d - Math.max(0, tails[i] as number)),
  );
  const cropped = (pads: readonly number[]) => pads.map((p) => Math.max(0, -p));
  return padded(e, inner, cropped(begins), cropped(tails));
}

/** Where a border element is taken from. */
function bordered(at: number, size: number, mode: string): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((at % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

export const gather: GradientRule = {
  id: 'Gather',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const shape = inputShape(ctx);
    const attributes = { axis: int(axisOf(ctx.read.int('axis') ?? 0, shape.length)), input_shape: ints(shape) };
    return [ctx.wanted(0, () => e.train('GatherGradient', [node.inputs[1] as TensorId, dy], attributes))];
  },
};

export const expanded: GradientRule = {
  id: 'Expand',
  gradients: (ctx) => [ctx.wanted(0, () => sumTo(ctx.e, ctx.dy, inputShape(ctx)))],
};

/** Seen as [times₀, size₀, times₁, …], the repeats are summed. */
export const tile: GradientRule = {
  id: 'Tile',
  gradients(ctx) {
    const { e, dy } = ctx;
    const shape = inputShape(ctx);
    const whole = e.shapeOf(dy);
    const view = shape.flatMap((d, i) => [(whole[i] as number) / d, d]);
    const axes = shape.map((_, i) => 2 * i);
    return [ctx.wanted(0, () => reshape(e, reduceSum(e, reshape(e, dy, view), axes), shape))];
  },
};

export const depthToSpace: GradientRule = {
  id: 'DepthToSpace',
  gradients(ctx) {
    const { e, dy, read, node } = ctx;
    const block = attributeOf(node.attributes, 'blocksize', 'int') ?? 1;
    if ((read.string('mode') ?? 'DCR') === 'DCR')
      return [ctx.wanted(0, () => e.emit('SpaceToDepth', [dy], { blocksize: int(block) }))];
    const shape = inputShape(ctx);
    const [n = 1, c = 1, h = 1, w = 1] = shape;
    return [
      ctx.wanted(0, () => {
        const blocks = reshape(e, dy, [n, c / block ** 2, h, block, w, block]);
        return reshape(e, turn(e, blocks, [0, 1, 3, 5, 2, 4]), shape);
      }),
    ];
  },
};

export const spaceToDepth: GradientRule = {
  id: 'SpaceToDepth',
  gradients(ctx) {
    const block = attributeOf(ctx.node.attributes, 'blocksize', 'int') ?? 1;
    return [ctx.wanted(0, () => ctx.e.emit('DepthToSpace', [ctx.dy], { blocksize: int(block) }))];
  },
};

/** The sum that runs the other way. */
export const cumulativeSum: GradientRule = {
  id: 'CumSum',
  gradients(ctx) {
    const { e, dy, read, node } = ctx;
    const reverse = int(read.flag('reverse') ? 0 : 1);
    const exclusive = int(read.flag('exclusive') ? 1 : 0);
    return [ctx.wanted(0, () => e.emit('CumSum', [dy, node.inputs[1] as TensorId], { reverse, exclusive }))];
  },
};

/** Nothing passes where the triangle is 0. */
export const triangle: GradientRule = {
  id: 'Trilu',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const upper = { upper: node.attributes.get('upper') };
    return [ctx.wanted(0, () => e.emit('Trilu', [dy, node.inputs[1] ?? ''], upper))];
  },
};
