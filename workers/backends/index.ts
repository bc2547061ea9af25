export type { BindOperator, PlainOperator } from './float-machine.ts';
export { loadKernels } from './kernel-memory.ts';
export { createOrtBackend } from './ort.ts';
export type { WasmFloatBackend, WasmFloatRunner } from './wasm-float.ts';
export { createWasmFloatBackend } from './wasm-float.ts';
export type { WasmProgramBackend, WasmProgramRunner } from './wasm-program.ts';
export { createWasmProgramBackend } from './wasm-program.ts';
