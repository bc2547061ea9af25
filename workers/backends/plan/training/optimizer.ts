import { elementCount, type TensorId } from '../../../../src/ir/index.ts';
import { ClipScaleField, NormField, UpdateField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';
import { floatInputs } from './operands.ts';

export const optimizerPlanners: PlannerTable = {
  'paretoscope.train::GradientNorm': gradientNorm,
  'paretoscope.train::ClipScale': clipScale,
  'paretoscope.train::SgdUpdate': (view) => update(view, 'sgdUpdateFloat', 1),
  'paretoscope.train::AdamUpdate': (view) => update(view, 'adamUpdateFloat', 2),
  'paretoscope.train::RmsPropUpdate': (view) => update(view, 'rmsPropUpdateFloat', 2),
};

function gradientNorm(view: NodeView): FastNode | undefined {
  const found = floatInputs(view);
  if (!found || found.reads.length === 0) return undefined;
  const { reads, shapes } = found;
  return {
    reads,
    bind: (places) =>
      bindFields(places, 'gradientNormFloat', NormField, {
        tensors: places.memory.place(
          Int32Array.from(reads.flatMap((id, i) => [places.operand(id), elementCount(shapes[i] ?? [])])),
        ),
        count: reads.length,
        output: places.output(0),
      }),
  };
}

function clipScale(view: NodeView): FastNode | undefined {
  const found = floatInputs(view);
  if (!found) return undefined;
  return {
    reads: found.reads,
    bind: (places) =>
      bindFields(places, 'clipScaleFloat', ClipScaleField, {
        norm: places.operand(view.node.inputs[0] as TensorId),
        output: places.output(0),
        maximum: floatBits(view.float('maximum', 0)),
      }),
  };
}

/** (param, gradient, states…, rates, scale) → param', states'…, each of which may overwrite its old value. */
function update(view: NodeView, kernel: string, states: 1 | 2): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const found = floatInputs(view);
  if (!found || inputs.length !== states + 4 || outputs.length !== states + 1 || outputs.includes('')) return undefined;
  const [count = 0, ...others] = found.shapes.slice(0, states + 2).map(elementCount);
  if (others.some((other) => other !== count)) return undefined;
  const [parameter, gradient, first, second] = inputs as [TensorId, TensorId, TensorId, TensorId];
  const [rates, scale] = inputs.slice(-2) as [TensorId, TensorId];
  const constants = optimizerConstants(view);
  return {
    reads: found.reads,
    inPlace: [[0, 0], ...Array.from({ length: states }, (_, i) => [i + 1, i + 2] as const)],
    bind: (places) =>
      bindFields(places, kernel, UpdateField, {
        parameter: places.operand(parameter),
        gradient: places.operand(gradient),
        first: places.operand(first),
        second: states > 1 ? places.operand(second) : 0,
        newParameter: places.output(0),
        newFirst: places.output(1),
        newSecond: states > 1 ? places.output(2) : 0,
        rates: places.operand(rates),
        scale: places.operand(scale),
        count,
        ...constants,
      }),
  };
}

function optimizerConstants(view: NodeView) {
  const isDecoupled = view.int('decoupled', 0) !== 0;
  const decay = view.float('weight_decay', 0);
  const beta1 = view.float('beta1', 0.9);
  const beta2 = view.node.op === 'RmsPropUpdate' ? view.float('decay', 0.9) : view.float('beta2', 0.999);
  return {
    coupledDecay: floatBits(isDecoupled ? 0 : decay),
    decoupledDecay: floatBits(isDecoupled ? decay : 0),
    momentum: floatBits(view.float('momentum', 0)),
    nesterov: view.int('nesterov', 0),
    beta1: floatBits(beta1),
    rest1: floatBits(1 - beta1),
    beta2: floatBits(beta2),
    rest2: floatBits(1 - beta2),
    epsilon: floatBits(view.float('epsilon', 1e-8)),
  };
}
