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
  StepBackend,
  StepRunner,
} from './backend.ts';
export { createPlainBackend } from './plain-backend.ts';
