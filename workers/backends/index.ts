export { loadKernels } from './kernel-memory.ts';
export type { WasmProgramBackend, WasmProgramRunner } from './wasm-program.ts';
export { createWasmProgramBackend } from './wasm-program.ts';
