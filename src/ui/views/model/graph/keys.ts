import type { KeyboardEvent } from 'react';
import type { CameraMoves } from './use-stage.ts';
import type { Step } from './walk.ts';

/** What keys do in a graph. */
export interface GraphAct extends Pick<CameraMoves, 'fit' | 'zoom'> {
  walk(step: Step): void;
  reach(where: 'upstream' | 'downstream'): void;
  /** Opens or closes the block at the cursor, or around it. */
  toggle(): void;
  select(): void;
  /** False where there was nothing to leave. */
  escape(): boolean;
}

const ZOOM = 1.25;

/** Keys that are used are kept from the page. */
export function graphKey(event: KeyboardEvent, act: GraphAct): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keyed(event.key, act)) return;
  event.preventDefault();
  event.stopPropagation();
}

function keyed(key: string, act: GraphAct): boolean {
  switch (key) {
    case 'ArrowDown':
    case 'ArrowUp':
    case 'ArrowLeft':
    case 'ArrowRight':
      act.walk(key);
      return true;
    case '+':
    case '=':
      act.zoom(ZOOM);
      return true;
    case '-':
    case '\u2212':
      act.zoom(1 / ZOOM);
      return true;
    case 'Enter':
    case ' ':
      act.select();
      return true;
    case 'Escape':
      return act.escape();
  }
  switch (key.toLowerCase()) {
    case 'f':
      act.fit();
      return true;
    case 'x':
      act.toggle();
      return true;
    case 'u':
      act.reach('upstream');
      return true;
    case 'd':
      act.reach('downstream');
      return true;
    default:
      return false;
  }
}
