import { type ReactElement, useEffect, useRef } from 'react';
import type { Tiles } from '../../../explore/index.ts';
import { divergingColor, HiddenTable, type Theme } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';

const WIDTH = 320;
const LARGEST_PIXEL = 14;
const MOST_ROWS_READ = 64;

interface TilePictureProps {
  readonly title: string;
  readonly note: string;
  readonly tiles: Tiles;
  readonly theme: Theme;
}

/** Filters or channels as small multiples, all on one scale: brown below 0, teal above, the ends at ± the largest size. */
export function TilePicture({ title, note, tiles, theme }: TilePictureProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = layoutOf(tiles);
  const top = tiles.values.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) paint(context, tiles, top, theme);
  }, [tiles, top, theme]);
  const shown = (count: number, all: number, what: string): string =>
    `${count < all ? `${count} of ` : ''}${all} ${what}${all === 1 ? '' : 's'}`;
  const columns = shown(tiles.columns, tiles.allColumns, tiles.columnsAre);
  const down = `${shown(tiles.rows, tiles.allRows, tiles.rowsAre)} down, ${columns} across`;
  // A single picture or row is broken into lines: only what they are is said.
  const words =
    note +
    (tiles.rows * tiles.columns === 1
      ? `${tiles.rowsAre}s down, ${tiles.columnsAre}s across`
      : tiles.rows === 1
        ? columns
        : down);
  const ramp = [-1, -0.5, 0, 0.5, 1].map((x) => divergingColor(x, theme)).join(', ');
  return (
    <figure className="histogram tiles">
      <figcaption>
        <strong>{title}</strong> <span className="secondary">{words}</span>
      </figcaption>
      <canvas
        ref={canvas}
        width={layout.columns * (tiles.width + 1) - 1}
        height={layout.rows * (tiles.height + 1) - 1}
        style={{ width: layout.pixelWidth }}
        aria-hidden="true"
      />
      <p className="caption tiles-scale">
        <i className="tiles-ramp" aria-hidden="true" style={{ background: `linear-gradient(to right, ${ramp})` }} /> −
        {inText(top, 'plain')} to {inText(top, 'plain')}
      </p>
      <HiddenTable table={tableOf(tiles, title)} />
    </figure>
  );
}

interface TileLayout {
  readonly rows: number;
  readonly columns: number;
  readonly pixelWidth: number;
}

/** One long row of channels is broken into lines; filters keep rows and columns. */
function layoutOf({ rows, columns, width, height }: Tiles): TileLayout {
  const lines = rows === 1 ? Math.max(1, Math.round(Math.sqrt((columns * width) / Math.max(1, height)) / 1.6)) : rows;
  const across = rows === 1 ? Math.ceil(columns / lines) : columns;
  const down = rows === 1 ? Math.ceil(columns / across) : rows;
  const scale = Math.min(LARGEST_PIXEL, WIDTH / (across * (width + 1) - 1));
  return {
    rows: down,
    columns: across,
    pixelWidth: Math.round((across * (width + 1) - 1) * scale),
  };
}

function paint(context: CanvasRenderingContext2D, tiles: Tiles, top: number, theme: Theme): void {
  const { columns } = layoutOf(tiles);
  const { width, height, values } = tiles;
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const colours = Array.from({ length: 129 }, (_, i) => divergingColor((i - 64) / 64, theme));
  for (let tile = 0; tile < tiles.rows * tiles.columns; tile++) {
    const left = (tile % columns) * (width + 1);
    const above = Math.floor(tile / columns) * (height + 1);
    for (let i = 0; i < width * height; i++) {
      const value = values[tile * width * height + i] as number;
      context.fillStyle = colours[Math.round(64 + 64 * (top > 0 ? value / top : 0))] ?? 'transparent';
      context.fillRect(left + (i % width), above + Math.floor(i / width), 1, 1);
    }
  }
}

/** The first tiles as numbers, for screen readers and export. */
function tableOf(tiles: Tiles, caption: string) {
  const size = tiles.width * tiles.height;
  const count = Math.min(MOST_ROWS_READ, tiles.rows * tiles.columns);
  return {
    caption,
    columns: [tiles.rowsAre, tiles.columnsAre, 'least', 'largest', 'mean'],
    rows: Array.from({ length: count }, (_, t) => {
      const part = tiles.values.subarray(t * size, (t + 1) * size);
      return [
        Math.floor(t / tiles.columns),
        t % tiles.columns,
        part.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
        part.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
        part.reduce((a, b) => a + b, 0) / size,
      ];
    }),
  };
}
