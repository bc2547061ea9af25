import { useEffect } from 'react';
import { goTo, openOverlay, redoStep, undoStep } from '../actions/navigate.ts';
import { chooseFiles } from '../actions/open-files.ts';
import { togglePause } from '../actions/run-job.ts';
import { stepLayer } from '../actions/select.ts';
import { getState } from '../state/store.ts';
import { views } from '../views/index.ts';
import { isTyping } from './keys.ts';

/** Keys that work in every place. Views listen for their own; what they use they mark with preventDefault. */
export function useKeyboard(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openOverlay(getState().page.overlay === 'palette' ? 'none' : 'palette');
  } else if (command && event.key.toLowerCase() === 'z' && !isTyping(event.target)) {
    event.preventDefault();
    if (event.shiftKey) redoStep();
    else undoStep();
  } else if (event.key === 'F6') {
    event.preventDefault();
    nextPanel(event.shiftKey ? -1 : 1);
  } else if (!command && !event.altKey) {
    singleKey(event);
  }
}

function singleKey(event: KeyboardEvent): void {
  const state = getState();
  if (!state.settings.singleKeys || isTyping(event.target) || state.page.overlay !== 'none') return;
  const view = views.find((v) => v.key === event.key);
  if (view) {
    if (view.available(state)) goTo(view.id);
    return;
  }
  const actions: Readonly<Record<string, () => void>> = {
    o: chooseFiles,
    '?': () => openOverlay('keys'),
    '[': () => stepLayer(-1),
    ']': () => stepLayer(1),
    p: togglePause,
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function nextPanel(by: number): void {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')];
  const at = panels.findIndex((p) => p.contains(document.activeElement));
  panels[(at + by + panels.length) % panels.length]?.focus();
}
