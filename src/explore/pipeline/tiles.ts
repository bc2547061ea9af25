import type { NumericData, Shape } from '../../ir/index.ts';
import type { Tiles } from '../model-view.ts';

/** Pictures shown in each direction, and the longest side of one: larger ones are thinned out to every n-th element. */
const MOST_TILES = 16;
const MOST_CHANNELS = 32;
const LONGEST_SIDE = 64;

/** The last two axes of a tensor as pictures; rows and columns count the two axes before them. */
function tilesOf(
  values: NumericData,
  [allRows, allColumns, fullHeight, fullWidth]: readonly [number, number, number, number],
  most: readonly [number, number],
  words: Pick<Tiles, 'rowsAre' | 'columnsAre'>,
): Tiles {
  const rows = Math.min(allRows, most[0]);
  const columns = Math.min(allColumns, most[1]);
  const step = Math.max(1, Math.ceil(Math.max(fullHeight, fullWidth) / LONGEST_SIDE));
  const height = Math.ceil(fullHeight / step);
  const width = Math.ceil(fullWidth / step);
  const out = new Float32Array(rows * columns * height * width);
  let at = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const base = (r * allColumns + c) * fullHeight * fullWidth;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) out[at++] = values[base + y * step * fullWidth + x * step] as number;
    }
  }
  return { rows, columns, height, width, values: out, ...words, allRows, allColumns };
}

/**
 * Filters of a weight as pictures. [M, C, kH, kW] gives a row per output and a column per input channel, [M, C, k] the same with
 * lines for pictures, [M, C] one picture of the matrix; `outAxis` says which of the first two axes the outputs are.
 * `undefined` for scalars and vectors.
 */
export function filterTiles(values: NumericData, shape: Shape, outAxis: number): Tiles | undefined {
  if (shape.length < 2 || values.length === 0) return undefined;
  const words =
    outAxis === 0
      ? { rowsAre: 'output channel', columnsAre: 'input channel' }
      : { rowsAre: 'input channel', columnsAre: 'output channel' };
  if (shape.length === 2) {
    const [rows, columns] = shape as [number, number];
    return tilesOf(values, [1, 1, rows, columns], [1, 1], words);
  }
  const [a, b, ...kernel] = shape as [number, number, ...number[]];
  const width = kernel.at(-1) ?? 1;
  const height = kernel.slice(0, -1).reduce((n, d) => n * d, 1);
  return tilesOf(values, [a, b, height, width], [MOST_TILES, MOST_TILES], words);
}

/** Channels of the first sample of [N, C, H, W] or [N, C, L] as pictures, in one row. */
export function channelTiles(values: NumericData, shape: Shape): Tiles | undefined {
  if (shape.length < 3 || values.length === 0) return undefined;
  const [, channels, ...rest] = shape as [number, number, ...number[]];
  const width = rest.at(-1) ?? 1;
  const height = rest.slice(0, -1).reduce((n, d) => n * d, 1);
  const words = { rowsAre: 'sample', columnsAre: 'channel' };
  return tilesOf(values, [1, channels, height, width], [1, MOST_CHANNELS], words);
}
