import type { TensorId } from '../../../src/ir/index.ts';
import { ConvFloatField } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from './fast-node.ts';
import { map4, windowOf } from './window.ts';

/** How many bytes of panels are packed at once: they should stay in the second cache with the weights. */
const PANEL_BYTES = 1 << 17;

export const convPlanners: PlannerTable = { Conv: conv };

function conv(view: NodeView): FastNode | undefined {
  const { node } = view;
  const input = map4(view.floatShape(node.inputs[0]));
  const output = map4(view.floatShape(node.outputs[0]));
  const weights = view.constant(1);
  const bias = view.constant(2);
  if (!input || !output || !weights || (view.has(2) && !bias) || !view.isActivation(0)) return undefined;
  const [batch, channels, height, width] = input;
  const [, outChannels, outHeight, outWidth] = output;
  const groups = view.int('group', 1);
  const w = windowOf(view, weights.shape.slice(2), [height, width], [outHeight, outWidth]);
  const reach = (i: 0 | 1, out: number) => (out - 1) * w.strides[i] + (w.kernel[i] - 1) * w.dilations[i] + 1;
  if (w.pads.some((pad) => pad < 0)) return undefined;
  const mapHeight = Math.max(w.pads[0] + height, reach(0, outHeight));
  const mapWidth = Math.max(w.pads[1] + width, reach(1, outWidth));
  const needsMap = mapHeight !== height || mapWidth !== width;
  const depth = (channels / groups) * w.kernel[0] * w.kernel[1];
  const depthwise = groups === channels && outChannels === channels && groups > 1 && w.strides[1] <= 2;
  const panelCount = Math.min(
    Math.ceil((outHeight * outWidth) / 8),
    Math.max(1, Math.floor(PANEL_BYTES / (depth * 32))),
  );
  const offsets = Int32Array.from({ length: depth }, (_, k) => {
    const [area, kx] = [w.kernel[0] * w.kernel[1], k % w.kernel[1]];
    const ky = Math.floor((k % area) / w.kernel[1]);
    return 4 * ((Math.floor(k / area) * mapHeight + ky * w.dilations[0]) * mapWidth + kx * w.dilations[1]);
  });
  const mapBytes = needsMap ? Math.ceil((channels * mapHeight * mapWidth * 4 + 64) / 64) * 64 : 0;
  const sizes = {
    batch,
    channels,
    height,
    width,
    mapHeight,
    mapWidth,
    groups,
    outChannels,
    outHeight,
    outWidth,
    depth,
  };
  return {
    reads: [node.inputs[0] as TensorId],
    scratchBytes: mapBytes + (depthwise ? 0 : panelCount * depth * 32),
    clamps: true,
    bind: (places) =>
      bindFields(places, depthwise ? 'depthwiseFloat' : 'convFloat', ConvFloatField, {
        ...sizes,
        input: places.operand(node.inputs[0] as TensorId),
        output: places.output(0),
        padTop: w.pads[0],
        padLeft: w.pads[1],
        map: needsMap ? places.scratch : 0,
        strideY: w.strides[0],
        strideX: w.strides[1],
        offsets: places.memory.place(offsets),
        weights: places.memory.place(weights.data),
        bias: bias ? places.memory.place(bias.data) : 0,
        panels: places.scratch + mapBytes,
        panelCount,
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}
