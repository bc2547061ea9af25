import type { TensorId } from '../../../src/ir/index.ts';
import { WinogradField } from '../../kernels/assembly/memory.ts';
import { writeFields } from '../kernel-memory.ts';
import type { Convolution } from './conv.ts';
import { type FastNode, floatBits, type NodeView, type Places } from './fast-node.ts';

/** How many bytes of tiles and products are worked on at once: they should stay in the second cache. */
const WORKING_BYTES = 192 << 10;
/** Fewer channels do not repay the transforms. */
const FEWEST_CHANNELS = 8;
/** Share of the computed outputs that must be wanted: 16 positions cost less than half of 36 products, not less than a third. */
const LEAST_SHARE = 0.6;

const tilesOf = ({ outHeight, outWidth }: Convolution): number => Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2);

/** Whether minimal filtering (`winograd-float.ts`) is the faster way for this convolution; shapes alone decide. */
export function suitsWinograd(shape: Convolution): boolean {
  const { window, groups, channels, outChannels, outHeight, outWidth } = shape;
  if (groups !== 1 || channels < FEWEST_CHANNELS || outChannels < FEWEST_CHANNELS) return false;
  const { kernel, strides, dilations } = window;
  if ([...kernel].some((k) => k !== 3) || [...strides, ...dilations].some((v) => v !== 1)) return false;
  return outHeight * outWidth >= LEAST_SHARE * 4 * Math.ceil(tilesOf(shape) / 8) * 8;
}

/** No trained weight is as large as this; one with a flipped bit may be. */
const LARGEST_WEIGHT = 2 ** 20;

/**
 * Whether the weights of a convolution let its sums be taken by tiles: beside a huge weight, their rounding would reach outputs
 * that do not take part in it.
 */
export const areTame = (weights: Float32Array | undefined): boolean =>
  weights?.every((v) => Math.abs(v) < LARGEST_WEIGHT) ?? true;

/** Where a convolution's weights lie and how they are read. */
export interface WinogradWeights {
  /** Input of the node: a constant or a value of the run. */
  readonly index: number;
  /** Elements from output channel to output channel, from input channel to input channel. */
  readonly outChannelStep: number;
  readonly channelStep: number;
  /** Windows read from their end, as the gradient of the input wants them. */
  readonly turned: boolean;
}

export function winograd(
  view: NodeView,
  shape: Convolution,
  weights: WinogradWeights = { index: 1, outChannelStep: shape.channels * 9, channelStep: 9, turned: false },
): FastNode {
  const { node } = view;
  const { channels, outChannels } = shape;
  const constant = view.constant(weights.index);
  const [tileRows, tileColumns] = [Math.ceil(shape.outHeight / 2), Math.ceil(shape.outWidth / 2)];
  const mapHeight = Math.max(shape.window.pads[0] + shape.height, 2 * tileRows + 2);
  const mapWidth = Math.max(shape.window.pads[1] + shape.width, 2 * tileColumns + 2);
  const needsMap = mapHeight !== shape.height || mapWidth !== shape.width;
  const most = Math.max(2, Math.floor(WORKING_BYTES / ((channels + outChannels) * 512)));
  const panelCount = Math.min(most, Math.ceil(tilesOf(shape) / 8));
  const sizes = {
    map: needsMap ? channels * mapHeight * mapWidth * 4 + 64 : 0,
    tiles: 16 * (channels * panelCount * 32 + 64),
    products: 16 * (outChannels * panelCount * 32 + 64),
    transformed: channels * outChannels * 64,
  };
  /** Transformed once for all calls where the weights are constant. */
  let kept: number | undefined;
  const bias = node.inputs[2] ?? '';
  const bind = (places: Places) => {
    const { memory, scratch } = places;
    const tiles = scratch + align(sizes.map);
    const products = tiles + align(sizes.tiles);
    const address = memory.reserve(WinogradField.bytes);
    const first = constant !== undefined && kept === undefined;
    if (constant) kept ??= memory.reserve(sizes.transformed);
    if (first) memory.float32(scratch, constant.data.length).set(constant.data);
    const { window: _, mapHeight: _h, mapWidth: _w, groups: _g, ...given } = shape;
    writeFields(memory, address, WinogradField, {
      ...given,
      mapHeight,
      mapWidth,
      padTop: shape.window.pads[0],
      padLeft: shape.window.pads[1],
      input: places.operand(node.inputs[0] as TensorId),
      output: places.output(0),
      map: needsMap ? scratch : 0,
      weights: constant ? scratch : places.operand(node.inputs[weights.index] as TensorId),
      outChannelStep: weights.outChannelStep * 4,
      channelStep: weights.channelStep * 4,
      turned: weights.turned ? 1 : 0,
      transformed: kept ?? products + align(sizes.products),
      transforms: constant ? 0 : 1,
      bias: bias === '' ? 0 : places.operand(bias),
      tiles,
      products,
      panelCount,
      low: floatBits(places.low),
      high: floatBits(places.high),
    });
    if (first) memory.kernel('winogradWeightsFloat')(address);
    const kernel = memory.kernel('winogradFloat');
    return () => kernel(address);
  };
  const working = align(sizes.map) + align(sizes.tiles) + align(sizes.products);
  return {
    reads: node.inputs.filter((id, i) => id !== '' && (i !== weights.index || !constant)),
    scratchBytes: Math.max(working + (constant ? 0 : sizes.transformed), constant ? constant.data.byteLength : 0),
    clamps: true,
    bind,
  };
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;
