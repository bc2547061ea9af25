/** Path of the compiled kernels. */
export const kernelsFile: string;
/** Compiles where sources are newer than the result; the path of the .wasm file. */
export function buildKernels(): Promise<string>;
