import type { Shape, TensorId } from '../../../../src/ir/index.ts';
import {
  ConvInputGradientField,
  ConvWeightGradientField,
  DepthwiseGradientField,
  GradientPhaseField,
  PlanesField,
} from '../../../kernels/assembly/memory.ts';
import { type KernelMemory, writeFields } from '../../kernel-memory.ts';
import type { Convolution } from '../conv.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';
import { map4, type Window, windowOf } from '../window.ts';
import { suitsWinograd, winograd } from '../winograd.ts';
import { minimalWeightGradient } from './winograd-gradient.ts';

/** Pixels of a panel of 8 channels, 32 bytes each, that stay in the first cache. */
const BLOCK_PIXELS = 512;

export const convGradientPlanners: PlannerTable = {
  'paretoscope.train::ConvWeightGradient': weightGradient,
  'paretoscope.train::ConvInputGradient': inputGradient,
};

/** A convolution X [N, C, H, W] → Y; channels are those of one group. */
export interface ConvShape {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly size: readonly [number, number];
  readonly outSize: readonly [number, number];
  readonly window: Window;
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

function convShape(view: NodeView, x?: Shape, y?: Shape, kernel?: readonly number[]): ConvShape | undefined {
  const [input, output] = [map4(x), map4(y)];
  if (!input || !output || !kernel) return undefined;
  const groups = view.int('group', 1);
  const [batch, channels, ...size] = input;
  const [, outChannels, ...outSize] = output;
  const window = windowOf(view, kernel, size, outSize);
  if (window.pads.some((pad) => pad < 0)) return undefined;
  return { batch, groups, channels: channels / groups, outChannels: outChannels / groups, size, outSize, window };
}

function weightGradient(view: NodeView): FastNode | undefined {
  const [x, dy] = view.node.inputs as readonly [TensorId, TensorId];
  const shape = convShape(view, view.floatShape(x), view.floatShape(dy), view.ints('kernel_shape'));
  if (!shape) return undefined;
  if (shape.channels === 1 && shape.groups > 1) return depthwiseWeightGradient(x, dy, shape);
  return minimalWeightGradient(view, forwardConvolution(shape)) ?? summedWeightGradient(x, dy, shape);
}

/** The convolution whose weights are asked for, as the planner of the forward pass has it. */
function forwardConvolution({ batch, groups, channels, outChannels, size, outSize, window }: ConvShape): Convolution {
  return {
    ...{ batch, groups, channels: channels * groups, height: size[0], width: size[1] },
    ...{ outChannels: outChannels * groups, outHeight: outSize[0], outWidth: outSize[1], window },
    ...{ mapHeight: size[0] + window.pads[0] + window.pads[2], mapWidth: size[1] + window.pads[1] + window.pads[3] },
  };
}

/** Size of X with its border of zeros, and of what a window at the last pixel reaches. */
function mapOf({ size, outSize, window: { kernel, strides, dilations, pads } }: ConvShape): readonly [number, number] {
  const reach = (i: 0 | 1) =>
    Math.max(pads[i] + size[i], (outSize[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1);
  return [reach(0), reach(1)];
}

function depthwiseWeightGradient(x: TensorId, dy: TensorId, shape: ConvShape): FastNode {
  const { batch, groups, outChannels, size, outSize, window } = shape;
  const map = mapOf(shape);
  const needsMap = map[0] !== size[0] || map[1] !== size[1];
  const mapBytes = needsMap ? roundUp(4 * map[0] * map[1] + 64, 64) : 0;
  const taps = window.kernel[0] * window.kernel[1];
  return {
    reads: [x, dy],
    scratchBytes: mapBytes + outChannels * taps * 16,
    bind: (places) =>
      bindFields(places, 'depthwiseWeightGradientFloat', DepthwiseGradientField, {
        planes: placePlanes(places.memory, 1, size, window.pads, map),
        input: places.operand(x),
        gradient: places.operand(dy),
        output: places.output(0),
        batch,
        channels: groups,
        multiplier: outChannels,
        outHeight: outSize[0],
        outWidth: outSize[1],
        taps,
        offsets: places.memory.place(tapOffsets(1, window, map)),
        map: needsMap ? places.scratch : 0,
        mapBytes,
        columnStep: 4 * window.strides[1],
        rowStep: 4 * window.strides[0] * map[1],
        planeBytes: 4 * size[0] * size[1],
        sums: places.scratch + mapBytes,
      }),
  };
}

/** Products of taps and pixels, summed by definition; see `convWeightGradientFloat`. */
function summedWeightGradient(x: TensorId, dy: TensorId, shape: ConvShape): FastNode {
  const { batch, groups, channels, outChannels, size, outSize, window } = shape;
  const { kernel, strides, pads } = window;
  const map = mapOf(shape);
  const needsMap = map[0] !== size[0] || map[1] !== size[1];
  const offsets = tapOffsets(channels, window, map);
  const groupBytes = 4 * channels * map[0] * map[1];
  const mapBytes = needsMap ? roundUp(groupBytes * groups + 64, 64) : 0;
  const tiles = Math.ceil(outChannels / 8);
  const panelBytes = tiles * roundUp(outSize[0] * outSize[1], 4) * 32;
  return {
    reads: [x, dy],
    scratchBytes: mapBytes + panelBytes + groups * tiles * offsets.length * 32,
    bind: (places) =>
      bindFields(places, 'convWeightGradientFloat', ConvWeightGradientField, {
        planes: placePlanes(places.memory, channels * groups, size, pads, map),
        input: places.operand(x),
        gradient: places.operand(dy),
        output: places.output(0),
        batch,
        groups,
        outChannels,
        outHeight: outSize[0],
        outWidth: outSize[1],
        depth: channels * kernel[0] * kernel[1],
        map: needsMap ? places.scratch : 0,
        offsets: places.memory.place(offsets),
        columnStep: 4 * strides[1],
        rowStep: 4 * strides[0] * map[1],
        groupBytes,
        sampleBytes: 4 * channels * groups * size[0] * size[1],
        panels: places.scratch + mapBytes,
        sums: places.scratch + mapBytes + panelBytes,
        rowBlock: Math.max(1, Math.floor(BLOCK_PIXELS / outSize[1])),
      }),
  };
}

/** Byte offsets in a group's map of the inputs of a pixel, filled up to a multiple of 4 with zeros. */
function tapOffsets(channels: number, { kernel, dilations }: Window, map: readonly [number, number]): Int32Array {
  const area = kernel[0] * kernel[1];
  const offsets = new Int32Array(roundUp(channels * area, 4));
  for (let k = 0; k < channels * area; k++) {
    const ky = Math.floor((k % area) / kernel[1]);
    const row = Math.floor(k / area) * map[0] + ky * dilations[0];
    offsets[k] = 4 * (row * map[1] + (k % kernel[1]) * dilations[1]);
  }
  return offsets;
}

function placePlanes(
  memory: KernelMemory,
  count: number,
  size: readonly [number, number],
  pads: readonly number[],
  map: readonly [number, number],
): number {
  const address = memory.reserve(PlanesField.bytes);
  writeFields(memory, address, PlanesField, {
    count,
    height: size[0],
    width: size[1],
    padTop: pads[0] as number,
    padLeft: pads[1] as number,
    mapHeight: map[0],
    mapWidth: map[1],
  });
  return address;
}

/** On one axis: the pixels first, first + stride, … of X, and the taps that reach them; `from`: dY's index for the first one. */
interface AxisPhase {
  readonly first: number;
  readonly count: number;
  readonly taps: readonly { readonly tap: number; readonly from: number }[];
}

/** The phases of an axis. Tap t carries dY[o] to X at o · stride + t · dilation − pad. */
function axisPhases(size: number, kernel: number, stride: number, dilation: number, pad: number): readonly AxisPhase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, first) => {
    const taps = Array.from({ length: kernel }, (_, tap) => ({ tap, from: (first + pad - tap * dilation) / stride }));
    return {
      first,
      count: Math.ceil((size - first) / stride),
      taps: taps.filter(({ from }) => Number.isInteger(from)),
    };
  });
}

