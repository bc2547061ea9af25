import { unzipSync } from 'fflate';
import { BugError } from '../base/index.ts';

/** The one file of a package whose path ends so. */
export function fileOf(zip: Uint8Array, suffix: string): Uint8Array {
  const files = unzipSync(zip);
  const path = Object.keys(files).find((name) => name.endsWith(suffix));
  const bytes = path === undefined ? undefined : files[path];
  if (!bytes) throw new BugError(`The package holds no ${suffix} file.`);
  return bytes;
}
