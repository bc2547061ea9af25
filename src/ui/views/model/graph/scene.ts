import type { Diagram } from '../../../../diagram/index.ts';
import type { Camera, Rect, Size } from './camera.ts';

/** `BoxKind` by name; the page takes no values from the room that lays out. */
export const INPUT = 0;
export const OUTPUT = 1;
export const LAYER = 2;
export const GROUP = 3;
export const FRAME = 4;

/** Height of the strip at the top of a frame that holds its title; a press there is on the frame. */
export const HEADER = 28;

/** A diagram prepared for drawing: edges as upright and level pieces, found by box, with their widths. */
export interface Scene {
  readonly diagram: Diagram;
  readonly boxOfId: ReadonlyMap<string, number>;
  /** count + 1 offsets into `points`, in points. */
  readonly start: Uint32Array;
  readonly points: Float32Array;
  /** x0, y0, x1, y1 per edge. */
  readonly edgeBounds: Float32Array;
  /** 0 thinnest … 4, by bytes. */
  readonly edgeClass: Uint8Array;
  /** 1: its label stands where it leaves its box, if there is room. */
  readonly labelled: Uint8Array;
  /** The topmost box of the drawing: what is shown first. */
  readonly first: number;
}

/** Widths of edges in px at zoom 1, by class. */
export const EDGE_WIDTHS = [1, 1.5, 2.2, 3, 4] as const;
const LEAST_BEND = 0.5;

/** Linear in boxes and edges; a few ms for 20 000 of each. */
export function sceneOf(diagram: Diagram): Scene {
  const { boxes, edges } = diagram;
  const boxOfId = new Map<string, number>();
  let first = -1;
  for (let i = 0; i < boxes.count; i++) {
    boxOfId.set(boxes.id[i] as string, i);
    if (first < 0 || top(diagram, i) < top(diagram, first)) first = i;
  }
  const { start, points } = uprightPieces(diagram);
  const edgeClass = new Uint8Array(edges.count);
  for (let e = 0; e < edges.count; e++) edgeClass[e] = classOf(edges.bytes[e] as number);
  const labelled = labelledEdges(diagram, start);
  return { diagram, boxOfId, start, points, edgeBounds: boundsOf(start, points), edgeClass, labelled, first };
}

const top = (diagram: Diagram, box: number): number => diagram.boxes.rect[4 * box + 1] as number;

/** One step per factor of eight from 4 KiB on; unknown is thinnest. */
const classOf = (bytes: number): number =>
  bytes > 0 ? Math.max(0, Math.min(EDGE_WIDTHS.length - 1, Math.ceil(Math.log2(bytes / 4096) / 3))) : 0;

/** Between points that differ both ways a level piece is put half-way down, a little apart for each box it comes from. */
function uprightPieces({ edges }: Diagram): { start: Uint32Array; points: Float32Array } {
  const { pointStart, points: given } = edges;
  const start = new Uint32Array(edges.count + 1);
  const points = new Float32Array(6 * given.length);
  let n = 0;
  for (let e = 0; e < edges.count; e++) {
    const [from, to] = [pointStart[e] as number, pointStart[e + 1] as number];
    const apart = ((((edges.from[e] as number) * 7) % 5) - 2) * 3;
    for (let k = from; k < to; k++) {
      const x = given[2 * k] as number;
      const y = given[2 * k + 1] as number;
      if (k > from) {
        const px = points[n - 2] as number;
        const py = points[n - 1] as number;
        if (Math.abs(px - x) > LEAST_BEND && Math.abs(py - y) > LEAST_BEND) {
          const room = Math.max(0, Math.abs(y - py) / 2 - 8);
          const middle = (py + y) / 2 + Math.max(-room, Math.min(room, apart));
          points[n++] = px;
          points[n++] = middle;
          points[n++] = x;
          points[n++] = middle;
        } else if (Math.abs(px - x) <= LEAST_BEND && px !== x) {
          points[n++] = px;
          points[n++] = y;
        }
      }
      points[n++] = x;
      points[n++] = y;
    }
    start[e + 1] = n / 2;
  }
  return { start, points: points.slice(0, n) };
}