/** How far the phases of an axis reach before and after dY's `outSize` elements. */
function borders(phases: readonly AxisPhase[], outSize: number): readonly [before: number, length: number] {
  let [before, end] = [0, outSize];
  for (const { count, taps } of phases) {
    for (const { from } of taps) {
      before = Math.max(before, -from);
      end = Math.max(end, from + count);
    }
  }
  return [before, before + end];
}

function inputGradient(view: NodeView): FastNode | undefined {
  const [dy, w] = view.node.inputs;
  const filter = view.floatShape(w);
  const shape = convShape(view, view.ints('input_shape'), view.floatShape(dy), filter?.slice(2));
  if (!shape) return undefined;
  return transposedConvolution(view, shape);
}

/**
 * dX from dY and W, the node's inputs 0 and 1: the transpose of the convolution `shape`. A bias per channel of dX makes it a
 * ConvTranspose.
 */
export function transposedConvolution(view: NodeView, shape: ConvShape, bias?: TensorId): FastNode {
  const [dy, w] = view.node.inputs as readonly [TensorId, TensorId];
  const turned = turnedConvolution(shape);
  if (turned && suitsWinograd(turned))
    return winograd(view, turned, { index: 1, outChannelStep: 9, channelStep: 9 * shape.channels, turned: true });
  return byPhases(shape, dy, w, bias);
}

/** With stride 1, the convolution of dY with turned weights that gives dX. */
function turnedConvolution({ batch, groups, channels, outChannels, size, outSize, window }: ConvShape) {
  const { kernel, strides, dilations, pads } = window;
  const border = [0, 1, 2, 3].map((i) => (kernel[i & 1] as number) - 1 - (pads[i] as number));
  if (strides[0] !== 1 || strides[1] !== 1 || border.some((pad) => pad < 0)) return undefined;
  return {
    ...{ batch, groups, channels: outChannels * groups, height: outSize[0], width: outSize[1] },
    ...{ outChannels: channels * groups, outHeight: size[0], outWidth: size[1] },
    ...{ mapHeight: size[0] + kernel[0] - 1, mapWidth: size[1] + kernel[1] - 1 },
    window: { kernel, strides, dilations, pads: border as [number, number, number, number] },
  };
}

