import type { Diagram } from './diagram.ts';

/** What of a diagram lies where, as plain data: made once per diagram, asked in every frame. */
export interface SpatialIndex {
  readonly boxes: Bands;
  readonly edges: Bands;
  /** x0, y0, x1, y1 per edge. */
  readonly edgeBounds: Float32Array;
}

/** Items by height class, then by the band in which they begin. Drawings are tall: bands over y suffice. */
interface Bands {
  readonly classes: readonly {
    /** Height of a band, px; no item of the class is higher. */
    readonly size: number;
    /** Offsets into `item`, per band. */
    readonly start: Uint32Array;
    readonly item: Int32Array;
  }[];
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Lowest band, px. */
const BAND = 64;

export function spatialIndex({ boxes, edges }: Diagram): SpatialIndex {
  const { rect } = boxes;
  const edgeBounds = new Float32Array(4 * edges.count);
  for (let e = 0; e < edges.count; e++) {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = edges.pointStart[e]!; p < edges.pointStart[e + 1]!; p++) {
      const x = edges.points[2 * p]!;
      const y = edges.points[2 * p + 1]!;
      bounds[0] = Math.min(bounds[0]!, x);
      bounds[1] = Math.min(bounds[1]!, y);
      bounds[2] = Math.max(bounds[2]!, x);
      bounds[3] = Math.max(bounds[3]!, y);
    }
    edgeBounds.set(bounds, 4 * e);
  }
  const hasPoints = (e: number): boolean => edges.pointStart[e + 1]! > edges.pointStart[e]!;
  return {
    boxes: bandsOf(
      boxes.count,
      () => true,
      (b) => rect[4 * b + 1]!,
      (b) => rect[4 * b + 3]!,
    ),
    edges: bandsOf(
      edges.count,
      hasPoints,
      (e) => edgeBounds[4 * e + 1]!,
      (e) => edgeBounds[4 * e + 3]! - edgeBounds[4 * e + 1]!,
    ),
    edgeBounds,
  };
}

function bandsOf(
  count: number,
  isPlaced: (i: number) => boolean,
  top: (i: number) => number,
  height: (i: number) => number,
): Bands {
  const byClass: number[][] = [];
  for (let i = 0; i < count; i++) {
    if (!isPlaced(i)) continue;
    const c = Math.max(0, Math.ceil(Math.log2(Math.max(1, height(i)) / BAND)));
    byClass[c] ??= [];
    byClass[c].push(i);
  }
  const classes: Bands['classes'][number][] = [];
  byClass.forEach((items, c) => {
    const size = BAND * 2 ** c;
    const band = (i: number): number => Math.max(0, Math.floor(top(i) / size));
    const bands = items.reduce((most, i) => Math.max(most, band(i) + 1), 0);
    const start = new Uint32Array(bands + 1);
    for (const i of items) start[band(i) + 1]!++;
    for (let b = 0; b < bands; b++) start[b + 1]! += start[b]!;
    const next = start.slice();
    const item = new Int32Array(items.length);
    for (const i of items) item[next[band(i)]!++] = i;
    classes.push({ size, start, item });
  });
  return { classes };
}

/** Items that may reach into y0 … y1. */
function candidates({ classes }: Bands, y0: number, y1: number, visit: (item: number) => void): void {
  for (const { size, start, item } of classes) {
    const last = Math.min(start.length - 2, Math.floor(y1 / size));
    const first = Math.max(0, Math.floor(y0 / size) - 1);
    if (last < first) continue;
    for (let i = start[first]!; i < start[last + 1]!; i++) visit(item[i]!);
  }
}

/** Boxes that overlap an area, in drawing order (frames before what they hold). */
export function boxesIn(index: SpatialIndex, { boxes }: Diagram, { x, y, width, height }: Area): Int32Array {
  const { rect } = boxes;
  const found: number[] = [];
  candidates(index.boxes, y, y + height, (b) => {
    const i = 4 * b;
    const across = rect[i]! <= x + width && rect[i]! + rect[i + 2]! >= x;
    if (across && rect[i + 1]! <= y + height && rect[i + 1]! + rect[i + 3]! >= y) found.push(b);
  });
  return Int32Array.from(found).sort();
}

/** Edges whose bounds overlap an area, in drawing order. */
export function edgesIn(index: SpatialIndex, { x, y, width, height }: Area): Int32Array {
  const { edgeBounds } = index;
  const found: number[] = [];
  candidates(index.edges, y, y + height, (e) => {
    const i = 4 * e;
    const across = edgeBounds[i]! <= x + width && edgeBounds[i + 2]! >= x;
    if (across && edgeBounds[i + 1]! <= y + height && edgeBounds[i + 3]! >= y) found.push(e);
  });
  return Int32Array.from(found).sort();
}

/** Innermost box at a point; -1: none. */
export function boxAt(index: SpatialIndex, diagram: Diagram, x: number, y: number): number {
  return boxesIn(index, diagram, { x, y, width: 0, height: 0 }).at(-1) ?? -1;
}

/** Nearest edge within `reach` px of a point; -1: none. */
export function edgeAt(index: SpatialIndex, { edges }: Diagram, x: number, y: number, reach: number): number {
  let nearest = -1;
  let least = reach;
  for (const e of edgesIn(index, { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach })) {
    for (let p = edges.pointStart[e]! + 1; p < edges.pointStart[e + 1]!; p++) {
      const distance = pieceDistance(edges.points.subarray(2 * p - 2, 2 * p + 2), x, y);
      if (distance > least) continue;
      least = distance;
      nearest = e;
    }
  }
  return nearest;
}

/** Chords that stand for an S-curve. */
const CHORDS = 12;

/** Distance from a piece of an edge: a straight line, or an S-curve with control points at half height. */
function pieceDistance(piece: Float32Array, x: number, y: number): number {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = piece;
  if (x0 === x1 || y0 === y1) return chordDistance(x0, y0, x1, y1, x, y);
  let least = Number.POSITIVE_INFINITY;
  let px = x0;
  let py = y0;
  for (let k = 1; k <= CHORDS; k++) {
    const t = k / CHORDS;
    const blend = t * t * (3 - 2 * t);
    const qx = x0 + (x1 - x0) * blend;
    const qy = y0 + (y1 - y0) * (1.5 * t * (1 - t) + t * t * t);
    least = Math.min(least, chordDistance(px, py, qx, qy, x, y));
    px = qx;
    py = qy;
  }
  return least;
}

function chordDistance(x0: number, y0: number, x1: number, y1: number, x: number, y: number): number {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
