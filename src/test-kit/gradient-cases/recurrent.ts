import { type GradientCase, given, x } from './case.ts';

/** Weights of a recurrent layer for one direction or two: X, W, R, B, lengths, initial states. */
const recurrent = (gates: number, directions: number, states: number, batchFirst = false): GradientCase['inputs'] => {
  const [steps, batch, width, hidden] = [3, 2, 3, 2];
  const state = batchFirst ? x(batch, directions, hidden) : x(directions, batch, hidden);
  return [
    batchFirst ? x(batch, steps, width) : x(steps, batch, width),
    x(directions, gates * hidden, width),
    x(directions, gates * hidden, hidden),
    x(directions, 2 * gates * hidden),
    undefined,
    ...Array.from({ length: states }, () => state),
  ];
};
const withHidden = { hidden_size: 2 };
const sequences: readonly GradientCase[] = [
  { op: 'LSTM', inputs: recurrent(4, 1, 2), attributes: withHidden, outputs: 3 },
  {
    op: 'LSTM',
    name: 'reverse, all steps',
    inputs: recurrent(4, 1, 2),
    attributes: { ...withHidden, direction: 'reverse' },
  },
  {
    op: 'LSTM',
    name: 'bidirectional',
    inputs: recurrent(4, 2, 2),
    attributes: { ...withHidden, direction: 'bidirectional' },
    outputs: 3,
  },
  {
    op: 'LSTM',
    name: 'last states alone, no biases',
    inputs: recurrent(4, 1, 2).slice(0, 3),
    attributes: withHidden,
    outputs: 3,
    used: [1, 2],
  },
  {
    op: 'LSTM',
    name: 'batch first, stated lengths',
    inputs: recurrent(4, 2, 2, true).with(4, given('int32', [2], [3, 3])),
    attributes: { ...withHidden, layout: 1, direction: 'bidirectional' },
    outputs: 3,
  },
  { op: 'GRU', inputs: recurrent(3, 1, 1), attributes: withHidden, outputs: 2 },
  {
    op: 'GRU',
    name: 'linear before reset',
    inputs: recurrent(3, 1, 1),
    attributes: { ...withHidden, linear_before_reset: 1 },
    outputs: 2,
  },
  {
    op: 'GRU',
    name: 'bidirectional',
    inputs: recurrent(3, 2, 1),
    attributes: { ...withHidden, direction: 'bidirectional' },
    outputs: 2,
  },
  {
    op: 'GRU',
    name: 'reverse, last state alone',
    inputs: recurrent(3, 1, 1),
    attributes: { ...withHidden, direction: 'reverse', linear_before_reset: 1 },
    outputs: 2,
    used: [1],
  },
  { op: 'RNN', inputs: recurrent(1, 1, 1), attributes: withHidden, outputs: 2 },
  {
    op: 'RNN',
    name: 'bidirectional',
    inputs: recurrent(1, 2, 1),
    attributes: { ...withHidden, direction: 'bidirectional' },
    outputs: 2,
  },
];

export const recurrentCases: readonly GradientCase[] = [...sequences];
