export type {
  Codes,
  FloatBackend,
  FloatRunner,
  Kernel,
  KernelTable,
  NodeEngine,
  ProgramBackend,
  ProgramMemory,
  ProgramRunner,
  Recording,
  RunOptions,
  StepBackend,
  StepRunner,
  Variation,
} from './backend.ts';
export { createPlainBackend } from './plain-backend.ts';
