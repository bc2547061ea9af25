import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import { map4, type Window, windowOf } from '../../plan/window.ts';
import {
  bound,
  cuts,
  type Dispatch,
  type GpuNode,
  type GpuNodeView,
  type GpuPlaces,
  type GpuPlannerTable,
  grid,
  perElement,
  uniforms,
} from '../gpu-node.ts';
import type { KernelConstants } from '../kernels.ts';
import { tileOf } from './product.ts';

export const convolutionPlanners: GpuPlannerTable = {
  Conv: forward,
  ConvTranspose: transposed,
  'paretoscope.train::ConvInputGradient': inputGradient,
  'paretoscope.train::ConvWeightGradient': weightGradient,
};

/** Below so many channels of one group a tile would stand mostly empty: one invocation per value instead. */
const DIRECT_BELOW = 4;
/** Tiles stand in a grid of two dimensions, which is not folded. */
const MOST_POSITIONS = 65535 * 64;
const isDirect = (perGroup: number, [batch, , height, width]: Geometry['map']): boolean =>
  perGroup < DIRECT_BELOW || batch * height * width > MOST_POSITIONS;
/** Work groups of a weight gradient that keep a device busy; its sums are cut until there are so many. */
const BUSY_GROUPS = 256;
/** Least positions a part of a weight gradient adds up. */
const LEAST_DEPTH = 256;

/** A convolution from maps [batch, channels, height, width] to [batch, outChannels, outHeight, outWidth]. */
interface Geometry {
  readonly map: readonly [number, number, number, number];
  readonly out: readonly [number, number, number, number];
  readonly groups: number;
  readonly window: Window;
}

function geometryOf(
  view: GpuNodeView,
  mapShape: Shape | undefined,
  outShape: Shape | undefined,
  kernel: readonly number[] | undefined,
): Geometry | undefined {
  const [map, out] = [map4(mapShape), map4(outShape)];
  if (!map || !out || !kernel || kernel.length !== (mapShape?.length ?? 0) - 2) return undefined;
  const window = windowOf(view, kernel, [map[2], map[3]], [out[2], out[3]]);
  return { map, out, groups: view.int('group', 1), window };
}

interface Split {
  readonly splits: number;
  readonly splitDepth: number;
}

const NO_LIMITS = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

const sizesOf = (
  { map, out, groups, window: w }: Geometry,
  { low, high }: Pick<GpuPlaces, 'low' | 'high'> = NO_LIMITS,
  { splits, splitDepth }: Split = { splits: 1, splitDepth: 0 },
) =>
  uniforms([
    map[0],
    groups,
    map[1] / groups,
    out[1] / groups,
    map[2],
    map[3],
    out[2],
    out[3],
    ...w.kernel,
    ...w.strides,
    ...w.dilations,
    ...w.pads,
    splits,
    splitDepth,
    bound(low),
    bound(high),
  ]);

const kernelArea = ({ window }: Geometry): number => window.kernel[0] * window.kernel[1];

function forward(view: GpuNodeView): GpuNode | undefined {
  const g = geometryOf(view, view.input(0), view.output(0), view.input(1)?.slice(2));
  if (!g || (view.has(2) && !view.input(2))) return undefined;
  const perGroup = g.out[1] / g.groups;
  return {
    reads: view.node.inputs.filter((id) => id !== ''),
    clamps: true,
    dispatches: (places) => [
      isDirect(perGroup, g.out)
        ? direct('convDirect', g, elementCount(g.out), view, places)
        : tiled('conv', g, perGroup, g.out[0] * g.out[2] * g.out[3], view, places),
    ],
  };
}

/** dY is input 0 and the weights are input 1. */
function inputGradient(view: GpuNodeView): GpuNode | undefined {
  const g = geometryOf(view, view.output(0), view.input(0), view.input(1)?.slice(2));
  return g && gradientOfMap(view, g);
}

/** The input gradient of the convolution that goes the other way. */
function transposed(view: GpuNodeView): GpuNode | undefined {
  if ((view.text('auto_pad') ?? 'NOTSET') !== 'NOTSET' || view.ints('output_shape')) return undefined;
  const g = geometryOf(view, view.output(0), view.input(0), view.input(1)?.slice(2));
  return g && (!view.has(2) || view.input(2)) ? gradientOfMap(view, g) : undefined;
}

function gradientOfMap(view: GpuNodeView, g: Geometry): GpuNode {
  const perGroup = g.map[1] / g.groups;
  return {
    reads: view.node.inputs.filter((id) => id !== ''),
    clamps: true,
    dispatches: (places) => [
      isDirect(perGroup, g.map)
        ? direct('convDirectInputGradient', g, elementCount(g.map), view, places)
        : tiled('convInputGradient', g, perGroup, g.map[0] * g.map[2] * g.map[3], view, places),
    ],
  };
}

const operandsOf = (view: GpuNodeView, places: GpuPlaces): readonly GPUBuffer[] => [
  places.operand(view.id(0)),
  places.operand(view.id(1)),
  view.has(2) ? places.operand(view.id(2)) : places.nothing,
  places.output(0),
];

