import { createStore, type StoreApi, useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { initialState } from './initial.ts';
import type { AppState, HistoryStep, Patch, UndoableSlice, UndoPatch } from './types.ts';

/** Dragging makes one step, not a hundred. */
const COALESCE_MILLISECONDS = 1000;
const MAX_STEPS = 500;

export const store: StoreApi<AppState> = createStore<AppState>(() => initialState);

/** The selected value; the component renders again when it changes. */
export const useApp = <T>(selector: (state: AppState) => T): T => useStore(store, selector);
/** For selectors that build an object or a list: compared member by member. */
export const useAppShallow = <T>(selector: (state: AppState) => T): T => useStore(store, useShallow(selector));

export const getState = (): AppState => store.getState();

/** Changes state without a step in the history: progress, replies, what is hovered. */
export function patch(change: Patch): void {
  store.setState((state) => merge(state, change));
}

export interface ActOptions {
  /** Steps with the same key close after each other become one. */
  readonly key?: string;
  /** Shows the message line with an Undo button. */
  readonly say?: boolean;
}

/** A user's action: changes state and can be undone. `label` names it in the history: 'Limit latency to 100 ms'. */
export function act(label: string, change: UndoPatch, options: ActOptions = {}): void {
  store.setState((state) => {
    const before = valuesBefore(state, change);
    const at = Date.now();
    const last = state.history.past.at(-1);
    const joins =
      last !== undefined &&
      options.key !== undefined &&
      last.key === options.key &&
      at - last.at < COALESCE_MILLISECONDS &&
      sameMembers(last.before, before);
    const step: HistoryStep = {
      label,
      at,
      before: joins ? last.before : before,
      after: change,
      ...(options.key === undefined ? {} : { key: options.key }),
    };
    const kept = joins ? state.history.past.slice(0, -1) : state.history.past.slice(-MAX_STEPS + 1);
    const merged = merge(state, change);
    const { message } = merged.page;
    // Its Undo would take back this step, not what it speaks of.
    const next = message?.undoable ? merge(merged, { page: { message: { ...message, undoable: false } } }) : merged;
    return {
      ...next,
      history: { past: [...kept, step], future: [] },
      ...(options.say ? { page: { ...next.page, message: { id: at, text: label, undoable: true } } } : {}),
    };
  });
}

export function undo(): HistoryStep | undefined {
  const step = getState().history.past.at(-1);
  if (!step) return undefined;
  store.setState((state) => ({
    ...merge(state, step.before),
    history: { past: state.history.past.slice(0, -1), future: [step, ...state.history.future] },
  }));
  return step;
}

export function redo(): HistoryStep | undefined {
  const step = getState().history.future[0];
  if (!step) return undefined;
  store.setState((state) => ({
    ...merge(state, step.after),
    history: { past: [...state.history.past, step], future: state.history.future.slice(1) },
  }));
  return step;
}

function merge(state: AppState, change: Patch): AppState {
  const next: Record<string, unknown> = { ...state };
  for (const [slice, members] of Object.entries(change)) {
    const merged: Record<string, unknown> = { ...state[slice as keyof AppState] };
    for (const [name, value] of Object.entries(members)) {
      if (value === undefined) delete merged[name];
      else merged[name] = value;
    }
    next[slice] = merged;
  }
  return { ...state, ...next };
}

function valuesBefore(state: AppState, change: UndoPatch): UndoPatch {
  const before: Record<string, Record<string, unknown>> = {};
  for (const [slice, members] of Object.entries(change)) {
    const current: Record<string, unknown> = { ...state[slice as UndoableSlice] };
    before[slice] = Object.fromEntries(Object.keys(members).map((name) => [name, current[name]]));
  }
  return before;
}

function sameMembers(a: UndoPatch, b: UndoPatch): boolean {
  const names = (p: UndoPatch): string =>
    Object.entries(p)
      .flatMap(([slice, members]) => Object.keys(members).map((name) => `${slice}.${name}`))
      .sort()
      .join();
  return names(a) === names(b);
}
