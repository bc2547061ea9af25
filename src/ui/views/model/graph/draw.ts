import type { Diagram } from '../../../../diagram/index.ts';
import { inText } from '../../../format/index.ts';
import type { Rect } from './camera.ts';
import { type BoxColours, figureOf, type Palette } from './colours.ts';
import type { Emphasis, Mark } from './emphasis.ts';
import type { Pen } from './pen.ts';
import {
  boxesIn,
  crossed,
  EDGE_WIDTHS,
  edgesIn,
  FRAME,
  GROUP,
  HEADER,
  LAYER,
  onBorder,
  rectOf,
  type Scene,
  togglePlace,
} from './scene.ts';
import { cutTo, type Measure, MONO, SANS, STRONG } from './texts.ts';

/** All that is needed to draw; -1 for no box. */
export interface Drawing {
  readonly scene: Scene;
  readonly colours: BoxColours;
  readonly emphasis: Emphasis;
  readonly palette: Palette;
  readonly selected: number;
  readonly hovered: number;
  /** Where the keys are, if that is not the selected box. */
  readonly cursor: number;
  readonly texts: BoxTexts;
}

/** Names and figures vanish below 40 % zoom (look.md), second lines and labels of edges a little above. */
export const NAMES_FROM = 0.4;
const DETAILS_FROM = 0.5;
const BORDERS_FROM = 0.2;
const HEADS_FROM = 0.25;
const DIMMED = 0.28;
/** So far beyond its rectangle a box may draw: toggles, stacks, rings. */
export const OVERHANG = 22;
const PAD = 8;
/** Half a box, and half the gap beside it. */
const LABEL_ROOM = 112;
/** With more edges on the screen there is no room for labels. */
const MOST_LABELLED = 600;
/** More hits than this on a far view are told by colour alone. */
const MOST_RINGS = 500;

/** The texts of boxes, cut and measured once per drawing. */
export interface BoxTexts {
  readonly measure: Measure;
  of(box: number): BoxText;
  /** Of an edge, from the one that says most. */
  labels(edge: number): readonly string[];
}

export interface BoxText {
  readonly title: string;
  readonly subtitle: string;
  readonly value: string;
  readonly share: string;
}

export function boxTexts(scene: Scene, colours: BoxColours, measure: Measure): BoxTexts {
  const { boxes, edges } = scene.diagram;
  const cached: (BoxText | undefined)[] = [];
  const labels: (readonly string[] | undefined)[] = [];
  return {
    measure,
    of(box) {
      const known = cached[box];
      if (known) return known;
      const { value, share } = figureOf(colours, box);
      const frame = boxes.kind[box] === FRAME;
      const room = (boxes.rect[4 * box + 2] as number) - 2 * PAD - (frame ? 18 : 0);
      const right = frame ? measure(frameFigure(value, share), SANS) : measure(value, STRONG);
      const lower = share && !frame ? measure(share, SANS) + PAD : 0;
      const text = {
        title: cutTo(shortTitle(scene.diagram, box), room - (right > 0 ? right + PAD : 0), MONO, measure),
        subtitle: cutTo(boxes.subtitle[box] as string, room - lower, SANS, measure),
        value,
        share,
      };
      cached[box] = text;
      return text;
    },
    labels(edge) {
      labels[edge] ??= labelsOf(edges.label[edge] as string, edges.bytes[edge] as number, measure);
      return labels[edge];
    },
  };
}

/** '16×32×32, 16 KiB', then '16×32×32' for where there is no room for the bytes. */
function labelsOf(shape: string, bytes: number, measure: Measure): readonly string[] {
  const short = cutTo(shape, LABEL_ROOM, SANS, measure);
  return Number.isNaN(bytes) ? [short] : [`${short}, ${inText(bytes, 'bytes')}`, short];
}

