import { resolve } from 'node:path';

/** Where `npm run bench` puts libraries that are measured against: they are no dependencies of the project. */
export const PEERS = resolve('build/bench-peers/node_modules');
