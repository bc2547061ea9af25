import { expect, test } from 'vitest';
import { matchOf } from './palette-match.ts';

const entry = { title: 'conv2d_4', detail: 'Conv, 2.36 M MACs' };

test('every word must be there; starts of words count more', () => {
  expect(matchOf(entry, 'conv2d_4 macs')).toBeGreaterThan(0);
  expect(matchOf(entry, 'conv dense')).toBe(0);
  expect(matchOf(entry, 'conv')).toBeGreaterThan(matchOf(entry, 'onv'));
  expect(matchOf(entry, '')).toBe(1);
});