/** The name without what the frames around already say: 'conv1' in the frame 'layer1' of 'layer1/conv1'. */
function shortTitle({ boxes }: Diagram, box: number): string {
  const title = boxes.title[box] as string;
  let path = '';
  for (let frame = boxes.parent[box] as number; frame >= 0; frame = boxes.parent[frame] as number)
    path = `${boxes.title[frame]}/${path}`;
  return path !== '' && title.length > path.length && title.startsWith(path) ? title.slice(path.length) : title;
}

const frameFigure = (value: string, share: string): string => (share ? `${value}, ${share}` : value);

/** What is drawn: everything, all but edges (and the ground of frames), or only what is set off. The rest is on the raster then. */
export type Part = 'all' | 'boxes' | 'rings';

/** Draws the part `seen` of the drawing at this scale: frames, edges, boxes, then what is set off. */
export function draw(pen: Pen, drawing: Drawing, seen: Rect, scale: number, part: Part): void {
  const { scene, emphasis } = drawing;
  const { kind, rect } = scene.diagram.boxes;
  const boxes = part === 'rings' && !emphasis.dims ? [] : boxesIn(rect, seen, OVERHANG);
  if (part === 'rings') {
    drawRings(pen, drawing, scale, boxes.length > MOST_RINGS ? [] : boxes);
    return;
  }
  const frames = boxes.filter((b) => kind[b] === FRAME);
  const solid = boxes.filter((b) => kind[b] !== FRAME);
  for (const box of frames) drawFrame(pen, drawing, box, part === 'all');
  const edges = part === 'all' ? edgesIn(scene.edgeBounds, seen) : [];
  drawEdges(pen, drawing, edges, scale);
  if (scale >= DETAILS_FROM) drawLabels(pen, drawing, edges, frames);
  if (emphasis.dims) {
    pen.strength(DIMMED);
    for (const box of solid) if (!emphasis.strong[box]) drawBox(pen, drawing, box, scale);
    pen.strength(1);
    for (const box of solid) if (emphasis.strong[box]) drawBox(pen, drawing, box, scale);
  } else for (const box of solid) drawBox(pen, drawing, box, scale);
  for (const box of frames) drawHeader(pen, drawing, box, scale);
  drawRings(pen, drawing, scale, boxes);
}

function drawFrame(pen: Pen, { scene, palette }: Drawing, box: number, filled: boolean): void {
  const { x, y, width, height } = rectOf(scene.diagram, box);
  const fill = filled ? { fill: palette.sunk } : {};
  pen.box(x, y, width, height, { ...fill, stroke: palette.control, dashed: true, radius: 2 });
}

function drawHeader(pen: Pen, drawing: Drawing, box: number, scale: number): void {
  if (scale < NAMES_FROM) return;
  const { scene, palette, texts } = drawing;
  const { x, y, width } = rectOf(scene.diagram, box);
  const { title, value, share } = texts.of(box);
  drawToggle(pen, drawing, box);
  pen.text(title, x + 26, y + HEADER / 2, MONO, palette.ink, 'left', scene.diagram.boxes.title[box]);
  pen.text(frameFigure(value, share), x + width - PAD, y + HEADER / 2, SANS, palette.ink2, 'right');
}

/** A square with a plus or a minus. */
function drawToggle(pen: Pen, { scene, palette }: Drawing, box: number): void {
  const place = togglePlace(scene.diagram, box);
  if (!place) return;
  const [x, y] = place;
  pen.box(x - 5, y - 5, 10, 10, { fill: palette.bg, stroke: palette.ink2 });
  pen.box(x - 3, y - 0.5, 6, 1, { fill: palette.ink2 });
  if (scene.diagram.boxes.kind[box] === GROUP) pen.box(x - 0.5, y - 3, 1, 6, { fill: palette.ink2 });
}

