import type { KeyboardEvent } from 'react';
import type { GraphActs } from './use-acts.ts';
import type { CameraMoves } from './use-stage.ts';
import type { Step } from './walk.ts';

/** What keys do in a graph. */
export type GraphKeyActs = Pick<GraphActs, 'reach' | 'toggle' | 'select' | 'escape'> &
  Pick<CameraMoves, 'fit' | 'zoom'> & { walk(step: Step): void };

const ZOOM = 1.25;

/** Keys that are used are kept from the page. */
export function graphKey(event: KeyboardEvent, act: GraphKeyActs): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (!keyed(event.key, act)) return;
  event.preventDefault();
  event.stopPropagation();
}

function keyed(key: string, act: GraphKeyActs): boolean {
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
