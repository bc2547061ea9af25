import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { BinaryFunction, ReduceFunction, UnaryFunction } from '../../kernels/assembly/memory.ts';
import { bindBinary } from './binary.ts';
import { type FastNode, inOrder, type NodeView, type Places, type PlannerTable } from './fast-node.ts';
import { axisOf } from './move.ts';
import { bindReduce } from './reduce.ts';
import { bindUnary } from './unary.ts';

/** Normalizations without parameters, put together from reductions and element-wise kernels. */
export const localNormalizationPlanners: PlannerTable = {
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
};

/** A line of zeros is divided by this instead of by its norm. */
const TINY = 2 ** -126;
const EPSILON = 1e-9;

interface Reduction {
  readonly input: TensorId;
  readonly shape: Shape;
  readonly isReduced: readonly boolean[];
  readonly reducedShape: Shape;
  /** Bytes of one value per group. */
  readonly bytes: number;
  readonly groupSize: number;
}

function reductionOf(view: NodeView, axes: readonly number[]): Reduction | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  if (!shape || elementCount(shape) === 0 || !view.floatShape(view.node.outputs[0])) return undefined;
  const over = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  const isReduced = shape.map((_, d) => over.has(d));
  const reducedShape = shape.map((size, d) => (isReduced[d] ? 1 : size));
  const groups = elementCount(reducedShape);
  const bytes = Math.ceil(groups / 4) * 16 + 64;
  return { input, shape, isReduced, reducedShape, bytes, groupSize: elementCount(shape) / groups };
}

const unclamped = (places: Places): Places => ({
  ...places,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
});

/** x / ‖x‖ along an axis. */
function lpNormalization(view: NodeView): FastNode | undefined {
  const found = reductionOf(view, [view.int('axis', -1)]);
  const p = view.int('p', 2);
  if (!found || (p !== 1 && p !== 2)) return undefined;
  const { input, shape, isReduced, reducedShape, bytes } = found;
  return {
    reads: [input],
    scratchBytes: bytes,
    clamps: true,
    bind(places) {
      const free = unclamped(places);
      const x = { address: places.operand(input), shape };
      const norm = { address: places.scratch, shape: reducedShape };
      const tiny = { address: places.memory.place(Float32Array.of(TINY)), shape: [] };
      const fold = p === 1 ? ReduceFunction.sumOfMagnitudes : ReduceFunction.norm;
      return inOrder([
        bindReduce(free, fold, shape, isReduced, x.address, norm.address),
        bindBinary(free, BinaryFunction.max, norm, tiny, norm),
        bindBinary(places, BinaryFunction.div, x, norm, { address: places.output(0), shape }),
      ]);
    },
  };
}

/** (x − mean) / √(variance + 1e-9) over the given axes, by default all but the channels. */
function meanVarianceNormalization(view: NodeView): FastNode | undefined {
  const found = reductionOf(view, view.ints('axes') ?? [0, 2, 3]);
  if (!found) return undefined;
  const { input, shape, isReduced, reducedShape, bytes, groupSize } = found;
  return {
    reads: [input],
    scratchBytes: bytes,
    clamps: true,
    bind(places) {
      const free = unclamped(places);
      const statistic = { address: places.scratch, shape: reducedShape };
      const output = { address: places.output(0), shape };
      const groups = elementCount(reducedShape);
      const variance = { operation: UnaryFunction.affine, alpha: 1 / groupSize, beta: EPSILON };
      const root = { operation: UnaryFunction.sqrt };
      return inOrder([
        bindReduce(free, ReduceFunction.mean, shape, isReduced, places.operand(input), statistic.address),
        bindBinary(free, BinaryFunction.sub, { address: places.operand(input), shape }, statistic, output),
        bindReduce(free, ReduceFunction.sumOfSquares, shape, isReduced, output.address, statistic.address),
        bindUnary(free, variance, statistic.address, statistic.address, groups),
        bindUnary(free, root, statistic.address, statistic.address, groups),
        bindBinary(places, BinaryFunction.div, output, statistic, output),
      ]);
    },
  };
}
