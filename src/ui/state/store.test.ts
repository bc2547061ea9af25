import { beforeEach, expect, test, vi } from 'vitest';
import { initialState } from './initial.ts';
import { act, getState, patch, redo, store, undo } from './store.ts';

beforeEach(() => store.setState(initialState, true));

test('an action is undone and redone to exactly what it changed', () => {
  act('Goal', { session: { goalSeconds: 0.1 } });
  act('Select', { selection: { layer: 'conv' }, session: { bits: 4 } });
  expect(undo()?.label).toBe('Select');
  expect(getState().selection.layer).toBeUndefined();
  expect('layer' in getState().selection).toBe(false);
  expect(getState().session).toMatchObject({ goalSeconds: 0.1, bits: 8 });
  undo();
  expect(getState().session.goalSeconds).toBeUndefined();
  redo();
  redo();
  expect(getState().session).toMatchObject({ goalSeconds: 0.1, bits: 4 });
  expect(getState().selection.layer).toBe('conv');
  expect(redo()).toBeUndefined();
});

test('what arrives from a job in between survives an undo', () => {
  act('Limit', { exploration: { constraints: [{ objective: 'latencySeconds', operator: '<=', limit: 1 }] } });
  patch({ exploration: { status: 'done' } });
  undo();
  expect(getState().exploration.constraints).toEqual([]);
  expect(getState().exploration.status).toBe('done');
});

test('dragging is one step; a pause or another control begins a new one', () => {
  vi.useFakeTimers();
  act('Limit', { session: { goalSeconds: 1 } }, { key: 'goal' });
  act('Limit', { session: { goalSeconds: 2 } }, { key: 'goal' });
  expect(getState().history.past).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  act('Limit', { session: { goalSeconds: 3 } }, { key: 'goal' });
  act('Bits', { session: { bits: 4 } }, { key: 'bits' });
  expect(getState().history.past).toHaveLength(3);
  vi.useRealTimers();
  undo();
  undo();
  expect(getState().session.goalSeconds).toBe(2);
  undo();
  expect(getState().session.goalSeconds).toBeUndefined();
});

test('a new action drops what could be redone', () => {
  act('One', { session: { bits: 4 } });
  undo();
  act('Two', { session: { bits: 2 } });
  expect(redo()).toBeUndefined();
});
