import { elementCount, type Shape, type TensorId } from '../../../../src/ir/index.ts';
import { BatchNormField, BatchNormGradientField, LayerNormGradientField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';
import { floatInputs } from './operands.ts';

export const normalizeGradientPlanners: PlannerTable = {
  'paretoscope.train::BatchNormalizationTraining': batchNormalizationTraining,
  'paretoscope.train::BatchNormalizationGradient': batchNormalizationGradient,
  'paretoscope.train::LayerNormalizationGradient': layerNormalizationGradient,
};

/** [N, C, …] as the kernels walk through it. */
const planesOf = (shape: Shape) => ({
  batch: shape[0] as number,
  channels: shape[1] as number,
  inner: elementCount(shape.slice(2)),
});

function batchNormalizationTraining(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const found = floatInputs(view);
  if (!found || !shape || shape.length < 2 || outputs.length < 5 || outputs.includes('')) return undefined;
  const [x, scale, bias, mean, variance] = inputs as [TensorId, TensorId, TensorId, TensorId, TensorId];
  return {
    reads: found.reads,
    clamps: true,
    inPlace: [
      [1, 3],
      [2, 4],
    ],
    bind: (places) =>
      bindFields(places, 'batchNormTrainingFloat', BatchNormField, {
        input: places.operand(x),
        output: places.output(0),
        ...planesOf(shape),
        scale: places.operand(scale),
        bias: places.operand(bias),
        mean: places.operand(mean),
        variance: places.operand(variance),
        newMean: places.output(1),
        newVariance: places.output(2),
        batchMean: places.output(3),
        batchInvStd: places.output(4),
        momentum: floatBits(view.float('momentum', 0.9)),
        epsilon: floatBits(view.float('epsilon', 1e-5)),
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}

function batchNormalizationGradient(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const found = floatInputs(view);
  if (!found || !shape || shape.length < 2 || outputs.length < 3 || outputs.includes('')) return undefined;
  const [dy, x, scale, mean, invStd] = inputs as [TensorId, TensorId, TensorId, TensorId, TensorId];
  return {
    reads: found.reads,
    bind: (places) =>
      bindFields(places, 'batchNormGradientFloat', BatchNormGradientField, {
        gradient: places.operand(dy),
        input: places.operand(x),
        output: places.output(0),
        ...planesOf(shape),
        scale: places.operand(scale),
        mean: places.operand(mean),
        invStd: places.operand(invStd),
        scaleGradient: places.output(1),
        biasGradient: places.output(2),
      }),
  };
}

function layerNormalizationGradient(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const found = floatInputs(view);
  if (!found || !shape || outputs.length < 3 || outputs.includes('')) return undefined;
  const [dy, x, scale, mean, invStd] = inputs as [TensorId, TensorId, TensorId, TensorId, TensorId];
  const axis = view.int('axis', -1);
  const first = axis < 0 ? axis + shape.length : axis;
  const inner = elementCount(shape.slice(first));
  return {
    reads: found.reads,
    scratchBytes: inner * 16,
    bind: (places) =>
      bindFields(places, 'layerNormGradientFloat', LayerNormGradientField, {
        gradient: places.operand(dy),
        input: places.operand(x),
        output: places.output(0),
        rows: elementCount(shape.slice(0, first)),
        inner,
        scale: places.operand(scale),
        mean: places.operand(mean),
        invStd: places.operand(invStd),
        scaleGradient: places.output(1),
        biasGradient: places.output(2),
        sums: places.scratch,
      }),
  };
}
