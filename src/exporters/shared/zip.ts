import { type Zippable, zipSync } from 'fflate';
import type { ExportFiles } from '../package.ts';

/**
 * The files as a zip. The same files give the same bytes on every host: sorted by path, one fixed time stamp, one
 * compression level, no host attributes.
 */
export function zipFiles(files: ExportFiles): Uint8Array {
  const encoder = new TextEncoder();
  const tree: Zippable = {};
  for (const path of [...files.keys()].sort()) {
    const content = files.get(path) as string | Uint8Array;
    tree[path] = typeof content === 'string' ? encoder.encode(content) : content;
  }
  return zipSync(tree, { level: 9, mtime: MOMENT, os: 3 });
}

/** Zip holds local time without a zone; a date built from local parts is written as those parts everywhere. */
const MOMENT = new Date(1980, 0, 1, 12, 0, 0);