function tiled(
  kernel: 'conv' | 'convInputGradient',
  g: Geometry,
  rows: number,
  columns: number,
  view: GpuNodeView,
  places: GpuPlaces,
): Dispatch {
  const { tile, grid: tiles } = tileOf(rows, columns);
  const isForward = kernel === 'conv';
  const strides: KernelConstants = isForward ? {} : { STRIDES: g.window.strides.some((stride) => stride > 1) };
  return {
    kernel,
    constants: {
      ...tile,
      A_ALONG_DEPTH: isForward || kernelArea(g) > 1,
      B_ALONG_DEPTH: false,
      HAS_BIAS: view.has(2),
      CLAMPS: cuts(places),
      ...strides,
    },
    uniforms: sizesOf(g, places),
    buffers: [...operandsOf(view, places), places.table(isForward ? forwardTaps(g) : gradientTaps(g))],
    groups: [...tiles, g.groups],
  };
}

/** What `conv.wgsl` reads by depth. */
function forwardTaps(g: Geometry): Int32Array {
  const [, channels, height, width] = g.map;
  return taps(g, channels / g.groups, (channel, y, x) => [y, x, (channel * height + y) * width + x, 0]);
}

/** What `conv-input-gradient.wgsl` reads by depth. */
function gradientTaps(g: Geometry): Int32Array {
  const perGroup = g.map[1] / g.groups;
  return taps(g, g.out[1] / g.groups, (channel, y, x, tap) => {
    const weight = channel * perGroup * kernelArea(g) + tap;
    return [y, x, channel * g.out[2] * g.out[3], weight];
  });
}

/** Four numbers for each channel and kernel position, the latter times dilation. */
function taps(
  { window: { kernel, dilations } }: Geometry,
  channels: number,
  of: (channel: number, y: number, x: number, tap: number) => readonly [number, number, number, number],
): Int32Array {
  const area = kernel[0] * kernel[1];
  const table = new Int32Array(4 * channels * area);
  for (let channel = 0; channel < channels; channel++)
    for (let tap = 0; tap < area; tap++) {
      const [y, x] = [Math.floor(tap / kernel[1]) * dilations[0], (tap % kernel[1]) * dilations[1]];
      table.set(of(channel, y, x, tap), 4 * (channel * area + tap));
    }
  return table;
}

function direct(
  kernel: 'convDirect' | 'convDirectInputGradient',
  g: Geometry,
  count: number,
  view: GpuNodeView,
  places: GpuPlaces,
): Dispatch {
  return {
    kernel,
    constants: { HAS_BIAS: view.has(2), CLAMPS: cuts(places) },
    uniforms: sizesOf(g, places),
    buffers: operandsOf(view, places),
    groups: perElement(count),
  };
}

function weightGradient(view: GpuNodeView): GpuNode | undefined {
  const g = geometryOf(view, view.input(0), view.input(1), view.output(0)?.slice(2));
  if (!g) return undefined;
  const reads = view.node.inputs.slice(0, 2);
  const [rows, columns] = [g.out[1] / g.groups, (g.map[1] / g.groups) * kernelArea(g)];
  const weights = rows * columns * g.groups;
  if (rows < DIRECT_BELOW) return { reads, dispatches: (places) => [directWeights(g, weights, view, places)] };
  const { tile, grid: tiles } = tileOf(rows, columns);
  const split = splitOf(g, tiles[0] * tiles[1] * g.groups);
  return {
    reads,
    scratch: split.splits > 1 ? [weights * split.splits] : [],
    dispatches(places) {
      const parts = split.splits > 1 ? places.scratch(0) : places.output(0);
      const product: Dispatch = {
        kernel: 'convWeightGradient',
        constants: { ...tile, A_ALONG_DEPTH: true, B_ALONG_DEPTH: true },
        uniforms: sizesOf(g, NO_LIMITS, split),
        buffers: [places.operand(view.id(0)), places.operand(view.id(1)), parts],
        groups: [...tiles, g.groups * split.splits],
      };
      return split.splits === 1 ? [product] : [product, sumParts(parts, places.output(0), weights, split.splits)];
    },
  };
}

function splitOf({ out }: Geometry, groups: number): Split {
  const depth = out[0] * out[2] * out[3];
  const wanted = Math.min(Math.ceil(BUSY_GROUPS / groups), Math.ceil(depth / LEAST_DEPTH));
  const splitDepth = Math.ceil(Math.ceil(depth / wanted) / 16) * 16;
  return { splits: Math.ceil(depth / splitDepth), splitDepth };
}

const directWeights = (g: Geometry, weights: number, view: GpuNodeView, places: GpuPlaces): Dispatch => ({
  kernel: 'convDirectWeightGradient',
  uniforms: sizesOf(g),
  buffers: [places.operand(view.id(0)), places.operand(view.id(1)), places.output(0)],
  groups: grid(weights),
});

/** Adds `count` values of so many parts that lie one after another. */
export const sumParts = (parts: GPUBuffer, output: GPUBuffer, count: number, partCount: number): Dispatch => ({
  kernel: 'sumParts',
  uniforms: uniforms([count, partCount]),
  buffers: [parts, output],
  groups: perElement(count),
});
