export type { Engines, JobHost } from './host.ts';
export type * from './protocol.ts';
export type { JobContext, JobFunctions, JobServer } from './server.ts';
export { createServer } from './server.ts';
export { type OpenedFile, type SourceOpener, unreadableFile } from './sources.ts';
export type { JobStore } from './store.ts';
export { createStore } from './store.ts';
export { jobFunctions } from './table.ts';
