import type { Rect } from './camera.ts';
import type { Scene } from './scene.ts';

export interface BoxStyle {
  readonly fill?: string;
  readonly stroke?: string;
  /** Of the stroke, px of the drawing; 1 without. */
  readonly width?: number;
  readonly radius?: number;
  readonly dashed?: boolean;
}

/** What the drawing is made of, so that the screen and an SVG file get the same. Coordinates in px of the drawing. */
export interface Pen {
  box(x: number, y: number, width: number, height: number, style: BoxStyle): void;
  /** `y` is the middle of the line. `whole`: what `text` was cut from, for a pen that can keep it. */
  text(
    text: string,
    x: number,
    y: number,
    font: string,
    color: string,
    align: 'left' | 'right' | 'center',
    whole?: string,
  ): void;
  /** Edges of the scene, by index, as lines. */
  lines(scene: Scene, edges: readonly number[], color: string, width: number): void;
  /** Heads of arrows that point down; x, y per tip. */
  heads(tips: readonly number[], color: string, size: number): void;
  /** Strength of what follows, 0 … 1. */
  strength(share: number): void;
}

const DASHES = [4, 3];

/** Draws on a canvas whose transform is set; lines are kept to `seen`, so that long ones cost no more than short ones. */
export function canvasPen(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D, seen: Rect): Pen {
  const margin = 64;
  const [left, top] = [seen.x - margin, seen.y - margin];
  const [right, bottom] = [seen.x + seen.width + margin, seen.y + seen.height + margin];
  const across = (x: number): number => (x < left ? left : x > right ? right : x);
  const down = (y: number): number => (y < top ? top : y > bottom ? bottom : y);
  context.textBaseline = 'middle';
  return {
    box: (x, y, width, height, style) => canvasBox(context, x, y, width, height, style),
    text: (text, x, y, font, color, align) => {
      context.font = font;
      context.fillStyle = color;
      context.textAlign = align;
      context.fillText(text, x, y);
    },
    lines: ({ start, points }, edges, color, width) => {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      for (const e of edges) {
        const end = start[e + 1] as number;
        // All pieces are upright or level: moving their ends to the margin changes nothing that is seen.
        for (let k = start[e] as number, first = true; k < end; k++, first = false) {
          const x = across(points[2 * k] as number);
          const y = down(points[2 * k + 1] as number);
          if (first) context.moveTo(x, y);
          else context.lineTo(x, y);
        }
      }
      context.stroke();
    },
    heads: (tips, color, size) => {
      context.fillStyle = color;
      context.beginPath();
      for (let k = 0; k < tips.length; k += 2) {
        const [x, y] = [tips[k] as number, tips[k + 1] as number];
        context.moveTo(x - size, y - 1.5 * size);
        context.lineTo(x + size, y - 1.5 * size);
        context.lineTo(x, y);
      }
      context.fill();
    },
    strength: (share) => {
      context.globalAlpha = share;
    },
  };
}

function canvasBox(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  style: BoxStyle,
): void {
  if (style.fill !== undefined) {
    context.fillStyle = style.fill;
    if (!style.radius && style.stroke === undefined) {
      context.fillRect(x, y, width, height);
      return;
    }
  }
  context.beginPath();
  if (style.radius) context.roundRect(x, y, width, height, style.radius);
  else context.rect(x, y, width, height);
  if (style.fill !== undefined) context.fill();
  if (style.stroke === undefined) return;
  context.strokeStyle = style.stroke;
  context.lineWidth = style.width ?? 1;
  if (style.dashed) context.setLineDash(DASHES);
  context.stroke();
  if (style.dashed) context.setLineDash([]);
}
