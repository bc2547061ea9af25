export type {
  Codes,
  FloatBackend,
  FloatRunner,
  Kernel,
  KernelTable,
  ProgramBackend,
  ProgramMemory,
  ProgramRunner,
  RunOptions,
} from './backend.ts';
export { createPlainBackend } from './plain-backend.ts';