/** Phase after phase of dX; see `convInputGradientFloat`. */
function byPhases(shape: ConvShape, dy: TensorId, w: TensorId, bias?: TensorId): FastNode {
  const { batch, groups, channels, outChannels, size, outSize, window } = shape;
  const { kernel, strides, dilations, pads } = window;
  const phases = ([0, 1] as const).map((i) => axisPhases(size[i], kernel[i], strides[i], dilations[i], pads[i]));
  const [ys, xs] = phases as [readonly AxisPhase[], readonly AxisPhase[]];
  const [top, mapHeight] = borders(ys, outSize[0]);
  const [left, mapWidth] = borders(xs, outSize[1]);
  const map = [mapHeight, mapWidth] as const;
  const needsMap = mapHeight !== outSize[0] || mapWidth !== outSize[1];
  const groupBytes = 4 * outChannels * mapHeight * mapWidth;
  const mapBytes = needsMap ? roundUp(groupBytes * groups + 64, 64) : 0;
  const area = kernel[0] * kernel[1];
  const phaseList = ys.flatMap((y) => xs.map((x) => phaseOf(y, x, shape, map, [top, left])));
  return {
    reads: [dy, w, ...(bias ? [bias] : [])],
    scratchBytes: mapBytes + groups * roundUp(channels, 4) * outChannels * area * 4,
    clamps: true,
    bind: (places) =>
      bindFields(places, 'convInputGradientFloat', ConvInputGradientField, {
        planes: placePlanes(places.memory, outChannels * groups, outSize, [top, left], map),
        gradient: places.operand(dy),
        weights: places.operand(w),
        output: places.output(0),
        batch,
        groups,
        channels,
        map: needsMap ? places.scratch : 0,
        mapRow: 4 * mapWidth,
        groupBytes,
        sampleBytes: 4 * outChannels * groups * outSize[0] * outSize[1],
        planeBytes: 4 * size[0] * size[1],
        columnStep: 4 * strides[1],
        rowStep: 4 * strides[0] * size[1],
        area,
        groupWeights: outChannels * channels * area,
        phases: phaseList.length,
        phaseList: placePhases(places.memory, phaseList),
        panels: places.scratch + mapBytes,
        bias: bias ? places.operand(bias) : 0,
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}

interface Phase {
  readonly first: number;
  readonly height: number;
  readonly width: number;
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly sources: Int32Array<ArrayBuffer>;
  /** Per row of pixels, from which byte of the lists to which one. */
  readonly rows: Int32Array<ArrayBuffer>;
}

function phaseOf(
  y: AxisPhase,
  x: AxisPhase,
  { channels, outChannels, size, outSize, window: { kernel } }: ConvShape,
  map: readonly [number, number],
  border: readonly [number, number],
): Phase {
  const offsets: number[] = [];
  const sources: number[] = [];
  for (const ky of y.taps) {
    for (let o = 0; o < outChannels; o++) {
      for (const kx of x.taps) {
        offsets.push(4 * ((o * map[0] + ky.from + border[0]) * map[1] + kx.from + border[1]));
        sources.push(4 * (o * channels * kernel[0] * kernel[1] + ky.tap * kernel[1] + kx.tap));
      }
    }
  }
  return {
    first: 4 * (y.first * size[1] + x.first),
    height: y.count,
    width: x.count,
    offsets: Int32Array.from(offsets),
    sources: Int32Array.from(sources),
    rows: rowTaps(y, outSize[0], 4 * outChannels * x.taps.length),
  };
}

/** Taps of the window's rows that meet dY and not only its border, for each row of pixels; a row of taps is `bytes` long. */
function rowTaps({ count, taps }: AxisPhase, outHeight: number, bytes: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(
    Array.from({ length: count }, (_, row) => {
      // `from` falls from tap to tap: those before the first are below dY, those behind the last above it.
      const first = taps.filter(({ from }) => row + from >= outHeight).length;
      const last = taps.filter(({ from }) => row + from >= 0).length;
      return [first * bytes, Math.max(first, last) * bytes];
    }).flat(),
  );
}

function placePhases(memory: KernelMemory, phases: readonly Phase[]): number {
  const blocks = phases.map(({ first, height, width, offsets, sources, rows }) => ({
    ...{ first, height, width, depth: offsets.length },
    offsets: memory.place(offsets),
    sources: memory.place(sources),
    rows: memory.place(rows),
  }));
  const address = memory.reserve(phases.length * GradientPhaseField.bytes);
  for (const [i, block] of blocks.entries())
    writeFields(memory, address + i * GradientPhaseField.bytes, GradientPhaseField, block);
  return address;
}
