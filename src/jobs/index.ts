export type * from './protocol.ts';
export type { JobContext, JobFunctions, JobServer } from './server.ts';
export { createServer } from './server.ts';
