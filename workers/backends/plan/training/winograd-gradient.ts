import type { TensorId } from '../../../../src/ir/index.ts';
import { WinogradField, WinogradGradientField } from '../../../kernels/assembly/memory.ts';
import { writeFields } from '../../kernel-memory.ts';
import type { Convolution } from '../conv.ts';
import { bindFields, type FastNode, floatBits, type NodeView } from '../fast-node.ts';
import { suitsWinograd } from '../winograd.ts';

/** How many bytes of tiles are worked on at once: they should stay in the second cache. */
const WORKING_BYTES = 512 << 10;

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** dW of a 3 × 3 convolution of stride 1 (`winograd-gradient-float.ts`); `undefined`: the plain sum is the faster way. */
export function minimalWeightGradient(view: NodeView, shape: Convolution): FastNode | undefined {
  if (!suitsWinograd(shape)) return undefined;
  const [x, dy] = view.node.inputs as readonly [TensorId, TensorId];
  const { channels, outChannels, outHeight, outWidth } = shape;
  const [tileRows, tileColumns] = [Math.ceil(outHeight / 2), Math.ceil(outWidth / 2)];
  const { pads } = shape.window;
  const mapHeight = Math.max(pads[0] + shape.height, 2 * tileRows + 2);
  const mapWidth = Math.max(pads[1] + shape.width, 2 * tileColumns + 2);
  const needsMap = mapHeight !== shape.height || mapWidth !== shape.width;
  const outTiles = Math.ceil(outChannels / 8);
  const panelsInAll = shape.batch * Math.ceil((tileRows * tileColumns) / 8);
  const most = Math.max(2, Math.floor(WORKING_BYTES / ((channels + outTiles * 8) * 512)));
  const panelCount = Math.min(most, panelsInAll);
  const sizes = {
    map: needsMap ? align(channels * mapHeight * mapWidth * 4 + 64) : 0,
    panels: align(outTiles * Math.ceil((outHeight * outWidth) / 4) * 128),
    xTiles: align(16 * (channels * panelCount * 32 + 64) + 128),
    gradientTiles: align(16 * (outTiles * 8 * panelCount * 32 + 64)),
    sums: 16 * outTiles * Math.ceil(channels / 4) * 128,
  };
  return {
    reads: [x, dy],
    scratchBytes: Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0),
    bind: (places) => {
      const panels = places.scratch + sizes.map;
      const xTiles = panels + sizes.panels;
      const gradientTiles = xTiles + sizes.xTiles;
      const { window: _, groups: _groups, ...given } = shape;
      const input = places.memory.reserve(WinogradField.bytes);
      writeFields(places.memory, input, WinogradField, {
        ...given,
        mapHeight,
        mapWidth,
        padTop: pads[0],
        padLeft: pads[1],
        input: places.operand(x),
        map: needsMap ? places.scratch : 0,
        tiles: xTiles,
        panelCount,
        // What follows belongs to the forward pass alone.
        ...{ output: 0, weights: 0, outChannelStep: 0, channelStep: 0, turned: 0, transformed: 0, transforms: 0 },
        ...{ bias: 0, products: 0, low: floatBits(0), high: floatBits(0) },
      });
      return bindFields(places, 'winogradGradientFloat', WinogradGradientField, {
        input,
        gradient: places.operand(dy),
        output: places.output(0),
        panels,
        xTiles,
        gradientTiles,
        sums: gradientTiles + sizes.gradientTiles,
      });
    },
  };
}
