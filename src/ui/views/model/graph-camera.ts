/** What part of the drawing is seen: screen = world · scale + (x, y). */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MIN_SCALE = 0.02;
const MAX_SCALE = 3;
const MARGIN = 24;
/** A drawing that would become smaller than this to fit is shown from its top at this scale instead: names stay readable. */
const LEAST_READABLE = 0.45;

/** A drawing, and where its first box stands across: what is shown when not all of it fits. */
export interface Drawn extends Size {
  readonly boxes: readonly { readonly x: number; readonly width: number }[];
}

/** The whole drawing where it stays readable, else its top around the first box. */
export function fitted(drawing: Drawn, screen: Size, whole: 'whole' | 'readable'): Camera {
  if (drawing.width <= 0 || drawing.height <= 0 || screen.width <= 0 || screen.height <= 0)
    return { x: MARGIN, y: MARGIN, scale: 1 };
  const across = (screen.width - 2 * MARGIN) / drawing.width;
  const down = (screen.height - 2 * MARGIN) / drawing.height;
  const all = Math.min(1, across, down);
  const scale =
    whole === 'whole' || all >= LEAST_READABLE ? all : Math.min(1, Math.max(LEAST_READABLE, Math.min(across, 1)));
  const [first] = drawing.boxes;
  const around = first && drawing.width * scale > screen.width;
  return {
    scale,
    x: screen.width / 2 - (around ? first.x + first.width / 2 : drawing.width / 2) * scale,
    y: Math.max(MARGIN, all >= scale ? (screen.height - drawing.height * scale) / 2 : MARGIN),
  };
}

/** Zooms by `factor` so that the screen point stays where it is. */
export function zoomedAt(camera: Camera, factor: number, at: readonly [number, number]): Camera {
  const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, camera.scale * factor));
  const real = scale / camera.scale;
  return { scale, x: at[0] - (at[0] - camera.x) * real, y: at[1] - (at[1] - camera.y) * real };
}

export const moved = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x + dx,
  y: camera.y + dy,
});

/** The least move that brings a box fully on the screen. */
export function revealing(
  camera: Camera,
  box: { x: number; y: number; width: number; height: number },
  screen: Size,
): Camera {
  const [left, top] = [box.x * camera.scale + camera.x, box.y * camera.scale + camera.y];
  const [right, bottom] = [left + box.width * camera.scale, top + box.height * camera.scale];
  const shift = (low: number, high: number, size: number): number => {
    if (low < MARGIN) return MARGIN - low;
    if (high > size - MARGIN) return Math.max(size - MARGIN - high, MARGIN - low);
    return 0;
  };
  return moved(camera, shift(left, right, screen.width), shift(top, bottom, screen.height));
}
