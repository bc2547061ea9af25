export { lowerToProgram } from './lower-to-program.ts';
export type { RescaleParameters } from './rescale-parameters.ts';
export { powersOfTwo, rescaleParameters } from './rescale-parameters.ts';
