import type { TensorId } from '../../../src/ir/index.ts';
import { ConvFloatField } from '../../kernels/assembly/memory.ts';
import { convTransposePlanners } from './conv-transpose.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type Places, type PlannerTable } from './fast-node.ts';
import { isPointwise, pointwise } from './pointwise.ts';
import { map4, type Window, windowOf } from './window.ts';
import { areTame, suitsWinograd, winograd } from './winograd.ts';

/** How many bytes of panels are packed at once: they should stay in the second cache with the weights. */
const PANEL_BYTES = 1 << 17;

export const convPlanners: PlannerTable = { Conv: conv, ...convTransposePlanners };

/** A convolution over [batch, channels, height, width], weights [outChannels, channels / groups, kernel]. */
export interface Convolution {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly window: Window;
  /** Of the input with its border of zeros, and of what a window at the last pixel reaches. */
  readonly mapHeight: number;
  readonly mapWidth: number;
}

function conv(view: NodeView): FastNode | undefined {
  const shape = convolutionOf(view);
  const { inputs } = view.node;
  if (!shape || (view.has(2) && !view.floatShape(inputs[2]))) return undefined;
  if (isDepthwise(shape)) return depthwise(view, shape);
  if (isPointwise(shape)) return pointwise(view, shape);
  const byTiles = suitsWinograd(shape) && areTame(view.constant(1)?.data);
  return byTiles ? winograd(view, shape) : general(view, shape);
}

/** Shapes of a Conv node; `undefined` where they are not known, or its padding cuts the input. */
function convolutionOf(view: NodeView): Convolution | undefined {
  const { node } = view;
  const input = map4(view.floatShape(node.inputs[0]));
  const output = map4(view.floatShape(node.outputs[0]));
  const weights = view.floatShape(node.inputs[1]);
  if (!input || !output || !weights) return undefined;
  const [batch, channels, height, width] = input;
  const [, outChannels, outHeight, outWidth] = output;
  const window = windowOf(view, weights.slice(2), [height, width], [outHeight, outWidth]);
  if (window.pads.some((pad) => pad < 0) || batch * outChannels * outHeight * outWidth === 0) return undefined;
  const { kernel, strides, dilations, pads } = window;
  const reach = (i: 0 | 1, out: number) => (out - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
  const mapHeight = Math.max(pads[0] + height, reach(0, outHeight));
  const mapWidth = Math.max(pads[1] + width, reach(1, outWidth));
  const groups = view.int('group', 1);
  return { batch, channels, height, width, groups, outChannels, outHeight, outWidth, window, mapHeight, mapWidth };
}

const isDepthwise = ({ groups, channels, window }: Convolution): boolean =>
  groups === channels && groups > 1 && window.strides[1] <= 2;

/** Inputs of an output pixel. */
const depthOf = ({ channels, groups, window: { kernel } }: Convolution): number =>
  (channels / groups) * kernel[0] * kernel[1];

/** Bytes of a map of so many channels; 0: the input itself is the map. */
function mapBytes({ height, width, mapHeight, mapWidth }: Convolution, channels: number): number {
  if (mapHeight === height && mapWidth === width) return 0;
  return Math.ceil((channels * mapHeight * mapWidth * 4 + 64) / 64) * 64;
}

function depthwise(view: NodeView, shape: Convolution): FastNode {
  const { kernel, dilations } = shape.window;
  const three = [...kernel].every((k) => k === 3) && [...dilations].every((d) => d === 1) && shape.outWidth >= 4;
  const map = mapBytes(shape, 1);
  return {
    reads: view.node.inputs.filter((id) => id !== ''),
    scratchBytes: map,
    clamps: true,
    bind: (places) =>
      bindFields(places, three ? 'depthwiseThreeFloat' : 'depthwiseFloat', ConvFloatField, {
        ...fieldsOf(view, shape, places),
        map: map > 0 ? places.scratch : 0,
        panels: 0,
        panelCount: 0,
      }),
  };
}

function general(view: NodeView, shape: Convolution): FastNode {
  const depth = depthOf(shape);
  const panelCount = Math.min(
    Math.ceil((shape.outHeight * shape.outWidth) / 8),
    Math.max(1, Math.floor(PANEL_BYTES / (depth * 32))),
  );
  const map = mapBytes(shape, shape.channels);
  return {
    reads: view.node.inputs.filter((id) => id !== ''),
    scratchBytes: map + panelCount * depth * 32,
    clamps: true,
    bind: (places) =>
      bindFields(places, 'convFloat', ConvFloatField, {
        ...fieldsOf(view, shape, places),
        map: map > 0 ? places.scratch : 0,
        panels: places.scratch + map,
        panelCount,
      }),
  };
}

/** The fields that all ways to convolve have in common. */
function fieldsOf({ node }: NodeView, shape: Convolution, places: Places) {
  const { window, mapHeight, mapWidth, ...sizes } = shape;
  const [area, kernelWidth] = [window.kernel[0] * window.kernel[1], window.kernel[1]];
  const offsets = Int32Array.from({ length: depthOf(shape) }, (_, k) => {
    const y = Math.floor((k % area) / kernelWidth) * window.dilations[0];
    const x = (k % kernelWidth) * window.dilations[1];
    return 4 * ((Math.floor(k / area) * mapHeight + y) * mapWidth + x);
  });
  return {
    ...sizes,
    mapHeight,
    mapWidth,
    input: places.operand(node.inputs[0] as TensorId),
    output: places.output(0),
    padTop: window.pads[0],
    padLeft: window.pads[1],
    strideY: window.strides[0],
    strideX: window.strides[1],
    depth: offsets.length,
    offsets: places.memory.place(offsets),
    weights: places.operand(node.inputs[1] as TensorId),
    bias: node.inputs[2] ? places.operand(node.inputs[2]) : 0,
    low: floatBits(places.low),
    high: floatBits(places.high),
  };
}
