import { BugError } from '../../base/index.ts';
import type { JobClient } from '../../jobs/client.ts';

let current: JobClient | undefined;

/** The pool of workers is given once, when the page starts (`app/start-page.ts`), or by a test. */
export function setClient(client: JobClient | undefined): void {
  current = client;
}

export function client(): JobClient {
  if (!current) throw new BugError('No job client was set.');
  return current;
}

export const hasClient = (): boolean => current !== undefined;