/** One label per box that edges leave: of its first edge. */
function labelledEdges({ boxes, edges }: Diagram, start: Uint32Array): Uint8Array {
  const labelled = new Uint8Array(edges.count);
  const done = new Uint8Array(boxes.count);
  for (let e = 0; e < edges.count; e++) {
    const from = edges.from[e] as number;
    if (done[from] || !edges.label[e] || (start[e + 1] as number) - (start[e] as number) < 2) continue;
    done[from] = 1;
    labelled[e] = 1;
  }
  return labelled;
}

function boundsOf(start: Uint32Array, points: Float32Array): Float32Array {
  const count = start.length - 1;
  const bounds = new Float32Array(4 * count);
  for (let e = 0; e < count; e++) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let k = start[e] as number; k < (start[e + 1] as number); k++) {
      const x = points[2 * k] as number;
      const y = points[2 * k + 1] as number;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
    bounds.set([x0, y0, x1, y1], 4 * e);
  }
  return bounds;
}

/** Whether a piece of these edges crosses a rectangle. */
export function crossed({ start, points }: Scene, edges: readonly number[], rect: Rect): boolean {
  const [right, bottom] = [rect.x + rect.width, rect.y + rect.height];
  for (const e of edges) {
    for (let k = (start[e] as number) + 1; k < (start[e + 1] as number); k++) {
      const at = 2 * k;
      const [ax, bx] = [points[at - 2] as number, points[at] as number];
      const [ay, by] = [points[at - 1] as number, points[at + 1] as number];
      if (
        Math.min(ax, bx) < right &&
        Math.max(ax, bx) > rect.x &&
        Math.min(ay, by) < bottom &&
        Math.max(ay, by) > rect.y
      )
        return true;
    }
  }
  return false;
}

/** Whether a rectangle lies on the border or the header of a frame. */
export function onBorder(frame: Rect, rect: Rect): boolean {
  const [right, bottom] = [rect.x + rect.width, rect.y + rect.height];
  const [frameRight, frameBottom] = [frame.x + frame.width, frame.y + frame.height];
  const touches = rect.x < frameRight && right > frame.x && rect.y < frameBottom && bottom > frame.y;
  const inside = rect.x > frame.x && right < frameRight && rect.y > frame.y + HEADER && bottom < frameBottom;
  return touches && !inside;
}

export function rectOf(diagram: Diagram, box: number): Rect {
  const [x = 0, y = 0, width = 0, height = 0] = diagram.boxes.rect.subarray(4 * box, 4 * box + 4);
  return { x, y, width, height };
}

/** Indices whose bounds (x, y, width, height each) touch `seen`, in drawing order. A plain sweep: 20 000 take 50 µs. */
export function boxesIn(rects: Float32Array, seen: Rect, margin: number): number[] {
  const found: number[] = [];
  const [left, upper] = [seen.x - margin, seen.y - margin];
  const [right, lower] = [seen.x + seen.width + margin, seen.y + seen.height + margin];
  for (let i = 0, at = 0; at < rects.length; i++, at += 4) {
    const y = rects[at + 1] as number;
    if (y > lower || y + (rects[at + 3] as number) < upper) continue;
    const x = rects[at] as number;
    if (x <= right && x + (rects[at + 2] as number) >= left) found.push(i);
  }
  return found;
}

/** Edges whose bounds touch `seen`. */
export function edgesIn(bounds: Float32Array, seen: Rect): number[] {
  const found: number[] = [];
  const [right, lower] = [seen.x + seen.width, seen.y + seen.height];
  for (let e = 0, at = 0; at < bounds.length; e++, at += 4) {
    if ((bounds[at + 1] as number) > lower || (bounds[at + 3] as number) < seen.y) continue;
    if ((bounds[at] as number) <= right && (bounds[at + 2] as number) >= seen.x) found.push(e);
  }
  return found;
}

