import { expect, test } from 'vitest';
import { fedBy, withFused } from './reach.ts';

/** a → b → d, a → c → d, e apart; r is fused into b. */
const view = {
  nodes: ['a', 'b', 'r', 'c', 'd', 'e'].map((id) => ({ id, fused: id === 'b' ? ['r'] : [] })),
  edges: [
    { tensor: 'x', to: 'a' },
    { tensor: 'ab', from: 'a', to: 'b' },
    { tensor: 'br', from: 'b', to: 'r' },
    { tensor: 'rd', from: 'r', to: 'd' },
    { tensor: 'ac', from: 'a', to: 'c' },
    { tensor: 'cd', from: 'c', to: 'd' },
    { tensor: 'y', from: 'd' },
  ],
};

test('what is fed, in graph order, itself among it', () => {
  expect(fedBy(['b'], view)).toEqual(['b', 'r', 'd']);
  expect(fedBy(['a'], view)).toEqual(['a', 'b', 'r', 'c', 'd']);
  expect(fedBy(['e', 'c'], view)).toEqual(['c', 'd', 'e']);
});

test('layers stand for what is fused into them', () => {
  expect(withFused(['d', 'b'], view)).toEqual(['b', 'r', 'd']);
});
