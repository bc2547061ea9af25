import { textOn } from '../../charts/index.ts';
import { inText, middleCut, shapeText } from '../../format/index.ts';
import type { DisplayEdge, DisplayNode } from './display-graph.ts';
import type { Camera, Size } from './graph-camera.ts';
import type { Layout, PlacedBox } from './layered-layout.ts';
import type { LayerData } from './use-layers.ts';

export interface Drawing {
  readonly layout: Layout;
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
  readonly data: LayerData;
  readonly total: number;
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
}

/** Colours of the theme, read from the page's tokens once per painting. */
export type Palette = Readonly<
  Record<'bg' | 'ink' | 'ink2' | 'ink3' | 'control' | 'accent' | 'line1' | 'hover', string>
>;

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: token('bg'),
    ink: token('ink'),
    ink2: token('ink2'),
    ink3: token('ink3'),
    control: token('control'),
    accent: token('accent'),
    line1: token('line1'),
    hover: token('hover'),
  };
}

const MONO = '500 12px "JetBrains Mono Variable", monospace';
const SANS = '400 11px "Inter Variable", sans-serif';
const STRONG = '600 12px "Inter Variable", sans-serif';
/** Labels vanish below 40 % zoom. */
const LABELS_FROM = 0.4;

/** Paints what is on the screen. Cheap enough to run on each frame of a pan: boxes off the screen are skipped. */
export function paintGraph(
  context: CanvasRenderingContext2D,
  drawing: Drawing,
  camera: Camera,
  screen: Size,
  palette: Palette,
): void {
  context.clearRect(0, 0, screen.width, screen.height);
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.scale, camera.scale);
  const top = -camera.y / camera.scale;
  const bottom = (screen.height - camera.y) / camera.scale;
  const labels = camera.scale >= LABELS_FROM;
  drawing.edges.forEach((edge, i) => {
    const route = drawing.layout.routes[i];
    const first = route?.[0];
    const last = route?.at(-1);
    if (route && first && last && first[1] <= bottom && last[1] >= top)
      paintEdge(context, route, edge, palette, labels);
  });
  drawing.layout.boxes.forEach((box, i) => {
    if (box.y <= bottom && box.y + box.height >= top)
      paintBox(context, box, drawing.nodes[i] as DisplayNode, drawing, palette, labels);
  });
  context.restore();
}

function paintEdge(
  context: CanvasRenderingContext2D,
  route: Layout['routes'][number],
  edge: DisplayEdge,
  palette: Palette,
  labels: boolean,
): void {
  context.strokeStyle = palette.control;
  context.lineWidth = edge.bytes === undefined ? 1 : Math.min(5, 1 + Math.log2(1 + edge.bytes / 4096) * 0.6);
  context.beginPath();
  const [x0, y0] = route[0] as readonly [number, number];
  context.moveTo(x0, y0);
  for (let k = 1; k < route.length; k++) {
    const [x, y] = route[k] as readonly [number, number];
    const [px, py] = route[k - 1] as readonly [number, number];
    if (px === x) context.lineTo(x, y);
    else context.bezierCurveTo(px, (py + y) / 2, x, (py + y) / 2, x, y);
  }
  context.stroke();
  const [x, y] = route.at(-1) as readonly [number, number];
  context.fillStyle = palette.control;
  context.beginPath();
  context.moveTo(x - 4, y - 6);
  context.lineTo(x + 4, y - 6);
  context.lineTo(x, y);
  context.fill();
  if (!labels || !edge.shape || route.length > 2) return;
  const shape = edge.shape.length > 1 && edge.shape[0] === 1 ? edge.shape.slice(1) : edge.shape;
  context.font = SANS;
  context.fillStyle = palette.ink3;
  context.textAlign = 'left';
  context.fillText(
    `${shapeText(shape)}${edge.bytes === undefined ? '' : `, ${inText(edge.bytes, 'bytes')}`}`,
    (x0 + x) / 2 + 8,
    (y0 + y) / 2 + 3,
  );
}

function paintBox(
  context: CanvasRenderingContext2D,
  box: PlacedBox,
  node: DisplayNode,
  drawing: Drawing,
  palette: Palette,
  labels: boolean,
): void {
  const { values, heat, metric } = drawing.data;
  const value = node.kind === 'layer' ? values.get(node.id) : undefined;
  const fill = value === undefined ? palette.bg : heat.color(value);
  context.fillStyle = fill;
  context.strokeStyle = palette.control;
  context.lineWidth = 1;
  rounded(context, box, 2);
  context.fill();
  context.stroke();
  if (node.id === drawing.hovered) ring(context, box, palette.ink, 1.3);
  if (node.id === drawing.selected) ring(context, box, palette.accent, 2);
  if (!labels) return;
  const color = value === undefined ? palette.ink : textOn(fill);
  context.fillStyle = color;
  context.textBaseline = 'middle';
  const tall = node.operator !== '';
  const upper = box.y + (tall ? 13 : box.height / 2);
  context.textAlign = 'left';
  context.font = MONO;
  const figure = value === undefined ? '' : inText(value, metric.kind);
  context.fillText(middleCut(node.name, figure ? 17 : 24), box.x + 8, upper);
  context.font = STRONG;
  context.textAlign = 'right';
  if (figure) context.fillText(figure, box.x + box.width - 8, upper);
  if (!tall) return;
  context.font = SANS;
  const share = value !== undefined && drawing.total > 0 ? `${((100 * value) / drawing.total).toPrecision(2)} %` : '';
  if (share && metric.id !== 'intensity' && metric.id !== 'bits')
    context.fillText(share, box.x + box.width - 8, box.y + 27);
  context.textAlign = 'left';
  context.fillText(middleCut(node.operator, 26), box.x + 8, box.y + 27);
}

function rounded(context: CanvasRenderingContext2D, box: PlacedBox, radius: number): void {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, radius);
}

function ring(context: CanvasRenderingContext2D, box: PlacedBox, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(box.x - 3, box.y - 3, box.width + 6, box.height + 6, 4);
  context.stroke();
}
