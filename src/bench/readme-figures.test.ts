import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blockOf, figuresBlock, readRecords, replaceFigures } from '../../scripts/readme-figures.mjs';
import { type BenchFigure, type BenchRecord, goal, median } from './suite.ts';

const record = (suite: string, results: readonly BenchFigure[]): BenchRecord => ({
  suite,
  title: suite,
  machine: '2 × processor, Node 20',
  date: '2026-01-02',
  loadAverage: 1.5,
  notes: [],
  results,
});

describe('figures of the README', () => {
  test('README.md holds what public/bench says', ({ skip }) => {
    const block = blockOf(readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8'));
    if (block === undefined) skip('README.md has no markers for figures');
    expect(block, 'run: node scripts/readme-figures.mjs').toBe(figuresBlock(readRecords()));
  });

  test('a row says figure, goal and peer; a missed goal is named', () => {
    const met = { name: 'a|b', unit: 's', median: 0.51234, runs: 5, goal: goal('<=', 0.6, 0.51234) };
    const missed = { name: 'rate', unit: '', median: 95.5, runs: 3, reference: 191, peer: 'twin', ratio: 0.5 };
    const block = figuresBlock([record('one', [met, { ...missed, goal: goal('>=', 100, 95.5) }])]);
    expect(block.split('\n').slice(2)).toEqual([
      '| a\\|b | 0.512 s | 5 | ≤ 0.6 s |  |',
      '| rate | 95.5 | 3 | ≥ 100, **missed** | twin 191 (0.50 ×) |',
      '',
      '2 × processor, Node 20, 2026-01-02. Load average when each suite began: one 1.5.',
    ]);
    expect(figuresBlock([])).toBe('');
  });

  test('only the text between the markers changes', () => {
    const readme = 'before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n';
    const written = replaceFigures(readme, 'new');
    expect(written).toBe('before\n<!-- figures -->\nnew\n<!-- /figures -->\nafter\n');
    expect(blockOf(written)).toBe('new');
    expect(replaceFigures(written, 'new')).toBe(written);
    expect(replaceFigures('no markers', 'new')).toBe('no markers');
  });
});

test('median of odd and even counts; goals count their limit as met', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(goal('<=', 5, 5).met).toBe(true);
  expect(goal('>=', 5, 4.9).met).toBe(false);
});