/** Per width one stroke; below 40 % zoom all are as thin as can be seen. */
function drawEdges(pen: Pen, drawing: Drawing, edges: readonly number[], scale: number): void {
  const { scene, emphasis, palette } = drawing;
  const plain = edges.filter((e) => emphasis.edge[e] === 0);
  const byWidth = (list: readonly number[], color: string, more: number): void => {
    EDGE_WIDTHS.forEach((width, k) => {
      const own = list.filter((e) => scene.edgeClass[e] === k);
      if (own.length === 0) return;
      pen.lines(scene, own, color, Math.max((scale < NAMES_FROM ? 1 : width) + more, 0.6 / scale));
    });
    if (scale >= HEADS_FROM) pen.heads(tipsOf(scene, list), color, 4);
  };
  if (emphasis.dims) pen.strength(DIMMED);
  byWidth(plain, palette.control, 0);
  pen.strength(1);
  if (!emphasis.dims) return;
  const upOrDown = edges.filter((e) => emphasis.edge[e] === 1);
  if (upOrDown.length > 0) byWidth(upOrDown, palette.ink, 0.5);
  const followed = edges.filter((e) => emphasis.edge[e] === 2);
  if (followed.length > 0) byWidth(followed, palette.accentInk, 1);
}

function tipsOf({ start, points }: Scene, edges: readonly number[]): number[] {
  const tips: number[] = [];
  for (const e of edges) {
    const last = (start[e + 1] as number) - 1;
    if (last > (start[e] as number)) tips.push(points[2 * last] as number, points[2 * last + 1] as number);
  }
  return tips;
}

/** Shape and bytes beside an edge, under its box or over the next, where neither edges nor frames pass. */
function drawLabels(pen: Pen, drawing: Drawing, edges: readonly number[], frames: readonly number[]): void {
  if (edges.length > MOST_LABELLED) return;
  const { scene, palette, texts, emphasis } = drawing;
  if (emphasis.dims) pen.strength(DIMMED);
  for (const e of edges) {
    if (!scene.labelled[e]) continue;
    for (const text of texts.labels(e)) {
      const place = labelPlace(scene, e, texts.measure(text, SANS), edges, frames);
      if (!place) continue;
      pen.text(text, place.x, place.y, SANS, palette.ink3, 'left');
      break;
    }
  }
  pen.strength(1);
}

/** Where a label of this width fits; undefined: nowhere. */
function labelPlace(
  scene: Scene,
  edge: number,
  width: number,
  edges: readonly number[],
  frames: readonly number[],
): { readonly x: number; readonly y: number } | undefined {
  const { start, points } = scene;
  const [first, last] = [2 * (start[edge] as number), 2 * (start[edge + 1] as number) - 2];
  for (const [at, y] of [
    [first, (points[first + 1] as number) + 15],
    [last, (points[last + 1] as number) - 17],
    [first, ((points[first + 1] as number) + (points[first + 3] as number)) / 2],
  ] as const) {
    const line = points[at] as number;
    for (const x of [line + 8, line - 8 - width]) {
      const room = { x: x - 2, y: y - 7, width: width + 4, height: 13 };
      const free = !crossed(scene, edges, room) && !frames.some((f) => onBorder(rectOf(scene.diagram, f), room));
      if (free) return { x, y };
    }
  }
  return undefined;
}

function drawBox(pen: Pen, drawing: Drawing, box: number, scale: number): void {
  const { scene, colours, palette, emphasis } = drawing;
  const { rect, kind } = scene.diagram.boxes;
  const at = 4 * box;
  const [x, y] = [rect[at] as number, rect[at + 1] as number];
  const [width, height] = [rect[at + 2] as number, rect[at + 3] as number];
  const step = colours.fill[box] as number;
  const fill = colours.fills[step] as string;
  const mark = emphasis.marks.get(box);
  if (scale < BORDERS_FROM) {
    pen.box(x, y, width, height, { fill: step === 0 ? palette.line1 : fill });
    if (mark) drawMark(pen, drawing, box, mark, scale);
    return;
  }
  const stroke = emphasis.hit[box] ? palette.ink : palette.control;
  const lineWidth = emphasis.hit[box] ? Math.max(1.6, 1.2 / scale) : 1;
  if (kind[box] === GROUP) {
    for (const off of [5, 2.5])
      pen.box(x + off, y + off, width, height, { fill: palette.bg, stroke: palette.control, radius: 2 });
  }
  pen.box(x, y, width, height, {
    fill,
    stroke,
    width: lineWidth,
    radius: scale < NAMES_FROM ? 0 : 2,
    dashed: mark === 'removed',
  });
  if (scale >= NAMES_FROM) drawTexts(pen, drawing, box, scale, colours.inks[step] as string);
  if (mark) drawMark(pen, drawing, box, mark, scale);
}

