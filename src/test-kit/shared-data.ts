import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Test data that lies beside the repository, not in it. Tests that need it skip with this reason where it is absent. */
const root = resolve(import.meta.dirname, '../../../shared/data');

export const hasSharedData = existsSync(resolve(root, 'README.md'));
export const NO_SHARED_DATA = 'the shared data folder is not beside this checkout';

/** Absolute path of a shared file. */
export const sharedPath = (path: string): string => resolve(root, path);

/** Bytes of a shared file. */
export const sharedData = (path: string): Uint8Array => new Uint8Array(readFileSync(sharedPath(path)));

export const sharedJson = <T>(path: string): T => JSON.parse(readFileSync(sharedPath(path), 'utf8')) as T;
