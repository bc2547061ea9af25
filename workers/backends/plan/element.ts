import { elementCount, type TensorId } from '../../../src/ir/index.ts';
import { BinaryFunction, ElementField } from '../../kernels/assembly/memory.ts';
import { bindBinary } from './binary.ts';
import { clampOf } from './clamp.ts';
import { bindFields, type FastNode, floatBits, inOrder, type NodeView, type PlannerTable } from './fast-node.ts';

/** Relu and Clip. */
export const elementPlanners: PlannerTable = { Relu: clamped, Clip: clamped };

function clamped(view: NodeView): FastNode | undefined {
  const clamp = clampOf(view);
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(view.node.outputs[0]);
  if (!shape || !view.floatShape(input) || elementCount(shape) === 0) return undefined;
  if (!clamp) return clampedBetween(view);
  return {
    reads: [input],
    bind: (places) =>
      bindFields(places, 'clampFloat', ElementField, {
        a: places.operand(input),
        b: 0,
        output: places.output(0),
        count: elementCount(shape),
        low: floatBits(clamp.low),
        high: floatBits(clamp.high),
      }),
  };
}

/** Clip with bounds that are computed at run time: one after the other. */
function clampedBetween(view: NodeView): FastNode | undefined {
  const ids = view.node.inputs.filter((id) => id !== '');
  const shapes = ids.map((id) => view.floatShape(id));
  const [shape] = shapes;
  if (!shape || shapes.some((s, i) => !s || (i > 0 && elementCount(s) !== 1))) return undefined;
  return {
    reads: ids,
    clamps: true,
    bind(places) {
      const free = { ...places, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      const output = { address: places.output(0), shape };
      const bounds = view.node.inputs.slice(1).flatMap((id, i) => (id === '' ? [] : [{ id, isLow: i === 0 }]));
      return inOrder(
        bounds.map(({ id, isLow }, i) => {
          const from = i === 0 ? { address: places.operand(ids[0] as TensorId), shape } : output;
          const bound = { address: places.operand(id), shape: [] };
          const isLast = i === bounds.length - 1;
          const operation = isLow ? BinaryFunction.max : BinaryFunction.min;
          return bindBinary(isLast ? places : free, operation, from, bound, output);
        }),
      );
    },
  };
}
