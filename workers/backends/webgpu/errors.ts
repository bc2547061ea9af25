import { messageOf, UserError } from '../../../src/base/index.ts';

/** Reasons come from browsers, with or without a full stop of their own. */
const withoutStop = (text: string): string => text.replace(/\.+$/, '');

export const gpuMissing = (reason: string): UserError =>
  new UserError(
    'workers/gpu-missing',
    `WebGPU cannot be used here: ${reason}.`,
    'Train and evaluate with WebAssembly, or open the page in a browser with WebGPU on a machine with a graphics processor.',
    { reason },
  );

export const gpuLost = (name: string, reason: string): UserError =>
  new UserError(
    'workers/gpu-lost',
    `The graphics processor (${name}) was lost while it computed: ${withoutStop(reason)}.`,
    'The last checkpoint is complete: resume from it, here or with WebAssembly. If it happens again, choose a smaller batch and close other programs that use the graphics processor.',
    { name, reason },
  );

export const gpuOutOfMemory = (name: string, bytes: number, cause: unknown): UserError =>
  new UserError(
    'workers/out-of-memory',
    `The graphics processor (${name}) cannot hold the ${bytes} bytes that this network needs: ${withoutStop(messageOf(cause))}.`,
    'Choose a smaller batch, or compute with WebAssembly.',
    { name, bytes },
    { cause },
  );

export const gpuRefused = (name: string, cause: unknown): UserError =>
  new UserError(
    'workers/gpu-refused',
    `The graphics processor (${name}) refused a kernel: ${withoutStop(messageOf(cause))}.`,
    'Compute with WebAssembly, and report this message: kernels should run on every WebGPU device.',
    { name },
    { cause },
  );

export const noTransform = (): UserError =>
  new UserError(
    'workers/no-transform',
    'Values inside a network cannot be changed while it runs on WebGPU.',
    "Use the 'wasm' or 'plain' backend for fake quantization and noise.",
  );

export const labelOutside = (input: string, row: number, label: number, classes: number): UserError =>
  new UserError(
    'workers/label-outside',
    `Label ${label} of sample ${row} in '${input}' is no class: the network tells ${classes} apart, 0 … ${classes - 1}.`,
    'Check that the labels belong to this network, and count classes from 0.',
    { input, row, label, classes },
  );

export const noEngine = (reasons: readonly string[]): UserError =>
  new UserError(
    'workers/no-engine',
    `No engine can compute this here. ${reasons.join('. ')}.`,
    'Allow WebAssembly for this address, or use the command line.',
    { reasons },
  );
