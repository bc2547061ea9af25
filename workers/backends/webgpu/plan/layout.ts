import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import {
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  type GpuView,
  perElement,
  uniforms,
} from '../gpu-node.ts';
import { broadcastSteps, joinedAxes, MOST_AXES } from './element.ts';

export const layoutPlanners: GpuPlannerTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Identity: reshaped,
  Dropout: reshaped,
  Cast: cast,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Split: split,
  Expand: expand,
  Pad: pad,
  DepthToSpace: depthToSpace,
  Gather: gather,
  'paretoscope.train::GatherGradient': gatherGradient,
};

/** Operators whose output has its input's elements in its input's order. */
function reshaped(view: GpuNodeView): GpuView | undefined {
  const { outputs, op } = view.node;
  const drops = op === 'Dropout' && view.has(2);
  if (!view.isActivation(0) || outputs.slice(1).some((id) => id !== '') || drops) return undefined;
  return view.input(0) && view.output(0) ? { viewOf: view.id(0) } : undefined;
}

/** Truth values are 1 and 0 on the device already. */
function cast(view: GpuNodeView): GpuView | undefined {
  const isToFloat = view.typeOf(view.node.outputs[0]) === 'float32';
  return view.isActivation(0) && view.input(0) && view.output(0) && isToFloat ? { viewOf: view.id(0) } : undefined;
}

/** Steps of a whole tensor along its axes. */
const stepsOf = (shape: Shape): number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** One copy: `shape` elements from `source` on by `steps` to `target` on by `targetSteps`. */
interface Copy {
  readonly shape: Shape;
  readonly source: number;
  readonly steps: readonly number[];
  readonly target: number;
  readonly targetSteps: readonly number[];
}

function copyDispatch({ shape, source, steps, target, targetSteps }: Copy, x: GPUBuffer, y: GPUBuffer): Dispatch {
  const count = elementCount(shape);
  const rows = joinedAxes(shape, [steps, targetSteps]);
  return {
    kernel: 'copy',
    uniforms: uniforms([count, rows.length, source, target], rows, MOST_AXES),
    buffers: [x, y],
    groups: perElement(count),
  };
}

/** A node that is copies from inputs to outputs. */
function copies(
  view: GpuNodeView,
  list: readonly (Copy & { readonly input?: number; readonly output?: number })[],
): GpuNode | undefined {
  if (list.some((copy) => joinedAxes(copy.shape, [copy.steps, copy.targetSteps]).length > MOST_AXES)) return undefined;
  return {
    reads: [...new Set(list.map((copy) => view.id(copy.input ?? 0)))],
    dispatches: (places) =>
      list.map((copy) => copyDispatch(copy, places.operand(view.id(copy.input ?? 0)), places.output(copy.output ?? 0))),
  };
}

function transpose(view: GpuNodeView): GpuNode | undefined {
  const [x, y] = [view.input(0), view.output(0)];
  if (!x || !y) return undefined;
  const order = view.ints('perm') ?? x.map((_, i) => x.length - 1 - i);
  const steps = stepsOf(x);
  const moved = order.map((axis) => steps[axis] as number);
  return copies(view, [{ shape: y, source: 0, steps: moved, target: 0, targetSteps: stepsOf(y) }]);
}

function slice(view: GpuNodeView): GpuNode | undefined {
  const [x, y] = [view.input(0), view.output(0)];
  const starts = view.has(1) ? view.numbers(1) : view.ints('starts');
  if (!x || !y || !starts) return undefined;
  const axes = (view.has(3) ? view.numbers(3) : view.ints('axes')) ?? starts.map((_, i) => i);
  const strides = (view.has(4) ? view.numbers(4) : undefined) ?? starts.map(() => 1);
  if ((view.has(3) && !view.numbers(3)) || (view.has(4) && !view.numbers(4))) return undefined;
  const steps = stepsOf(x);
  let source = 0;
  axes.forEach((given, i) => {
    const axis = given < 0 ? given + x.length : given;
    const [size, stride, start] = [x[axis] as number, strides[i] as number, starts[i] as number];
    const from = start < 0 ? start + size : start;
    source += Math.min(Math.max(from, 0), stride < 0 ? size - 1 : size) * (steps[axis] as number);
    steps[axis] = (steps[axis] as number) * stride;
  });
  return copies(view, [{ shape: y, source, steps, target: 0, targetSteps: stepsOf(y) }]);
}

/** Axis `name`, counted from the front. */
function axisOf(view: GpuNodeView, rank: number, missing: number): number {
  const axis = view.int('axis', missing);
  return axis < 0 ? axis + rank : axis;
}

function concat(view: GpuNodeView): GpuNode | undefined {
  const y = view.output(0);
  const shapes = view.node.inputs.map((id) => view.shape(id));
  if (!y || !shapes.every((shape) => shape !== undefined)) return undefined;
  const axis = axisOf(view, y.length, 0);
  const targetSteps = stepsOf(y);
  let target = 0;
  return copies(
    view,
    shapes.map((shape, input) => {
      const copy = { shape, source: 0, steps: stepsOf(shape), target, targetSteps, input };
      target += (shape[axis] as number) * (targetSteps[axis] as number);
      return copy;
    }),
  );
}

