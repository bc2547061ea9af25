import { BOX, type Diagram, type DiagramInput, KIND } from './diagram.ts';
import type { Grouping } from './grouping.ts';
import { type Lists, listsBy } from './index-graph.ts';
import { type Level, type LevelDrawing, trunksOf } from './level.ts';
import { layoutLevel } from './level-layout.ts';
import { type LocalLinks, localLinks } from './local-links.ts';
import type { Steps } from './steps.ts';
import type { Visible } from './visible.ts';

/** Levels of equal form are laid out once; larger ones are not compared. */
const LARGEST_COMPARED = 256;
/** Narrowest frame, px. */
const FRAME_WIDTH = BOX.width + 2 * BOX.padding;

/** Where everything is: boxes by corner, links of each level with their own points. */
interface Placed {
  readonly rect: Float32Array;
  readonly pointStart: Uint32Array;
  readonly points: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Lays out frames from the inside out, each with what it holds, then the whole. */
export function* layoutBoxes(
  input: DiagramInput,
  grouping: Grouping,
  visible: Visible,
): Steps<Omit<Diagram, 'partial'>> {
  const links = yield* localLinks(input, visible);
  yield;
  const layout = new CompoundLayout(visible, links);
  for (let box = visible.count - 1; box >= 0; box--) {
    if (visible.kind[box] !== KIND.frame) continue;
    yield* layout.level(box);
    yield;
  }
  yield* layout.level(-1);
  yield;
  const placed = yield* layout.placed();
  yield;
  return yield* diagramOf(input, grouping, visible, placed);
}

class CompoundLayout {
  readonly #visible: Visible;
  readonly #links: LocalLinks;
  /** By level + 1. */
  readonly #boxesIn: Lists;
  readonly #linksIn: Lists;
  readonly #portsIn: Lists;
  readonly #drawings: (LevelDrawing | undefined)[] = [];
  /** Left edge of a level's drawing in its frame: the drawing is in the middle. */
  readonly #shift: Float64Array;
  /** Index of a box or port in its level. */
  readonly #local: Int32Array;
  /** Right of the middle of its frame, px. */
  readonly #portX: Float64Array;
  readonly #inputs: number;
  readonly #known = new Map<string, LevelDrawing>();

  constructor(visible: Visible, links: LocalLinks) {
    this.#visible = visible;
    this.#links = links;
    const levels = visible.count + 1;
    const up = (frames: ArrayLike<number>): Int32Array => Int32Array.from(frames, (f) => f + 1);
    this.#boxesIn = listsBy(levels, up(visible.parent));
    this.#linksIn = listsBy(levels, up(links.level));
    this.#portsIn = listsBy(levels, up(links.portFrame));
    this.#shift = new Float64Array(levels);
    this.#local = new Int32Array(visible.count + links.portFrame.length);
    this.#portX = new Float64Array(links.portFrame.length);
    this.#inputs = visible.kind.reduce((n, kind) => n + (kind === KIND.input ? 1 : 0), 0);
  }

  *level(frame: number): Steps<void> {
    const level = this.#levelOf(frame);
    if (level.count > LARGEST_COMPARED) yield;
    const drawing = yield* this.#draw(level);
    this.#drawings[frame + 1] = drawing;
    if (frame < 0) return;
    const { width, height } = this.#visible;
    width[frame] = 2 * Math.ceil(Math.max(FRAME_WIDTH, drawing.width + 2 * BOX.padding) / 2);
    height[frame] = drawing.height;
    this.#shift[frame + 1] = Math.round((width[frame]! - drawing.width) / 2);
    const { start, item } = this.#portsIn;
    for (let i = start[frame + 1]!; i < start[frame + 2]!; i++) {
      const port = item[i]!;
      const x = drawing.x[this.#local[this.#visible.count + port]!]!;
      this.#portX[port] = x + this.#shift[frame + 1]! - width[frame]! / 2;
    }
  }

  *#draw(level: Level): Steps<LevelDrawing> {
    if (level.count > LARGEST_COMPARED) return yield* layoutLevel(level);
    const { entries, exits, width, height, from, to, leaves, arrives, top } = level;
    const key = [entries, exits, top, width, height, from, to, leaves, arrives].join(';');
    let drawing = this.#known.get(key);
    if (!drawing) {
      drawing = yield* layoutLevel(level);
      this.#known.set(key, drawing);
    }
    return drawing;
  }

