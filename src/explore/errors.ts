import { UserError } from '../base/index.ts';

export const badConstraint = (text: string, known: readonly string[]) =>
  new UserError(
    'explore/constraint',
    `'${text}' is not a limit that can be understood.`,
    `Write objective, <= or >=, number, as in latencySeconds<0.01. Objectives: ${known.join(', ')}.`,
    { text },
  );

export const wrongBits = (layers: number, given: number) =>
  new UserError(
    'explore/bits',
    `The choices give bit widths for ${given} layers, but the network has ${layers} layers that can be quantized.`,
    'Give one pair [weights, activations] per quantizable layer, in graph order.',
    { layers, given },
  );

export const nothingToExplore = () =>
  new UserError(
    'explore/nothing-quantizable',
    'No layer of this network can be quantized, so there is nothing to explore.',
    'See the diagnostics of the model for the operators that have no integer form.',
  );

export const otherModel = (expected: string, got: string) =>
  new UserError(
    'explore/other-model',
    `The exploration belongs to the model with fingerprint ${expected.slice(0, 12)}…, but this one has ${got.slice(0, 12)}….`,
    'Open the model file the exploration was made with, or start a new exploration.',
    { expected, got },
  );

export const otherSetting = (what: string, before: string, now: string) =>
  new UserError(
    'explore/other-setting',
    `The exploration to be continued has ${what} ${before}, but ${now} was asked for.`,
    'Continue with the same setting, or start a new exploration.',
    { what, before, now },
  );

export const unknownRuntime = (runtime: string, platform: string, known: readonly string[]) =>
  new UserError(
    'explore/unknown-runtime',
    `Platform '${platform}' has no runtime '${runtime}'.`,
    `Use one of: ${known.join(', ')}.`,
    { runtime, platform },
  );

export const cannotQuantize = (reason: string) =>
  new UserError(
    'explore/cannot-quantize',
    `This network cannot be quantized: ${reason}`,
    'Remove or replace the operator named, or use the float estimates only.',
  );

export const selfTestFailed = (target: string, mismatches: number, vectors: number) =>
  new UserError(
    'explore/self-test',
    `The package for '${target}' was withheld: ${mismatches} of ${vectors} vectors differ between the backend and the emulator.`,
    'This is a fault of this program. Choose another backend, and report the model and choices.',
    { target, mismatches, vectors },
  );

export const unknownLayer = (node: string) =>
  new UserError('explore/unknown-layer', `The model has no layer '${node}'.`, 'Use an id from the layer table.', {
    node,
  });

export const noBody = (node: string, body: string) =>
  new UserError(
    'explore/no-body',
    `Layer '${node}' has no graph '${body}' inside it.`,
    'Open the layer from the graph around it; the model may have changed since.',
    { node, body },
  );