function split(view: GpuNodeView): GpuNode | undefined {
  const x = view.input(0);
  const shapes = view.node.outputs.map((id) => view.shape(id));
  if (!x || !shapes.every((shape) => shape !== undefined)) return undefined;
  const axis = axisOf(view, x.length, 0);
  const steps = stepsOf(x);
  let source = 0;
  return copies(
    view,
    shapes.map((shape, output) => {
      const copy = { shape, source, steps, target: 0, targetSteps: stepsOf(shape), output };
      source += (shape[axis] as number) * (steps[axis] as number);
      return copy;
    }),
  );
}

function expand(view: GpuNodeView): GpuNode | undefined {
  const [x, y] = [view.input(0), view.output(0)];
  const steps = x && y && broadcastSteps(x, y);
  return steps && copies(view, [{ shape: y, source: 0, steps, target: 0, targetSteps: stepsOf(y) }]);
}

/** With one value all around; other modes run on the reference. Negative pads cut off. */
function pad(view: GpuNodeView): GpuNode | undefined {
  const [x, y] = [view.input(0), view.output(0)];
  const pads = view.has(1) ? view.numbers(1) : view.ints('pads');
  const value = view.has(2) ? view.constant(2)?.data[0] : view.float('value', 0);
  if (!x || !y || pads?.length !== 2 * x.length || value === undefined || view.has(3)) return undefined;
  if ((view.text('mode') ?? 'constant') !== 'constant') return undefined;
  const [steps, targetSteps] = [stepsOf(x), stepsOf(y)];
  const begin = (axis: number) => pads[axis] as number;
  const inside = x.map((size, axis) => size + Math.min(0, begin(axis)) + Math.min(0, pads[axis + x.length] as number));
  if (inside.some((size) => size <= 0)) return undefined;
  const sum = (of: (axis: number) => number) => x.reduce((total, _, axis) => total + of(axis), 0);
  const copy: Copy = {
    shape: inside,
    source: sum((axis) => Math.max(0, -begin(axis)) * (steps[axis] as number)),
    steps,
    target: sum((axis) => Math.max(0, begin(axis)) * (targetSteps[axis] as number)),
    targetSteps,
  };
  const count = elementCount(y);
  if (joinedAxes(inside, [steps, targetSteps]).length > MOST_AXES) return undefined;
  return {
    reads: [view.id(0)],
    dispatches: (places) => [
      {
        kernel: 'fill',
        uniforms: uniforms([count, float(value)]),
        buffers: [places.output(0)],
        groups: perElement(count),
      },
      copyDispatch(copy, places.operand(view.id(0)), places.output(0)),
    ],
  };
}

/** [N, C, H, W] → [N, C / b², H·b, W·b]: a transposition of the blocks. */
function depthToSpace(view: GpuNodeView): GpuNode | undefined {
  const x = view.input(0);
  const b = view.int('blocksize', 0);
  if (x?.length !== 4 || !view.output(0) || b < 1) return undefined;
  const [n, c, h, w] = x as [number, number, number, number];
  const channels = c / (b * b);
  const isCrd = view.text('mode') === 'CRD';
  const shape = isCrd ? [n, channels, b, b, h, w] : [n, b, b, channels, h, w];
  const order = isCrd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  const steps = stepsOf(shape);
  const moved = order.map((axis) => shape[axis] as number);
  return copies(view, [
    {
      shape: moved,
      source: 0,
      steps: order.map((axis) => steps[axis] as number),
      target: 0,
      targetSteps: stepsOf(moved),
    },
  ]);
}

function gather(view: GpuNodeView): GpuNode | undefined {
  const [x, y] = [view.input(0), view.output(0)];
  const indices = view.numbers(1);
  if (!x || !y || !indices) return undefined;
  return picking(view, x, axisOf(view, x.length, 0), indices, elementCount(y), 'gather', 0);
}

function gatherGradient(view: GpuNodeView): GpuNode | undefined {
  const shape = view.output(0);
  const indices = view.numbers(0);
  if (!shape || !view.input(1) || !indices) return undefined;
  const count = elementCount(shape);
  return picking(view, shape, axisOf(view, shape.length, 0), indices, count, 'gatherGradient', 1);
}

/** The kernel that picks slices by constant numbers, or the one that adds them back. */
function picking(
  view: GpuNodeView,
  shape: Shape,
  axis: number,
  indices: readonly number[],
  count: number,
  kernel: 'gather' | 'gatherGradient',
  input: number,
): GpuNode | undefined {
  const size = shape[axis] as number;
  const table = Int32Array.from(indices, (index) => (index < 0 ? index + size : index));
  // Numbers outside are the reference's to refuse, with the error it gives.
  if (table.length === 0 || table.some((index) => index < 0 || index >= size)) return undefined;
  return {
    reads: [view.id(input)],
    dispatches: (places) => [
      {
        kernel,
        uniforms: uniforms([count, table.length, size, elementCount(shape.slice(axis + 1))]),
        buffers: [places.operand(view.id(input)), places.table(table), places.output(0)],
        groups: perElement(count),
      },
    ],
  };
}
