import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import {
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  grid,
  uniforms,
} from '../gpu-node.ts';
import { MOST_AXES } from './element.ts';

/** What `reduce.wgsl` does: see there. `mean`: divides by the count. */
interface Reduction {
  readonly reduction: number;
  readonly load: number;
  readonly finish: number;
  readonly mean?: boolean;
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: { reduction: 0, load: 0, finish: 0 },
  ReduceMean: { reduction: 0, load: 0, finish: 0, mean: true },
  ReduceMax: { reduction: 1, load: 0, finish: 0 },
  ReduceMin: { reduction: 2, load: 0, finish: 0 },
  ReduceProd: { reduction: 3, load: 0, finish: 0 },
  ReduceSumSquare: { reduction: 0, load: 1, finish: 0 },
  ReduceL1: { reduction: 0, load: 2, finish: 0 },
  ReduceL2: { reduction: 0, load: 1, finish: 1 },
  ReduceLogSum: { reduction: 0, load: 0, finish: 2 },
};

export const reductionPlanners: GpuPlannerTable = {
  ...Object.fromEntries(Object.keys(REDUCTIONS).map((op) => [op, reduce])),
  GlobalAveragePool: (view) => globalPool(view, 'ReduceMean'),
  GlobalMaxPool: (view) => globalPool(view, 'ReduceMax'),
};

function globalPool(view: GpuNodeView, as: string): GpuNode | undefined {
  const shape = view.input(0);
  if (!shape || shape.length < 3 || !view.output(0)) return undefined;
  return reduceNode(view, shape, new Set(shape.map((_, axis) => axis).slice(2)), REDUCTIONS[as] as Reduction);
}

function reduce(view: GpuNodeView): GpuNode | undefined {
  const shape = view.input(0);
  const { op } = view.node;
  if (!shape || !view.output(0) || view.typeOf(view.id(0)) !== 'float32') return undefined;
  const given = view.has(1) ? view.numbers(1) : (view.ints('axes') ?? []);
  if (!given) return undefined;
  const none = given.length === 0;
  if (none && view.int('noop_with_empty_axes', 0) !== 0) return undefined;
  const axes = new Set(none ? shape.map((_, i) => i) : given.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return reduceNode(view, shape, axes, REDUCTIONS[op] as Reduction);
}

function reduceNode(view: GpuNodeView, shape: Shape, axes: ReadonlySet<number>, r: Reduction): GpuNode | undefined {
  const step = (axis: number) => elementCount(shape.slice(axis + 1));
  const rowsOf = (isReduced: boolean) => {
    const rows: number[][] = [];
    shape.forEach((size, axis) => {
      if (axes.has(axis) !== isReduced || size === 1) return;
      const before = rows.at(-1);
      if (before && before[1] === step(axis) * size) rows.splice(-1, 1, [(before[0] as number) * size, step(axis)]);
      else rows.push([size, step(axis)]);
    });
    return rows;
  };
  const [kept, reduced] = [rowsOf(false), rowsOf(true)];
  if (kept.length + reduced.length > MOST_AXES) return undefined;
  const size = (rows: readonly (readonly number[])[]) => rows.reduce((n, row) => n * (row[0] as number), 1);
  const [outputs, count] = [size(kept), size(reduced)];
  return {
    reads: [view.id(0)],
    dispatches: (places) => [
      {
        kernel: 'reduce',
        constants: { REDUCTION: r.reduction, LOAD: r.load, FINISH: r.finish },
        uniforms: uniforms(
          [outputs, count, kept.length, reduced.length, float(r.mean ? 1 / count : 1)],
          [...kept, ...reduced],
          MOST_AXES,
        ),
        buffers: [places.operand(view.id(0)), places.output(0)],
        groups: grid(outputs),
      },
    ],
  };
}

/** The sum of a buffer of `count` values, times `scale`. */
export const sumOf = (input: GPUBuffer, output: GPUBuffer, count: number, scale = 1): Dispatch => ({
  kernel: 'reduce',
  constants: { REDUCTION: 0, LOAD: 0, FINISH: 0 },
  uniforms: uniforms([1, count, 0, 1, float(scale)], [[count, 1]], MOST_AXES),
  buffers: [input, output],
  groups: grid(1),
});
