import { messageOf, UserError } from '../../src/base/index.ts';

export const kernelsBlocked = (cause: unknown): UserError =>
  new UserError(
    'workers/wasm-blocked',
    `The fast kernels cannot run here: WebAssembly is blocked or lacks SIMD (${messageOf(cause)}).`,
    "Allow WebAssembly ('wasm-unsafe-eval' in the content security policy) or use a newer browser; until then use the plain backend, which is slower but gives the same integer results.",
    {},
    { cause },
  );

export const outOfMemory = (bytes: number, cause: unknown): UserError =>
  new UserError(
    'workers/out-of-memory',
    `The fast kernels need ${bytes} more bytes of memory than this machine gives them.`,
    'Close other tabs, evaluate fewer samples at once, or choose a smaller input size.',
    { bytes },
    { cause },
  );

export const cannotTransform = (): UserError =>
  new UserError(
    'workers/no-transform',
    'onnxruntime runs a whole model at once, so values inside it cannot be changed.',
    "Use the 'wasm' or 'plain' backend for fake quantization and noise.",
  );

export const missingFeed = (input: string): UserError =>
  new UserError(
    'workers/missing-input',
    `The model's input '${input}' was not given.`,
    'Feed every input of the model.',
    { input },
  );

export const unknownTap = (tensor: string): UserError =>
  new UserError(
    'workers/unknown-tensor',
    `The model has no value '${tensor}' to return.`,
    'Ask for values that the graph computes.',
    { tensor },
  );

export const nodeFailed = (node: string, op: string, cause: unknown): UserError =>
  new UserError(
    'workers/node-failed',
    `Layer '${node}' (${op}) cannot run: ${messageOf(cause)}`,
    'Check the shapes of its inputs, or replace the operator before exporting the model.',
    { node, op },
    { cause },
  );

export const ortFailed = (what: string, cause: unknown): UserError =>
  new UserError(
    'workers/onnxruntime',
    `onnxruntime-web could not ${what}: ${messageOf(cause)}`,
    'Compare with the plain backend instead; the message above is onnxruntime’s own.',
    {},
    { cause },
  );

export const unsupportedNode = (node: string, op: string): UserError =>
  new UserError(
    'workers/unsupported-op',
    `Layer '${node}' uses ${op}, which cannot be run here.`,
    `Replace ${op} before exporting the model.`,
    { node, op },
  );

export const wrongShape = (
  tensor: string,
  expected: readonly (number | string)[],
  found: readonly (number | string)[],
): UserError =>
  new UserError(
    'workers/wrong-shape',
    `'${tensor}' should be float32 of shape [${expected.join(', ')}], but [${found.join(', ')}] was given.`,
    'Give values of the shape the model was prepared for, or set the input shape first.',
    { tensor },
  );
