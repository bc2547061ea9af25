import type { Shape, TensorId } from '../../../../src/ir/index.ts';
import { PoolGradientField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, type NodeView, type PlannerTable } from '../fast-node.ts';
import { map4, windowOf } from '../window.ts';

export const poolGradientPlanners: PlannerTable = {
  'paretoscope.train::MaxPoolGradient': (view) => {
    const [x, y, dy] = view.node.inputs as [TensorId, TensorId, TensorId];
    return poolGradient(view, 'maxPoolGradientFloat', view.floatShape(x), dy, { x, y });
  },
  'paretoscope.train::AveragePoolGradient': (view) => {
    const [dy] = view.node.inputs as [TensorId];
    return poolGradient(view, 'averagePoolGradientFloat', view.ints('input_shape'), dy);
  },
};

/** `values`: what a maximum is found again by. */
function poolGradient(
  view: NodeView,
  kernel: string,
  shape: Shape | undefined,
  dy: TensorId,
  values?: { readonly x: TensorId; readonly y: TensorId },
): FastNode | undefined {
  const input = map4(shape);
  const output = map4(view.floatShape(dy));
  const kernelShape = view.ints('kernel_shape');
  if (!input || !output || !kernelShape) return undefined;
  const [batch, channels, height, width] = input;
  const w = windowOf(view, kernelShape, [height, width], [output[2], output[3]]);
  return {
    reads: values ? [values.x, values.y, dy] : [dy],
    bind: (places) =>
      bindFields(places, kernel, PoolGradientField, {
        gradient: places.operand(dy),
        output: places.output(0),
        x: values ? places.operand(values.x) : 0,
        y: values ? places.operand(values.y) : 0,
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
