import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { CumSumField, ReduceField, ReduceFunction } from '../../kernels/assembly/memory.ts';
import {
  bindFields,
  type FastNode,
  floatBits,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
  type View,
} from './fast-node.ts';
import { axisOf } from './move.ts';

export const reducePlanners: PlannerTable = {
  ReduceSum: (view) => reduced(view, ReduceFunction.sum, 13),
  ReduceMean: (view) => reduced(view, ReduceFunction.mean),
  ReduceMax: (view) => reduced(view, ReduceFunction.max),
  ReduceMin: (view) => reduced(view, ReduceFunction.min),
  ReduceProd: (view) => reduced(view, ReduceFunction.product),
  ReduceL1: (view) => reduced(view, ReduceFunction.sumOfMagnitudes),
  ReduceL2: (view) => reduced(view, ReduceFunction.norm),
  ReduceSumSquare: (view) => reduced(view, ReduceFunction.sumOfSquares),
  ReduceLogSum: (view) => reduced(view, ReduceFunction.logOfSum),
  ReduceLogSumExp: (view) => reduced(view, ReduceFunction.logOfSumOfExp),
  CumSum: cumSum,
};

/** Folds of one element that are the element. */
const KEEPS_ONE = new Set([
  ReduceFunction.sum,
  ReduceFunction.mean,
  ReduceFunction.max,
  ReduceFunction.min,
  ReduceFunction.product,
]);

/** Axes are an attribute, and since opset `inputSince` an input. */
function reduced(view: NodeView, operation: ReduceFunction, inputSince = 18): FastNode | View | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  const output = view.floatShape(view.node.outputs[0]);
  const asInput = view.opset >= inputSince;
  if (!shape || !output || elementCount(shape) === 0 || (asInput && view.has(1) && !view.numbers(1))) return undefined;
  const stated = (asInput ? view.numbers(1) : view.ints('axes')) ?? [];
  const none = stated.length === 0 && view.int('noop_with_empty_axes', 0) !== 0;
  const all = stated.length === 0 && !none;
  const axes = new Set(stated.map((axis) => axisOf(axis, shape.length)));
  const isReduced = shape.map((_, d) => all || axes.has(d));
  if (elementCount(output) === elementCount(shape) && KEEPS_ONE.has(operation) && view.isActivation(0))
    return { viewOf: input };
  return {
    reads: [input],
    clamps: true,
    bind(places) {
      const bind = (by: ReduceFunction, { low, high }: Pick<Places, 'low' | 'high'>) =>
        bindReduce({ ...places, low, high }, by, shape, isReduced, places.operand(input), places.output(0));
      if (operation !== ReduceFunction.logOfSumOfExp) return bind(operation, places);
      const free = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      return inOrder([bind(ReduceFunction.max, free), bind(operation, places)]);
    },
  };
}

interface Run {
  readonly size: number;
  /** Distance between neighbours in bytes. */
  readonly step: number;
}

/** Runs of dimensions that are reduced, and of those that are kept, each as few as possible, outermost first. */
function runsOf(shape: Shape, isReduced: readonly boolean[]) {
  const runs: { size: number; readonly step: number; readonly reduced: boolean }[] = [];
  let step = 4;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number;
    const reduced = isReduced[d] as boolean;
    const [inner] = runs;
    if (size !== 1) {
      if (inner && inner.reduced === reduced) inner.size *= size;
      else runs.unshift({ size, step, reduced });
    }
    step *= size;
  }
  return runs;
}

/** Byte offsets of all combinations of indices, the last dimension fastest. */
function offsetsOf(runs: readonly Run[]): Int32Array {
  let offsets = [0];
  for (const { size, step } of runs)
    offsets = offsets.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * step));
  return Int32Array.from(offsets);
}

const ONE: Run = { size: 1, step: 0 };

/** Folds the elements of a tensor over the dimensions that `isReduced` marks. */
export function bindReduce(
  places: Pick<Places, 'memory' | 'low' | 'high'>,
  operation: ReduceFunction,
  shape: Shape,
  isReduced: readonly boolean[],
  input: number,
  output: number,
): () => void {
  const runs = runsOf(shape, isReduced);
  const folded = runs.filter((run) => run.reduced);
  const kept = runs.filter((run) => !run.reduced);
  const columns = runs.at(-1)?.reduced === false ? (kept.pop()?.size ?? 0) : 0;
  const groupSize = folded.reduce((n, { size }) => n * size, 1);
  const lastFolded = folded.pop() ?? ONE;
  const lastKept = kept.pop() ?? ONE;
  const keptOffsets = offsetsOf(kept);
  const reducedOffsets = offsetsOf(folded);
  return bindFields(places, 'reduceFloat', ReduceField, {
    input,
    output,
    operation,
    keptOffsets: places.memory.place(keptOffsets),
    keptOffsetCount: keptOffsets.length,
    keptCount: lastKept.size,
    keptStep: lastKept.step,
    columns,
    reducedOffsets: places.memory.place(reducedOffsets),
    reducedOffsetCount: reducedOffsets.length,
    reducedCount: lastFolded.size,
    reducedStep: lastFolded.step,
    groupSize,
    low: floatBits(places.low),
    high: floatBits(places.high),
  });
}

function cumSum(view: NodeView): FastNode | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  const stated = view.numbers(1)?.[0];
  if (!shape || stated === undefined || elementCount(shape) === 0) return undefined;
  const axis = axisOf(stated, shape.length);
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const size = shape[axis] as number;
  return {
    reads: [input],
    bind: (places) =>
      bindFields(places, 'cumSumFloat', CumSumField, {
        input: places.operand(input),
        output: places.output(0),
        outer: elementCount(shape) / size / inner,
        size,
        inner,
        exclusive: view.int('exclusive', 0),
        reverse: view.int('reverse', 0),
      }),
  };
}
