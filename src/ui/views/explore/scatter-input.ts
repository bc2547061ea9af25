import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { setBrush, setZoom } from '../../actions/explore.ts';
import { hoverPoint, selectPoint, togglePoint } from '../../actions/select.ts';
import { getState, useApp } from '../../state/store.ts';
import {
  type BrushPart,
  brushOf,
  dragged,
  nudged,
  partAt,
  type Rect,
  rectBetween,
  rectOf,
  zoomed,
} from './brush-geometry.ts';
import type { Designs } from './designs.ts';
import { type Arrow, nearest, neighbour } from './front-line.ts';
import type { ScatterFrame } from './scatter-frame.ts';

export type Mode = 'brush' | 'zoom';

/** How far from a point a press or the pointer still means it, px. */
const REACH = 16;
/** A press that moves less is a click. */
const CLICK = 4;
const KEY_STEP = 8;
const KEY_ZOOM = 1.4;
type Place = readonly [number, number];

interface Drag {
  readonly start: Place;
  readonly rect?: Rect;
  readonly part?: BrushPart;
  readonly add: boolean;
  moved: boolean;
}

/** Pointer and keys of the scatter. `draft` is the rectangle being drawn; `focused` the point the keys are on. */
export function useScatterInput(designs: Designs, frame: ScatterFrame | undefined, mode: Mode) {
  const brush = useApp((s) => s.exploration.brush);
  const [focused, setFocused] = useState<string | undefined>();
  const [brushKeys, setBrushKeys] = useState(false);
  const brushRect = frame && brush ? rectOf(brush, frame.x, frame.y) : undefined;
  const { pointer, draft } = usePointer(designs, frame, mode, brushRect);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (!frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const done =
      (brushKeys && brushRect && brushKey(event, brushRect, frame, setBrushKeys)) ||
      pointKey(event, designs, frame, focused, setFocused) ||
      letterKey(event, designs, frame, focused, () => setBrushKeys(!brushKeys));
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { pointer, onKeyDown, draft, focused, setFocused, brushKeys };
}

function usePointer(designs: Designs, frame: ScatterFrame | undefined, mode: Mode, brushRect: Rect | undefined) {
  const [draft, setDraft] = useState<Rect | undefined>();
  const drag = useRef<Drag | undefined>(undefined);
  const pointer = {
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      if (!frame || event.button !== 0) return;
      const at = placeOf(event);
      const touch = event.pointerType === 'touch' && mode === 'brush';
      const part = mode === 'brush' && brushRect && !touch ? partAt(brushRect, at) : undefined;
      const add = event.shiftKey || event.ctrlKey || event.metaKey;
      drag.current = { start: at, add, moved: false, ...(part && brushRect ? { part, rect: brushRect } : {}) };
      if (!touch) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<HTMLElement>): void {
      if (!frame) return;
      const at = placeOf(event);
      const now = drag.current;
      if (!now) {
        hoverAt(designs, frame, at);
        return;
      }
      const [dx, dy] = [at[0] - now.start[0], at[1] - now.start[1]];
      if (Math.abs(dx) + Math.abs(dy) > CLICK) now.moved = true;
      if (!now.moved || (event.pointerType === 'touch' && mode === 'brush')) return;
      setDraft(
        now.rect && now.part
          ? dragged(now.rect, now.part, [dx, dy], frame.plot)
          : inside(rectBetween(now.start, at), frame.plot),
      );
    },
    onPointerUp(event: PointerEvent<HTMLElement>): void {
      const now = drag.current;
      drag.current = undefined;
      setDraft(undefined);
      if (!frame || !now) return;
      if (!now.moved) pressAt(designs, frame, placeOf(event), now.add);
      else if (draft && mode === 'zoom') setZoom(brushOf(draft, frame.x, frame.y));
      else if (draft) setBrush(brushOf(draft, frame.x, frame.y));
    },
    onPointerCancel(): void {
      drag.current = undefined;
      setDraft(undefined);
    },
    onPointerLeave: () => hoverPoint(undefined),
    onDoubleClick: () => mode === 'zoom' && setZoom(undefined),
  };
  return { pointer, draft };
}

/** Place in px of the element that listens. */
function placeOf(event: PointerEvent<HTMLElement>): Place {
  const bounds = event.currentTarget.getBoundingClientRect();
  return [event.clientX - bounds.left, event.clientY - bounds.top];
}

const inside = (rect: Rect, bounds: Rect): Rect => ({
  left: Math.max(bounds.left, rect.left),
  right: Math.min(bounds.right, rect.right),
  top: Math.max(bounds.top, rect.top),
  bottom: Math.min(bounds.bottom, rect.bottom),
});

