import type { Size } from './camera.ts';
import type { Drawing } from './draw.ts';
import { type FarColours, painter } from './paint.ts';
import type { Stage } from './stage.ts';
import { hiddenCanvas } from './texts.ts';

/** Browsers refuse larger canvases, or run out of memory. */
const MOST_SIDE = 8192;
const MOST_AREA = 32_000_000;
const LEAST_RATIO = 1;
const MARGIN = 16;

/** Pixels per px of the drawing at which all of it fits in a picture; undefined: it is too large to be read. */
export function wholeRatio(drawing: Size): number | undefined {
  const [width, height] = [drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN];
  const ratio = Math.min(2, MOST_SIDE / width, MOST_SIDE / height, Math.sqrt(MOST_AREA / (width * height)));
  return ratio >= LEAST_RATIO ? ratio : undefined;
}

/** A PNG of the whole drawing, or of what is on the screen where the whole is too large. */
export async function pngOf(drawing: Drawing, far: FarColours, stage: Stage): Promise<Uint8Array | undefined> {
  const { width, height } = drawing.scene.diagram;
  const whole = wholeRatio({ width, height });
  const camera = whole === undefined ? stage.camera() : { x: MARGIN, y: MARGIN, scale: 1 };
  const size = whole === undefined ? stage.size() : { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  const ratio = whole ?? Math.max(2, devicePixelRatio || 1);
  const canvas = hiddenCanvas();
  [canvas.width, canvas.height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  const context = canvas.getContext('2d');
  if (!context || !camera) {
    canvas.remove();
    return undefined;
  }
  painter(context)({ ...drawing, hovered: -1, cursor: -1 }, far, camera, size, ratio);
  canvas.remove();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  return blob ? new Uint8Array(await blob.arrayBuffer()) : undefined;
}
