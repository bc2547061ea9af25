import { sha256Hex } from '../../base/index.ts';
import { getState, patch } from '../state/store.ts';
import type { FileKind, FileRecord } from '../state/types.ts';

/** A file of a drop, a picker or a sample: what a browser's File offers. */
export interface GivenFile {
  readonly name: string;
  readonly blob: Blob;
  /** Pictures that are listed as one: a folder, or many at once. Their names keep their folders. */
  readonly members?: readonly { readonly name: string; readonly blob: Blob }[];
}

export const recordOf = ({ name, blob }: GivenFile, kind: FileKind): FileRecord => ({
  name,
  bytes: blob.size,
  kind,
  status: 'reading',
  note: 'reading',
  problems: [],
});

/** Changes what is said of a dropped file. */
export function setFile(name: string, change: Partial<FileRecord>): void {
  const { files } = getState().session;
  patch({ session: { files: files.map((file) => (file.name === name ? { ...file, ...change } : file)) } });
}

/** SHA-256 of a file, by the browser where it offers that (secure addresses), by our own code elsewhere. Reads it whole. */
export async function fingerprintOf(blob: Blob): Promise<string> {
  const bytes = await blob.arrayBuffer();
  if (!crypto.subtle) return sha256Hex(new Uint8Array(bytes));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