function hoverAt(designs: Designs, frame: ScatterFrame, at: Place): void {
  const found = nearest(frame.xs, frame.ys, at, REACH);
  hoverPoint(found === undefined ? undefined : designs.points[found]?.id);
}

function pressAt(designs: Designs, frame: ScatterFrame, at: Place, add: boolean): void {
  const found = nearest(frame.xs, frame.ys, at, REACH);
  const point = found === undefined ? undefined : designs.points[found];
  if (!point) {
    if (getState().exploration.brush) setBrush(undefined);
    return;
  }
  if (add) togglePoint(point.id);
  else selectPoint(point.id);
}

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function brushKey(event: KeyboardEvent, rect: Rect, frame: ScatterFrame, setKeys: (on: boolean) => void): boolean {
  if (event.key === 'Escape') {
    setKeys(false);
    return true;
  }
  const way = ARROWS[event.key];
  if (!way) return false;
  const by = [way[0] * KEY_STEP, way[1] * KEY_STEP] as const;
  setBrush(brushOf(nudged(rect, by, event.shiftKey ? 'grow' : 'move', frame.plot), frame.x, frame.y));
  return true;
}

/** Arrows, Enter and Space on points. */
function pointKey(
  event: KeyboardEvent,
  designs: Designs,
  frame: ScatterFrame,
  focused: string | undefined,
  setFocused: (id: string) => void,
): boolean {
  const at = focused === undefined ? undefined : designs.indexOf.get(focused);
  if (event.key in ARROWS) {
    const next =
      at === undefined ? startOf(designs) : neighbour(frame.xs, frame.ys, designs.front, at, event.key as Arrow);
    const id = next === undefined ? undefined : designs.points[next]?.id;
    if (id !== undefined) {
      setFocused(id);
      hoverPoint(id);
    }
    return true;
  }
  if (focused === undefined || at === undefined) return false;
  if (event.key === 'Enter') selectPoint(focused);
  else if (event.key === ' ') togglePoint(focused);
  else return false;
  return true;
}

/** Where the keys begin: the active point, else the knee, else the first of the front, else the first point. */
export function startOf(designs: Designs): number | undefined {
  const { activePoint } = getState().selection;
  const active = activePoint === undefined ? undefined : designs.indexOf.get(activePoint);
  return active ?? designs.knee ?? designs.front[0] ?? (designs.points.length > 0 ? 0 : undefined);
}

/** F, + and − always (they are no letters of words being typed); B while single keys are on. */
function letterKey(
  event: KeyboardEvent,
  designs: Designs,
  frame: ScatterFrame,
  focused: string | undefined,
  toggleBrushKeys: () => void,
): boolean {
  const at = focused === undefined ? undefined : designs.indexOf.get(focused);
  const { plot } = frame;
  const center: Place =
    at === undefined
      ? [(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2]
      : [frame.xs[at] as number, frame.ys[at] as number];
  if (event.key === '+' || event.key === '=') zoomAt(frame, KEY_ZOOM, center);
  else if (event.key === '-' || event.key === '\u2212') zoomAt(frame, 1 / KEY_ZOOM, center);
  else if (!getState().settings.singleKeys) return false;
  else if (event.key === 'f' || event.key === 'F') setZoom(undefined);
  else if (event.key === 'b' || event.key === 'B') {
    if (!getState().exploration.brush) {
      const rect = { left: center[0] - 50, right: center[0] + 50, top: center[1] - 36, bottom: center[1] + 36 };
      setBrush(brushOf(inside(rect, plot), frame.x, frame.y));
    }
    toggleBrushKeys();
  } else return false;
  return true;
}

export function zoomAt(frame: ScatterFrame, factor: number, at: Place): void {
  setZoom(brushOf(zoomed(frame.plot, factor, at), frame.x, frame.y));
}

/** The wheel zooms at the pointer: in zoom mode, or with Ctrl held. React's own listener is passive. */
export function useWheelZoom(
  box: { readonly current: HTMLElement | null },
  frame: ScatterFrame | undefined,
  mode: Mode,
): void {
  const latest = useRef({ frame, mode });
  latest.current = { frame, mode };
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      const { frame: shown, mode: how } = latest.current;
      if (!shown || (how !== 'zoom' && !event.ctrlKey)) return;
      event.preventDefault();
      const bounds = element.getBoundingClientRect();
      zoomAt(shown, Math.exp(-event.deltaY * 0.0015), [event.clientX - bounds.left, event.clientY - bounds.top]);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [box]);
}
