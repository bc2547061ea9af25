import { elementCount, type TensorId } from '../../../../src/ir/index.ts';
import { FakeQuantizeField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';
import { floatInputs } from './operands.ts';

export const fakeQuantizePlanners: PlannerTable = {
  'paretoscope.train::FakeQuantize': (view) => quantizer(view, 'fakeQuantizeFloat'),
  'paretoscope.train::FakeQuantizeGradient': (view) => quantizer(view, 'fakeQuantizeGradientFloat'),
};

function quantizer(view: NodeView, kernel: string): FastNode | undefined {
  const [value, step, gradient] = view.node.inputs as [TensorId, TensorId, TensorId | undefined];
  const found = floatInputs(view);
  const bits = view.int('bits', 0);
  if (!found || bits < 1 || bits > 31 || view.node.outputs.length !== (gradient ? 2 : 1)) return undefined;
  const [low, high] = view.int('signed', 0) ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  return {
    reads: found.reads,
    bind: (places) =>
      bindFields(places, kernel, FakeQuantizeField, {
        value: places.operand(value),
        step: places.operand(step),
        output: places.output(0),
        count: elementCount(found.shapes[0] ?? []),
        low: low as number,
        high: high as number,
        gradient: gradient ? places.operand(gradient) : 0,
        stepGradient: gradient ? places.output(1) : 0,
        gradientScale: floatBits(view.float('gradient_scale', 1)),
      }),
  };
}
