import { between, type Camera, kept, type Size } from './camera.ts';
import type { Drawing } from './draw.ts';
import { type FarColours, painter } from './paint.ts';

/** What stands on the canvas, and the camera on it. Lives beside React: a frame of a drag renders no component. */
export interface Stage {
  /** What is shown now; undefined before the first `go`. */
  readonly camera: () => Camera | undefined;
  /** Where the camera is on its way to, or is. */
  readonly aim: () => Camera | undefined;
  readonly size: () => Size;
  readonly drawing: () => Drawing | undefined;
  show(drawing: Drawing | undefined, far: FarColours | undefined): void;
  resize(size: Size): void;
  /** 'smooth' takes 200 ms, and no time where reduced motion is asked for. */
  go(camera: Camera, how?: 'at once' | 'smooth'): void;
  /** Told of each camera once per painted frame. */
  listen(listener: (camera: Camera, size: Size) => void): () => void;
  end(): void;
}

const SMOOTH_MILLISECONDS = 200;

const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
const eased = (share: number): number => 1 - (1 - share) ** 3;

export function createStage(canvas: HTMLCanvasElement): Stage {
  const context = canvas.getContext('2d', { alpha: false });
  const paint = context ? painter(context) : undefined;
  const listeners = new Set<(camera: Camera, size: Size) => void>();
  let drawing: Drawing | undefined;
  let far: FarColours | undefined;
  let size: Size = { width: 0, height: 0 };
  let camera: Camera | undefined;
  let motion: { from: Camera; to: Camera; since: number } | undefined;
  let pending = 0;

  const frame = (now: number): void => {
    pending = 0;
    if (motion) {
      const share = Math.min(1, Math.max(0, (now - motion.since) / SMOOTH_MILLISECONDS));
      camera = between(motion.from, motion.to, eased(share));
      if (share >= 1) motion = undefined;
      else soon();
    }
    if (!camera || !drawing || !far || !paint || size.width === 0) return;
    paint(drawing, far, camera, size, pixelsOf(canvas, size));
    for (const listener of listeners) listener(camera, size);
  };
  const soon = (): void => {
    if (pending === 0) pending = requestAnimationFrame(frame);
  };
  // Names are measured and drawn in the page's fonts; they may come after the first drawing.
  const restart = (): void => soon();
  document.fonts?.addEventListener('loadingdone', restart);

  return {
    camera: () => camera,
    aim: () => motion?.to ?? camera,
    size: () => size,
    drawing: () => drawing,
    show(nextDrawing, nextFar) {
      [drawing, far] = [nextDrawing, nextFar];
      soon();
    },
    resize(next) {
      if (next.width === size.width && next.height === size.height) return;
      size = next;
      soon();
    },
    go(to, how = 'at once') {
      const { diagram } = drawing?.scene ?? {};
      const target = diagram && size.width > 0 ? kept(to, diagram, size) : to;
      if (how === 'smooth' && camera && !calm()) motion = { from: camera, to: target, since: performance.now() };
      else [camera, motion] = [target, undefined];
      soon();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      cancelAnimationFrame(pending);
      document.fonts?.removeEventListener('loadingdone', restart);
      listeners.clear();
    },
  };
}

/** Gives the canvas the pixels its size takes on this screen; device px per CSS px. */
function pixelsOf(canvas: HTMLCanvasElement, size: Size): number {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  return ratio;
}
