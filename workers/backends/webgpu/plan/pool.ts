import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import { map4, windowOf } from '../../plan/window.ts';
import { type GpuNode, type GpuNodeView, type GpuPlannerTable, perElement, uniforms } from '../gpu-node.ts';

export const poolPlanners: GpuPlannerTable = {
  MaxPool: pool,
  AveragePool: pool,
  'paretoscope.train::MaxPoolGradient': maxGradient,
  'paretoscope.train::AveragePoolGradient': averageGradient,
};

/** The uniforms of `window.wgsl`, planes in the place of samples. */
function windowBlock(view: GpuNodeView, mapShape: Shape | undefined, outShape: Shape | undefined) {
  const [map, out, kernel] = [map4(mapShape), map4(outShape), view.ints('kernel_shape')];
  if (!map || !out || kernel?.length !== (mapShape?.length ?? 0) - 2) return undefined;
  const w = windowOf(view, kernel, [map[2], map[3]], [out[2], out[3]]);
  const planes = map[0] * map[1];
  const sizes = [map[2], map[3], out[2], out[3], ...w.kernel, ...w.strides, ...w.dilations, ...w.pads];
  return uniforms([planes, 1, 1, 1, ...sizes, 1, 0, 0, 0]);
}

const countsPadding = (view: GpuNodeView): boolean => view.int('count_include_pad', 0) !== 0;

function pool(view: GpuNodeView): GpuNode | undefined {
  const y = view.output(0);
  const block = windowBlock(view, view.input(0), y);
  if (!block || !y || view.node.outputs.slice(1).some((id) => id !== '')) return undefined;
  const maximum = view.node.op === 'MaxPool';
  return {
    reads: [view.id(0)],
    dispatches: (places) => [
      {
        kernel: 'pool',
        constants: { MAXIMUM: maximum, COUNT_PADDING: countsPadding(view) },
        uniforms: block,
        buffers: [places.operand(view.id(0)), places.output(0)],
        groups: perElement(elementCount(y)),
      },
    ],
  };
}

/** X, Y, dY → dX. */
function maxGradient(view: GpuNodeView): GpuNode | undefined {
  const x = view.input(0);
  const block = windowBlock(view, x, view.input(1));
  if (!block || !x || !view.input(2) || !view.output(0)) return undefined;
  return {
    reads: view.node.inputs.slice(0, 3),
    dispatches: (places) => [
      {
        kernel: 'maxPoolGradient',
        constants: { COUNT_PADDING: false },
        uniforms: block,
        buffers: [...view.node.inputs.slice(0, 3).map((id) => places.operand(id)), places.output(0)],
        groups: perElement(elementCount(x)),
      },
    ],
  };
}

/** dY → dX. */
function averageGradient(view: GpuNodeView): GpuNode | undefined {
  const x = view.output(0);
  const block = windowBlock(view, x, view.input(0));
  if (!block || !x) return undefined;
  return {
    reads: [view.id(0)],
    dispatches: (places) => [
      {
        kernel: 'averagePoolGradient',
        constants: { COUNT_PADDING: countsPadding(view) },
        uniforms: block,
        buffers: [places.operand(view.id(0)), places.output(0)],
        groups: perElement(elementCount(x)),
      },
    ],
  };
}
