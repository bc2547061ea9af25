export { plainKernels } from './plain-kernels.ts';
export { decodeOutput, emptyCodes, encodeInput, outputCodes } from './ports.ts';
export { rescale, rescaler } from './rescale.ts';
export { codesView, createPlainProgramBackend, createRunner, plainMemory, runCall } from './runner.ts';
export type { SaturationRow } from './saturation.ts';
export { saturationReport } from './saturation.ts';
export { encodeSample, makeTestVectors } from './vectors.ts';