  #levelOf(frame: number): Level {
    const { count: boxes, width, height } = this.#visible;
    const { portIsEntry, from, to, fromPort, toPort } = this.#links;
    const at = frame + 1;
    const list = (lists: Lists): Int32Array => lists.item.subarray(lists.start[at]!, lists.start[at + 1]!);
    const ports = list(this.#portsIn);
    const entries = ports.filter((p) => portIsEntry[p]);
    const exits = ports.filter((p) => !portIsEntry[p]);
    const inside = list(this.#boxesIn);
    const count = entries.length + inside.length + exits.length;
    const level = { width: new Float64Array(count), height: new Float64Array(count) };
    let i = 0;
    for (const p of entries) this.#local[boxes + p] = i++;
    for (const box of inside) {
      level.width[i] = width[box]!;
      level.height[i] = height[box]!;
      this.#local[box] = i++;
    }
    for (const p of exits) this.#local[boxes + p] = i++;
    const links = list(this.#linksIn);
    const localFrom = links.map((l) => this.#local[from[l]!]!);
    const localTo = links.map((l) => this.#local[to[l]!]!);
    return {
      ...level,
      count,
      entries: entries.length,
      exits: exits.length,
      feeds: frame < 0 ? this.#inputs : entries.length,
      from: localFrom,
      to: localTo,
      trunk: trunksOf(localFrom, localTo, count),
      leaves: Float64Array.from(links, (l) => (fromPort[l]! < 0 ? 0 : this.#portX[fromPort[l]!]!)),
      arrives: Float64Array.from(links, (l) =>
        toPort[l]! >= 0 ? this.#portX[toPort[l]!]! : to[l]! >= boxes ? 0 : Number.NaN,
      ),
      top: frame < 0 ? 0 : BOX.header + BOX.padding,
      bottom: frame < 0 ? 0 : BOX.padding,
    };
  }

  *placed(): Steps<Placed> {
    const { count, parent, width, height } = this.#visible;
    const rect = new Float32Array(4 * count);
    const left = (level: number): number => (level < 0 ? 0 : rect[4 * level]! + this.#shift[level + 1]!);
    const top = (level: number): number => (level < 0 ? 0 : rect[4 * level + 1]!);
    for (let box = 0; box < count; box++) {
      const level = parent[box]!;
      const drawing = this.#drawings[level + 1]!;
      const i = this.#local[box]!;
      rect[4 * box] = left(level) + drawing.x[i]! - width[box]! / 2;
      rect[4 * box + 1] = top(level) + drawing.y[i]!;
      rect[4 * box + 2] = width[box]!;
      rect[4 * box + 3] = height[box]!;
    }
    const whole = this.#drawings[0]!;
    yield;
    return { rect, ...(yield* this.#edgePoints(left, top)), width: whole.width, height: whole.height };
  }

  /** The points of an edge's links one after the other; where two meet, once, or not at all on a straight line. */
  *#edgePoints(
    left: (level: number) => number,
    top: (level: number) => number,
  ): Steps<Pick<Placed, 'pointStart' | 'points'>> {
    const { edgeStart, edgeLink, level } = this.#links;
    const place = placesInLists(this.#linksIn);
    const edges = edgeStart.length - 1;
    const pointStart = new Uint32Array(edges + 1);
    let most = 0;
    for (const l of edgeLink) {
      const { pointStart: starts } = this.#drawings[level[l]! + 1]!;
      most += starts[place[l]! + 1]! - starts[place[l]!]!;
    }
    const points = new Float32Array(2 * most);
    let n = 0;
    for (let e = 0; e < edges; e++) {
      for (let k = edgeStart[e]!; k < edgeStart[e + 1]!; k++) {
        const l = edgeLink[k]!;
        const drawing = this.#drawings[level[l]! + 1]!;
        const dx = left(level[l]!);
        const dy = top(level[l]!);
        const first = drawing.pointStart[place[l]!]! + (k > edgeStart[e]! ? 1 : 0);
        for (let p = first; p < drawing.pointStart[place[l]! + 1]!; p++) {
          const isStraight = p === first && k > edgeStart[e]! && points[n - 4] === points[n - 2];
          if (isStraight && points[n - 2] === dx + drawing.points[2 * p]!) n -= 2;
          points[n++] = dx + drawing.points[2 * p]!;
          points[n++] = dy + drawing.points[2 * p + 1]!;
        }
      }
      pointStart[e + 1] = n / 2;
      if ((e & 2047) === 2047) yield;
    }
    return { pointStart, points: points.slice(0, n) };
  }
}

/** Place of each item within its list. */
function placesInLists({ start, item }: Lists): Int32Array {
  const place = new Int32Array(item.length);
  for (let k = 0; k + 1 < start.length; k++) {
    for (let i = start[k]!; i < start[k + 1]!; i++) place[item[i]!] = i - start[k]!;
  }
  return place;
}

function* diagramOf(
  input: DiagramInput,
  grouping: Grouping,
  visible: Visible,
  { rect, pointStart, points, width, height }: Placed,
): Steps<Omit<Diagram, 'partial'>> {
  const { count, id, kind, node, parent, edges, boxOfNode } = visible;
  const shown: number[] = [];
  const shownAs = new Int32Array(grouping.count).fill(-1);
  const isFrame = new Uint8Array(grouping.count);
  const group = visible.group.map((g, box) => {
    if (g < 0) return -1;
    shownAs[g] = shown.push(g) - 1;
    isFrame[g] = kind[box] === KIND.frame ? 1 : 0;
    return shownAs[g]!;
  });
  const value = (e: number) => input.values[edges.value[e]!]!;
  const members = membersOf(grouping, visible);
  yield;
  return {
    width,
    height,
    boxes: {
      count,
      id,
      kind,
      node,
      group,
      parent,
      rect,
      title: visible.title,
      subtitle: visible.subtitle,
      ...members,
    },
    edges: {
      count: edges.count,
      from: edges.from.slice(),
      to: edges.to.slice(),
      tensor: Array.from({ length: edges.count }, (_, e) => value(e).tensor),
      label: Array.from({ length: edges.count }, (_, e) => value(e).label),
      bytes: Float64Array.from({ length: edges.count }, (_, e) => value(e).bytes ?? Number.NaN),
      pointStart,
      points,
    },
    groups: shown.map((g) => ({
      id: grouping.id[g]!,
      title: grouping.title[g]!,
      subtitle: grouping.subtitle[g]!,
      layers: grouping.end[g]! - grouping.start[g]!,
      expanded: isFrame[g] === 1,
      repeats: grouping.repeats[g]!,
      parent: grouping.parent[g]! < 0 ? -1 : shownAs[grouping.parent[g]!]!,
    })),
    boxOfNode,
  };
}

function membersOf(
  { start, end, order }: Grouping,
  { count, node, group }: Visible,
): { memberStart: Uint32Array; members: Int32Array } {
  const memberStart = new Uint32Array(count + 1);
  const size = (b: number): number => (group[b]! >= 0 ? end[group[b]!]! - start[group[b]!]! : node[b]! >= 0 ? 1 : 0);
  for (let b = 0; b < count; b++) memberStart[b + 1] = memberStart[b]! + size(b);
  const members = new Int32Array(memberStart[count]!);
  for (let b = 0; b < count; b++) {
    const g = group[b]!;
    if (g >= 0) members.set(order.subarray(start[g]!, end[g]!), memberStart[b]!);
    else if (node[b]! >= 0) members[memberStart[b]!] = node[b]!;
  }
  return { memberStart, members };
}
