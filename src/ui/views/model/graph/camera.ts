/** What part of the drawing is seen: screen = world · scale + (x, y), in CSS px. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

const LEAST_SCALE = 0.02;
const MOST_SCALE = 3;
const MARGIN = 24;
/** A drawing that would become smaller than this to fit is first shown from its top at this scale: names stay readable. */
const LEAST_READABLE = 0.7;
/** Below this a box is a few px wide: a longer drawing is not fitted further, it is scrolled. */
const LEAST_FITTED = 0.02;
/** Below this it is narrower than one px. */
const LEAST_ZOOMED = 0.006;
/** So much of the drawing stays on the screen wherever it is dragged. */
const KEPT = 48;

/** The smallest scale a drawing can be zoomed to: its fit, or 2 %. */
export const leastScale = (drawing: Size, screen: Size): number =>
  Math.min(LEAST_SCALE, Math.max(LEAST_ZOOMED, wholeScale(drawing, screen)));

function wholeScale(drawing: Size, screen: Size): number {
  const across = (screen.width - 2 * MARGIN) / Math.max(1, drawing.width);
  const down = (screen.height - 2 * MARGIN) / Math.max(1, drawing.height);
  return Math.max(1e-4, Math.min(1, across, down));
}

/** The whole drawing, as far as boxes stay visible; what is too long for that is centred on `around`. */
export function fittedWhole(drawing: Size, screen: Size, around: readonly [x: number, y: number]): Camera {
  const all = wholeScale(drawing, screen);
  const scale = Math.max(all, LEAST_FITTED);
  const centre = (length: number, room: number, at: number): number =>
    length * scale <= room
      ? (room - length * scale) / 2
      : Math.min(MARGIN, Math.max(room - MARGIN - length * scale, room / 2 - at * scale));
  return {
    scale,
    x: centre(drawing.width, screen.width, around[0]),
    y: centre(drawing.height, screen.height, around[1]),
  };
}

/** What is shown first: the whole drawing where it stays readable, else its top around `first`. */
export function fittedReadable(drawing: Size, screen: Size, first: Rect | undefined): Camera {
  if (drawing.width <= 0 || drawing.height <= 0 || screen.width <= 0 || screen.height <= 0)
    return { x: MARGIN, y: MARGIN, scale: 1 };
  const all = wholeScale(drawing, screen);
  const across = (screen.width - 2 * MARGIN) / drawing.width;
  const scale = all >= LEAST_READABLE ? all : Math.min(1, Math.max(LEAST_READABLE, across));
  const around = first && drawing.width * scale > screen.width ? first.x + first.width / 2 : drawing.width / 2;
  return {
    scale,
    x: screen.width / 2 - around * scale,
    y: all >= scale ? (screen.height - drawing.height * scale) / 2 : MARGIN,
  };
}

/** Zooms by `factor` so that the screen point stays where it is. */
export function zoomedAt(camera: Camera, factor: number, at: readonly [number, number], least = LEAST_SCALE): Camera {
  const scale = Math.min(MOST_SCALE, Math.max(least, camera.scale * factor));
  const real = scale / camera.scale;
  return { scale, x: at[0] - (at[0] - camera.x) * real, y: at[1] - (at[1] - camera.y) * real };
}

export const moved = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x + dx,
  y: camera.y + dy,
});

/** The camera pushed back so that some of the drawing stays in sight. */
export function kept(camera: Camera, drawing: Size, screen: Size): Camera {
  const back = (at: number, length: number, room: number): number =>
    Math.min(room - KEPT, Math.max(KEPT - length * camera.scale, at));
  return {
    ...camera,
    x: back(camera.x, drawing.width, screen.width),
    y: back(camera.y, drawing.height, screen.height),
  };
}

/** The least move that brings a box fully on the screen. */
export function revealing(camera: Camera, box: Rect, screen: Size): Camera {
  const [left, top] = [box.x * camera.scale + camera.x, box.y * camera.scale + camera.y];
  const [right, bottom] = [left + box.width * camera.scale, top + box.height * camera.scale];
  const shift = (low: number, high: number, size: number): number => {
    if (low < MARGIN) return MARGIN - low;
    if (high > size - MARGIN) return Math.max(size - MARGIN - high, MARGIN - low);
    return 0;
  };
  return moved(camera, shift(left, right, screen.width), shift(top, bottom, screen.height));
}

/** The camera for a new layout, such that a point of the old one stays under the same pixel. */
export const anchored = (camera: Camera, was: readonly [number, number], is: readonly [number, number]): Camera =>
  moved(camera, (was[0] - is[0]) * camera.scale, (was[1] - is[1]) * camera.scale);

/** Between two cameras, `share` 0 … 1: zooms evenly about the point that both show in the same place. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const ratio = to.scale / from.scale;
  if (Math.abs(ratio - 1) < 1e-6) {
    return { scale: to.scale, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  }
  const scale = from.scale * ratio ** share;
  const part = (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** What part of the drawing is on the screen, in px of the drawing. */
export const visibleRect = (camera: Camera, screen: Size): Rect => ({
  x: -camera.x / camera.scale,
  y: -camera.y / camera.scale,
  width: screen.width / camera.scale,
  height: screen.height / camera.scale,
});
