import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { SoftmaxField } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, type NodeView, type PlannerTable } from './fast-node.ts';
import { axisOf } from './move.ts';

export const softmaxPlanners: PlannerTable = {
  Softmax: (view) => softmax(view, false),
  LogSoftmax: (view) => softmax(view, true),
};

/** [outer, size, inner]: since opset 13 along one axis; before, over everything from the axis on. */
function linesOf(shape: Shape, view: NodeView): readonly [number, number, number] {
  const product = (sizes: readonly number[]) => sizes.reduce((n, d) => n * d, 1);
  const isAlone = view.opset >= 13;
  const axis = axisOf(view.int('axis', isAlone ? -1 : 1), shape.length);
  const outer = product(shape.slice(0, axis));
  if (!isAlone) return [outer, product(shape.slice(axis)), 1];
  return [outer, shape[axis] ?? 1, product(shape.slice(axis + 1))];
}

function softmax(view: NodeView, logarithm: boolean): FastNode | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  if (!shape || !view.floatShape(view.node.outputs[0]) || elementCount(shape) === 0) return undefined;
  const [outer, size, inner] = linesOf(shape, view);
  return {
    reads: [input],
    bind: (places) =>
      bindFields(places, 'softmaxFloat', SoftmaxField, {
        input: places.operand(input),
        output: places.output(0),
        outer,
        size,
        inner,
        logarithm: logarithm ? 1 : 0,
      }),
  };
}
