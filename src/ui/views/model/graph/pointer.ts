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
  const down = new Map<number, Pressed>();
  let dragged = false;
  let pressedKind: Target['kind'] = 'ground';

  const place = (event: PointerEvent | WheelEvent | MouseEvent): readonly [number, number] => {
    const bounds = canvas.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const move = (to: (camera: Camera) => Camera): void => {
    const camera = stage.camera();
    if (camera) stage.go(to(camera));
  };
  const zoom = (factor: number, at: readonly [number, number]): void =>
    move((camera) => zoomedAt(camera, factor, at, leastOf(stage)));

  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const [x, y] = place(event);
    if (down.size === 0) dragged = false;
    down.set(event.pointerId, { x, y });
    canvas.setPointerCapture(event.pointerId);
  };
  const onMove = (event: PointerEvent): void => {
    const [x, y] = place(event);
    const own = down.get(event.pointerId);
    if (!own) {
      if (event.pointerType === 'touch') return;
      const target = targetAt(stage, x, y, FINE_REACH);
      canvas.style.cursor = target.kind === 'ground' ? '' : 'pointer';
      actions.hover(target);
      return;
    }
    if (!dragged && down.size === 1 && Math.hypot(x - own.x, y - own.y) < CLICK_PIXELS) return;
    dragged = true;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const was = Math.hypot(own.x - other.x, own.y - other.y);
      const is = Math.hypot(x - other.x, y - other.y);
      move((camera) => moved(camera, (x - own.x) / 2, (y - own.y) / 2));
      if (was > 0) zoom(is / was, [(x + other.x) / 2, (y + other.y) / 2]);
    } else move((camera) => moved(camera, x - own.x, y - own.y));
    own.x = x;
    own.y = y;
  };
  const onUp = (event: PointerEvent): void => {
    const own = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (!own || dragged || down.size > 0 || event.type === 'pointercancel') return;
    const target = targetAt(stage, own.x, own.y, event.pointerType === 'touch' ? TOUCH_REACH : FINE_REACH);
    pressedKind = target.kind;
    actions.press(target);
  };
  const onDouble = (event: MouseEvent): void => {
    // The second press on a sign has toggled already, and what lies there now may be another box.
    if (pressedKind !== 'toggle') actions.doublePress(targetAt(stage, ...place(event), FINE_REACH));
  };
  const onLeave = (): void => actions.hover({ kind: 'ground' });
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * LINE_PIXELS : event.deltaY;
    zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH_STEP : WHEEL_STEP)), place(event));
  };

  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('pointercancel', onUp);
  canvas.addEventListener('pointerleave', onLeave);
  canvas.addEventListener('dblclick', onDouble);
  // Not by React, whose own listener is passive and could not keep the page from scrolling.
  canvas.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    canvas.removeEventListener('pointerdown', onDown);
    canvas.removeEventListener('pointermove', onMove);
    canvas.removeEventListener('pointerup', onUp);
    canvas.removeEventListener('pointercancel', onUp);
    canvas.removeEventListener('pointerleave', onLeave);
    canvas.removeEventListener('dblclick', onDouble);
    canvas.removeEventListener('wheel', onWheel);
  };
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
