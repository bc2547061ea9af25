import { elementCount, type TensorId } from '../../../src/ir/index.ts';
import { ElementField } from '../../kernels/assembly/memory.ts';
import { clampOf } from './clamp.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from './fast-node.ts';

export const elementPlanners: PlannerTable = { Relu: element, Clip: element, Add: element, Mul: element };

function element(view: NodeView): FastNode | undefined {
  const { node } = view;
  const output = view.floatShape(node.outputs[0]);
  const clamp = clampOf(view);
  if (node.op === 'Clip' && !clamp) return undefined;
  const operands = clamp ? 1 : 2;
  const reads = node.inputs.slice(0, operands);
  if (!output || reads.length !== operands) return undefined;
  const size = elementCount(output);
  const fits = (id: TensorId, i: number) =>
    view.isActivation(i) && elementCount(view.floatShape(id) ?? [0]) === size && size > 0;
  if (!reads.every(fits)) return undefined;
  return {
    reads,
    clamps: true,
    bind: (places) =>
      bindFields(places, clamp ? 'clampFloat' : node.op === 'Add' ? 'addFloat' : 'mulFloat', ElementField, {
        a: places.operand(reads[0] as TensorId),
        b: places.operand(reads[operands - 1] as TensorId),
        output: places.output(0),
        count: size,
        low: floatBits(Math.max(places.low, clamp?.low ?? places.low)),
        high: floatBits(Math.min(places.high, clamp?.high ?? places.high)),
      }),
  };
}
