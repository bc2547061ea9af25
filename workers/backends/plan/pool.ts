import type { TensorId } from '../../../src/ir/index.ts';
import { PoolFloatField } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, type NodeView, type PlannerTable } from './fast-node.ts';
import { map4, windowOf } from './window.ts';

export const poolPlanners: PlannerTable = {
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: pool,
  GlobalMaxPool: pool,
};

function pool(view: NodeView): FastNode | undefined {
  const { node } = view;
  const input = map4(view.floatShape(node.inputs[0]));
  const output = map4(view.floatShape(node.outputs[0]));
  if (!input || !output || node.outputs.length > 1 || !view.isActivation(0)) return undefined;
  const global = node.op.startsWith('Global');
  const [batch, channels, height, width] = input;
  const kernelShape = global ? [height, width] : view.ints('kernel_shape');
  if (!kernelShape) return undefined;
  const w = windowOf(view, kernelShape, [height, width], [output[2], output[3]]);
  return {
    reads: [node.inputs[0] as TensorId],
    bind: (places) =>
      bindFields(places, kernelOf(node.op), PoolFloatField, {
        input: places.operand(node.inputs[0] as TensorId),
        output: places.output(0),
        planes: batch * channels,
        height,
        width,
        windowHeight: w.kernel[0],
        windowWidth: w.kernel[1],
        strideY: w.strides[0],
        strideX: w.strides[1],
        dilationY: w.dilations[0],
        dilationX: w.dilations[1],
        padTop: w.pads[0],
        padLeft: w.pads[1],
        padBottom: w.pads[2],
        padRight: w.pads[3],
        outHeight: output[2],
        outWidth: output[3],
        countPadding: view.int('count_include_pad', 0),
      }),
  };
}

const kernelOf = (op: string): string => {
  if (op === 'GlobalAveragePool') return 'globalAveragePoolFloat';
  return op.endsWith('MaxPool') ? 'maxPoolFloat' : 'averagePoolFloat';
};
