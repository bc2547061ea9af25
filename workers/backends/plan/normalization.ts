import { elementCount, type TensorId } from '../../../src/ir/index.ts';
import { AffineField } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from './fast-node.ts';

export const normalizationPlanners: PlannerTable = { BatchNormalization: batchNormalization };

function batchNormalization(view: NodeView): FastNode | undefined {
  const { node } = view;
  const shape = view.floatShape(node.inputs[0]);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => view.constant(i)?.data);
  if (!shape || shape.length < 2 || !scale || !shift || !mean || !variance || !view.isActivation(0)) return undefined;
  if (view.int('training_mode', 0) !== 0 || node.outputs.length > 1) return undefined;
  const [batch, channels] = shape as readonly [number, number];
  const epsilon = view.float('epsilon', 1e-5);
  const factors = scale.map((s, c) => s / Math.sqrt((variance[c] as number) + epsilon));
  const offsets = shift.map((b, c) => b - (mean[c] as number) * (factors[c] as number));
  return {
    reads: [node.inputs[0] as TensorId],
    clamps: true,
    bind: (places) =>
      bindFields(places, 'affineFloat', AffineField, {
        input: places.operand(node.inputs[0] as TensorId),
        output: places.output(0),
        batch,
        channels,
        inner: elementCount(shape.slice(2)),
        scale: places.memory.place(factors),
        shift: places.memory.place(offsets),
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}