/** The innermost box at a point of the drawing; a frame only by its header. -1: none. `slack` widens boxes, px. */
export function boxAt(diagram: Diagram, x: number, y: number, slack = 0): number {
  const { rect, kind, count } = diagram.boxes;
  for (let i = count - 1; i >= 0; i--) {
    const dx = x - (rect[4 * i] as number);
    const dy = y - (rect[4 * i + 1] as number);
    const height = kind[i] === FRAME ? HEADER : (rect[4 * i + 3] as number);
    if (dx >= -slack && dy >= -slack && dx <= (rect[4 * i + 2] as number) + slack && dy <= height + slack) return i;
  }
  return -1;
}

/** Middle of the sign that opens (left of a closed group) or closes (in the header of a frame) a block; px of the drawing. */
export function togglePlace(diagram: Diagram, box: number): readonly [x: number, y: number] | undefined {
  const kind = diagram.boxes.kind[box];
  const { x, y, height } = rectOf(diagram, box);
  if (kind === FRAME) return [x + 14, y + HEADER / 2];
  return kind === GROUP ? [x - 11, y + height / 2] : undefined;
}

/** The block whose sign is within `reach` px of the drawing from a point; -1: none. */
export function toggleAt(diagram: Diagram, x: number, y: number, reach: number): number {
  let [nearest, distance] = [-1, reach];
  const { kind, count } = diagram.boxes;
  for (let i = 0; i < count; i++) {
    if ((kind[i] as number) < GROUP) continue;
    const place = togglePlace(diagram, i);
    const far = place ? Math.max(Math.abs(x - place[0]), Math.abs(y - place[1])) : Infinity;
    if (far <= distance) [nearest, distance] = [i, far];
  }
  return nearest;
}

/** The edge within `reach` px of the drawing from a point; -1: none. */
export function edgeAt(scene: Scene, x: number, y: number, reach: number): number {
  let [nearest, distance] = [-1, reach];
  for (const e of edgesIn(scene.edgeBounds, { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach })) {
    const far = distanceTo(scene, e, x, y);
    if (far <= distance) [nearest, distance] = [e, far];
  }
  return nearest;
}

function distanceTo({ start, points }: Scene, edge: number, x: number, y: number): number {
  let least = Infinity;
  for (let k = (start[edge] as number) + 1; k < (start[edge + 1] as number); k++) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = points.subarray(2 * k - 2, 2 * k + 2);
    const dx = Math.max(Math.min(ax, bx) - x, 0, x - Math.max(ax, bx));
    const dy = Math.max(Math.min(ay, by) - y, 0, y - Math.max(ay, by));
    least = Math.min(least, Math.max(dx, dy));
  }
  return least;
}

/**
 * What should stay in place when the layout changes: the box that was toggled, else the one nearest to the middle of the
 * screen that both drawings have. Its upper middle in the old and the new drawing; undefined if they share none.
 */
export function anchorBetween(
  old: Scene,
  next: Scene,
  camera: Camera,
  screen: Size,
  toggled: string | undefined,
): { readonly was: readonly [number, number]; readonly is: readonly [number, number] } | undefined {
  const middle = [(screen.width / 2 - camera.x) / camera.scale, (screen.height / 2 - camera.y) / camera.scale] as const;
  let best = toggled === undefined ? undefined : old.boxOfId.get(toggled);
  if (best === undefined || !next.boxOfId.has(old.diagram.boxes.id[best] as string)) {
    best = undefined;
    let distance = Infinity;
    for (let i = 0; i < old.diagram.boxes.count; i++) {
      if (!next.boxOfId.has(old.diagram.boxes.id[i] as string)) continue;
      const [x, y] = upperMiddle(old.diagram, i);
      const far = Math.abs(x - middle[0]) + Math.abs(y - middle[1]);
      if (far < distance) [best, distance] = [i, far];
    }
  }
  if (best === undefined) return undefined;
  const other = next.boxOfId.get(old.diagram.boxes.id[best] as string) as number;
  return { was: upperMiddle(old.diagram, best), is: upperMiddle(next.diagram, other) };
}

function upperMiddle(diagram: Diagram, box: number): readonly [number, number] {
  const { x, y, width } = rectOf(diagram, box);
  return [x + width / 2, y];
}
