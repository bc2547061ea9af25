import type { Diagram } from './diagram.ts';

/** Ways over a drawn diagram: for the keyboard, for what feeds a box and what it feeds, for the way of a tensor. */

export type Direction = 'up' | 'down' | 'left' | 'right';

const FRAME = 4;

/**
 * Boxes next to a box, nearest first: along edges up and down, in the row left and right. A frame has the edges of what
 * it holds that cross it. Never frames.
 */
export function neighbours(diagram: Diagram, box: number, direction: Direction): number[] {
  const found =
    direction === 'up' || direction === 'down' ? alongEdges(diagram, box, direction) : inRow(diagram, box, direction);
  const middle = middleX(diagram, box);
  const level = middleY(diagram, box);
  const far = (b: number): number => Math.abs(middleX(diagram, b) - middle) + Math.abs(middleY(diagram, b) - level);
  return found.sort((a, b) => far(a) - far(b) || a - b);
}

const middleX = ({ boxes }: Diagram, b: number): number => boxes.rect[4 * b]! + boxes.rect[4 * b + 2]! / 2;
const middleY = ({ boxes }: Diagram, b: number): number => boxes.rect[4 * b + 1]! + boxes.rect[4 * b + 3]! / 2;

function alongEdges(diagram: Diagram, box: number, direction: 'up' | 'down'): number[] {
  const { from, to, count } = diagram.edges;
  const inside = insideOf(diagram, box);
  const near = direction === 'up' ? to : from;
  const far = direction === 'up' ? from : to;
  const found = new Set<number>();
  for (let e = 0; e < count; e++) if (inside[near[e]!] && !inside[far[e]!]) found.add(far[e]!);
  return [...found];
}

function inRow(diagram: Diagram, box: number, direction: 'left' | 'right'): number[] {
  const { rect, count, kind } = diagram.boxes;
  const top = rect[4 * box + 1]!;
  const bottom = top + rect[4 * box + 3]!;
  const middle = middleX(diagram, box);
  const found: number[] = [];
  for (let b = 0; b < count; b++) {
    const y = middleY(diagram, b);
    if (b === box || kind[b] === FRAME || y < top || y > bottom) continue;
    if (direction === 'left' ? middleX(diagram, b) < middle : middleX(diagram, b) > middle) found.push(b);
  }
  return found;
}

/** 1 for a box and, of a frame, for all it holds. */
function insideOf({ boxes }: Diagram, box: number): Uint8Array {
  const inside = new Uint8Array(boxes.count);
  inside[box] = 1;
  for (let b = box + 1; b < boxes.count; b++) if (boxes.parent[b]! >= 0 && inside[boxes.parent[b]!]) inside[b] = 1;
  return inside;
}

/** All boxes from which a way leads to a box, ascending; without the box itself, without frames. */
export const upstream = (diagram: Diagram, box: number): Int32Array =>
  reached(diagram, box, diagram.edges.to, diagram.edges.from);

/** All boxes to which a way leads from a box, ascending; without the box itself, without frames. */
export const downstream = (diagram: Diagram, box: number): Int32Array =>
  reached(diagram, box, diagram.edges.from, diagram.edges.to);

function reached(diagram: Diagram, box: number, near: Int32Array, far: Int32Array): Int32Array {
  const { count } = diagram.boxes;
  const start = new Uint32Array(count + 1);
  for (const b of near) start[b + 1]!++;
  for (let b = 0; b < count; b++) start[b + 1]! += start[b]!;
  const next = start.slice();
  const ends = new Int32Array(near.length);
  near.forEach((b, e) => {
    ends[next[b]!++] = far[e]!;
  });
  const seen = insideOf(diagram, box);
  const inside = seen.slice();
  const stack: number[] = [];
  for (let b = 0; b < count; b++) if (inside[b]) stack.push(b);
  for (let b = stack.pop(); b !== undefined; b = stack.pop()) {
    for (let i = start[b]!; i < start[b + 1]!; i++) {
      const other = ends[i]!;
      if (seen[other]) continue;
      seen[other] = 1;
      stack.push(other);
    }
  }
  const found: number[] = [];
  for (let b = 0; b < count; b++) if (seen[b] && !inside[b]) found.push(b);
  return Int32Array.from(found);
}

/** Edges that carry a tensor, and the boxes that make and take it; both ascending. */
export function tensorPath({ edges }: Diagram, tensor: string): { edges: Int32Array; boxes: Int32Array } {
  const found: number[] = [];
  const boxes = new Set<number>();
  for (let e = 0; e < edges.count; e++) {
    if (edges.tensor[e] !== tensor) continue;
    found.push(e);
    boxes.add(edges.from[e]!);
    boxes.add(edges.to[e]!);
  }
  return { edges: Int32Array.from(found), boxes: Int32Array.from(boxes).sort() };
}