function drawTexts(pen: Pen, drawing: Drawing, box: number, scale: number, ink: string): void {
  const { scene, texts } = drawing;
  const { x, y, width, height } = rectOf(scene.diagram, box);
  const { title, subtitle, value, share } = texts.of(box);
  const two = height > 30;
  const details = two && scale >= DETAILS_FROM;
  const upper = y + (details ? 12.5 : height / 2 + 0.5);
  const center = (scene.diagram.boxes.kind[box] as number) < LAYER;
  const whole = scene.diagram.boxes.title[box];
  if (center) pen.text(title, x + width / 2, upper, MONO, ink, 'center', whole);
  else pen.text(title, x + PAD, upper, MONO, ink, 'left', whole);
  if (value) pen.text(value, x + width - PAD, upper, STRONG, ink, 'right');
  if (scene.diagram.boxes.kind[box] === GROUP) drawToggle(pen, drawing, box);
  if (!details) return;
  if (subtitle) pen.text(subtitle, x + PAD, y + 27, SANS, ink, 'left');
  if (share) pen.text(share, x + width - PAD, y + 27, SANS, ink, 'right');
}

const SIGNS: Readonly<Record<Mark, string>> = { added: '+', removed: '\u2212', changed: '~' };

const markColor = (drawing: Drawing, mark: Mark): string =>
  mark === 'added' ? drawing.palette.ok : mark === 'removed' ? drawing.palette.bad : drawing.palette.warn;

/** A bar at the left edge and, where there is room, a square with the sign. */
function drawMark(pen: Pen, drawing: Drawing, box: number, mark: Mark, scale: number): void {
  const { x, y, height } = rectOf(drawing.scene.diagram, box);
  const color = markColor(drawing, mark);
  const width = Math.max(4, 2 / scale);
  pen.box(x - width, y, width, height, { fill: color });
  if (scale < NAMES_FROM) return;
  pen.box(x - 9, y - 7, 14, 14, { fill: color, radius: 2 });
  pen.text(SIGNS[mark], x - 2, y + 0.5, STRONG, drawing.palette.bg, 'center');
}

/** Rings keep their width on the screen: selection accent, hovered ink, cursor an ink square, the followed tensor's boxes. */
function drawRings(pen: Pen, drawing: Drawing, scale: number, visible: readonly number[]): void {
  const { scene, emphasis, palette, selected, hovered, cursor } = drawing;
  const ring = (box: number, stroke: string, width: number, gap: number, radius: number): void => {
    const { x, y, width: w, height: h } = rectOf(scene.diagram, box);
    const [px, off] = [Math.max(1, 1 / scale), gap * Math.max(1, 0.6 / scale)];
    pen.box(x - off, y - off, w + 2 * off, h + 2 * off, { stroke, width: width * px, radius: radius * px });
  };
  if (emphasis.dims) {
    for (const box of visible) if (emphasis.onPath[box]) ring(box, palette.accentInk, 1.5, 0, 2);
    if (scale < BORDERS_FROM) for (const box of visible) if (emphasis.hit[box]) ring(box, palette.ink, 1, 0, 0);
  }
  if (hovered >= 0 && hovered !== selected) ring(hovered, palette.ink, 1.3, 2, 3);
  if (selected >= 0) ring(selected, palette.accent, 2, 3, 4);
  if (cursor >= 0 && cursor !== selected) ring(cursor, palette.ink, 2, 4, 0);
}
