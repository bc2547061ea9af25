import { elementCount, type TensorId } from '../../../../src/ir/index.ts';
import { ClassLossField, SquaredErrorField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';
import { floatInputs } from './operands.ts';

export const lossPlanners: PlannerTable = {
  'paretoscope.train::CrossEntropyLoss': classLoss,
  'paretoscope.train::DistillationLoss': classLoss,
  'paretoscope.train::MeanSquaredErrorLoss': squaredError,
};

function classLoss(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const [logits, labels, teacher] = inputs as [TensorId, TensorId, TensorId | undefined];
  const shape = view.floatShape(logits);
  const found = floatInputs(view);
  if (!found || !shape || shape.length < 2 || outputs.length < 3 || outputs.includes('')) return undefined;
  const inner = elementCount(shape.slice(2));
  if (elementCount(view.floatShape(labels) ?? [0]) !== (shape[0] as number) * inner) return undefined;
  return {
    reads: found.reads,
    bind: (places) =>
      bindFields(places, 'classLossFloat', ClassLossField, {
        logits: places.operand(logits),
        labels: places.operand(labels),
        teacher: teacher ? places.operand(teacher) : 0,
        loss: places.output(0),
        gradient: places.output(1),
        correct: places.output(2),
        batch: shape[0] as number,
        classes: shape[1] as number,
        inner,
        smoothing: floatBits(view.float('smoothing', 0)),
        share: floatBits(view.float('share', 0.5)),
        temperature: floatBits(view.float('temperature', 1)),
      }),
  };
}

function squaredError(view: NodeView): FastNode | undefined {
  const [prediction, target] = view.node.inputs as [TensorId, TensorId];
  const found = floatInputs(view);
  if (!found || view.node.outputs.length < 2 || view.node.outputs.includes('')) return undefined;
  const [count, others] = found.shapes.map(elementCount) as [number, number];
  if (count !== others) return undefined;
  return {
    reads: found.reads,
    bind: (places) =>
      bindFields(places, 'squaredErrorFloat', SquaredErrorField, {
        prediction: places.operand(prediction),
        target: places.operand(target),
        loss: places.output(0),
        gradient: places.output(1),
        count,
      }),
  };
}
