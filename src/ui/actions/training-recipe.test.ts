import { beforeEach, expect, test } from 'vitest';
import { fineTuning, initialState } from '../state/initial.ts';
import { getState, store, undo } from '../state/store.ts';
import {
  augmentationNumbers,
  lossNumbers,
  optimizerNumbers,
  optimizerOf,
  type RecipeNumber,
  scheduleNumbers,
  scheduleOf,
  setRecipe,
  typeNumber,
  wrongNumber,
} from './training-recipe.ts';

beforeEach(() => store.setState(initialState, true));

const all = [...lossNumbers, ...optimizerNumbers, ...scheduleNumbers, ...augmentationNumbers];
const field = (id: string): RecipeNumber => {
  const found = all.find((f) => f.id === id);
  if (!found) throw new Error(`no field ${id}`);
  return found;
};

test('every number of the recipe is in a field of its own, and the default is valid', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const f of all) {
    const value = f.get(fineTuning);
    if (value !== undefined) expect(wrongNumber(f, String(value)), f.id).toBeUndefined();
  }
});

test('what is set is what is read, for every optimizer, schedule and loss', () => {
  const recipes = [
    { ...fineTuning, optimizer: optimizerOf('sgd'), schedule: scheduleOf('step', 1) },
    { ...fineTuning, optimizer: optimizerOf('rmsprop'), schedule: scheduleOf('constant', 0) },
    { ...fineTuning, loss: { id: 'distillation', temperature: 4, share: 0.5 } as const },
    fineTuning,
  ];
  for (const recipe of recipes)
    for (const f of all) {
      if (f.get(recipe) === undefined) continue;
      expect(f.get(f.set(recipe, f.max)), f.id).toBe(f.max);
      expect(f.set(recipe, f.max).seed, f.id).toBe(f.id === 'seed' ? f.max : recipe.seed);
    }
});

test('a wrong text stays in its field with what it may be; a right one enters the recipe and can be undone', () => {
  typeNumber(field('batch'), '7.5', 209);
  expect(getState().training.invalid).toEqual({ batch: '7.5' });
  expect(wrongNumber(field('batch'), '7.5', 209)).toBe('a whole number, 1 to 209');
  expect(getState().training.recipe.batch).toBe(32);
  typeNumber(field('batch'), '16', 209);
  expect(getState().training.invalid).toEqual({});
  expect(getState().training.recipe.batch).toBe(16);
  undo();
  expect(getState().training.recipe.batch).toBe(32);
});

test('a comma is a point, a minus sign of typography is a minus, and nothing is no number', () => {
  expect(wrongNumber(field('rate'), '3e−4')).toBeUndefined();
  expect(wrongNumber(field('rate'), '0,001')).toBeUndefined();
  expect(wrongNumber(field('rate'), '')).toContain('a number');
  expect(wrongNumber(field('rate'), '0')).toContain('1e−8 to 10');
  expect(wrongNumber(field('rate'), 'fast')).toBeDefined();
});

test('clipping at 0 is none, and a choice forgets what was typed wrong', () => {
  typeNumber(field('clip'), '0');
  expect('clipNorm' in getState().training.recipe).toBe(false);
  typeNumber(field('epochs'), '-1');
  setRecipe('SGD', { optimizer: optimizerOf('sgd') });
  expect(getState().training.invalid).toEqual({});
});
