import { type Camera, leastScale, moved, zoomedAt } from './camera.ts';
import { NAMES_FROM } from './draw.ts';
import { boxAt, edgeAt, toggleAt } from './scene.ts';
import type { Stage } from './stage.ts';

/** What was pressed, or is under the pointer; boxes and edges by index. */
export type Target =
  | { readonly kind: 'toggle' | 'box'; readonly box: number }
  | { readonly kind: 'edge'; readonly edge: number }
  | { readonly kind: 'ground' };

export interface PointerActions {
  hover(target: Target): void;
  press(target: Target): void;
  doublePress(target: Target): void;
}

const CLICK_PIXELS = 4;
/** Half the side of what answers to a press, screen px. */
const FINE_REACH = 8;
const TOUCH_REACH = 22;
const WHEEL_STEP = 0.0015;
const PINCH_STEP = 0.01;
const LINE_PIXELS = 16;

interface Pressed {
  x: number;
  y: number;
}

/** Drag pans, wheel and two fingers zoom where they are, a press without moving acts. Returns what ends it. */
export function attachPointer(canvas: HTMLCanvasElement, stage: Stage, actions: PointerActions): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const gestures = gesturesOn(canvas, stage, actions);
  canvas.addEventListener('pointerdown', gestures.down, { signal });
  canvas.addEventListener('pointermove', gestures.move, { signal });
  canvas.addEventListener('pointerup', gestures.up, { signal });
  canvas.addEventListener('pointercancel', gestures.up, { signal });
  canvas.addEventListener('pointerleave', () => actions.hover({ kind: 'ground' }), { signal });
  canvas.addEventListener('dblclick', gestures.double, { signal });
  // Not by React, whose own listener is passive and could not keep the page from scrolling.
  canvas.addEventListener('wheel', gestures.wheel, { signal, passive: false });
  return () => ended.abort();
}

function gesturesOn(canvas: HTMLCanvasElement, stage: Stage, actions: PointerActions) {
  const pressed = new Map<number, Pressed>();
  let dragged = false;
  let pressedKind: Target['kind'] = 'ground';
  const place = (event: MouseEvent): readonly [number, number] => {
    const bounds = canvas.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  return {
    down: (event: PointerEvent): void => {
      if (event.button !== 0) return;
      const [x, y] = place(event);
      if (pressed.size === 0) dragged = false;
      pressed.set(event.pointerId, { x, y });
      canvas.setPointerCapture(event.pointerId);
    },
    move: (event: PointerEvent): void => {
      const [x, y] = place(event);
      const own = pressed.get(event.pointerId);
      if (!own) {
        if (event.pointerType === 'touch') return;
        const target = targetAt(stage, x, y, FINE_REACH);
        canvas.style.cursor = target.kind === 'ground' ? '' : 'pointer';
        actions.hover(target);
        return;
      }
      if (!dragged && pressed.size === 1 && Math.hypot(x - own.x, y - own.y) < CLICK_PIXELS) return;
      dragged = true;
      const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
      if (other) pinch(stage, own, { x, y }, other);
      else moveCamera(stage, (camera) => moved(camera, x - own.x, y - own.y));
      own.x = x;
      own.y = y;
    },
    up: (event: PointerEvent): void => {
      const own = pressed.get(event.pointerId);
      pressed.delete(event.pointerId);
      if (!own || dragged || pressed.size > 0 || event.type === 'pointercancel') return;
      const target = targetAt(stage, own.x, own.y, event.pointerType === 'touch' ? TOUCH_REACH : FINE_REACH);
      pressedKind = target.kind;
      actions.press(target);
    },
    double: (event: MouseEvent): void => {
      // The second press on a sign has toggled already, and what lies there now may be another box.
      if (pressedKind !== 'toggle') actions.doublePress(targetAt(stage, ...place(event), FINE_REACH));
    },
    wheel: (event: WheelEvent): void => {
      event.preventDefault();
      const pixels = event.deltaMode === 1 ? event.deltaY * LINE_PIXELS : event.deltaY;
      zoom(stage, Math.exp(-pixels * (event.ctrlKey ? PINCH_STEP : WHEEL_STEP)), place(event));
    },
  };
}

function moveCamera(stage: Stage, to: (camera: Camera) => Camera): void {
  const camera = stage.camera();
  if (camera) stage.go(to(camera));
}

const zoom = (stage: Stage, factor: number, at: readonly [number, number]): void =>
  moveCamera(stage, (camera) => zoomedAt(camera, factor, at, leastOf(stage)));

/** One of two fingers has moved: the middle between them is followed, their distance zooms. */
function pinch(stage: Stage, was: Pressed, is: Pressed, other: Pressed): void {
  const before = Math.hypot(was.x - other.x, was.y - other.y);
  moveCamera(stage, (camera) => moved(camera, (is.x - was.x) / 2, (is.y - was.y) / 2));
  const now = Math.hypot(is.x - other.x, is.y - other.y);
  if (before > 0) zoom(stage, now / before, [(is.x + other.x) / 2, (is.y + other.y) / 2]);
}

export function leastOf(stage: Stage): number {
  const diagram = stage.drawing()?.scene.diagram;
  return diagram ? leastScale(diagram, stage.size()) : 0.02;
}

/** What is at a place on the canvas: signs before boxes before edges. */
export function targetAt(stage: Stage, x: number, y: number, reach: number): Target {
  const [camera, drawing] = [stage.camera(), stage.drawing()];
  if (!camera || !drawing) return { kind: 'ground' };
  const { scene } = drawing;
  const [wx, wy] = [(x - camera.x) / camera.scale, (y - camera.y) / camera.scale];
  const near = reach / camera.scale;
  if (camera.scale >= NAMES_FROM) {
    const toggle = toggleAt(scene.diagram, wx, wy, near);
    if (toggle >= 0) return { kind: 'toggle', box: toggle };
  }
  const box = boxAt(scene.diagram, wx, wy, Math.max(0, 2 / camera.scale - 8));
  if (box >= 0) return { kind: 'box', box };
  const edge = camera.scale >= NAMES_FROM ? edgeAt(scene, wx, wy, near / 2) : -1;
  return edge >= 0 ? { kind: 'edge', edge } : { kind: 'ground' };
}
