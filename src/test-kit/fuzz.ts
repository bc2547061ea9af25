import { Random, UserError } from '../base/index.ts';
import { mutatedFile } from './mutated-files.ts';

/** What is asked of every case, besides that it ends in a model or a `UserError`. */
const MOST_SECONDS = 2;
/** Bytes that may be asked for: in proportion to the file, with room for tables. */
const mostBytes = (file: number): number => 2 ** 22 + 100 * file;

export interface FuzzResult {
  readonly cases: number;
  /** How many files could be read in spite of all. */
  readonly read: number;
  readonly slowestSeconds: number;
  /** One line for each case that failed, with the words to see it again. */
  readonly failures: readonly string[];
}

/**
 * Hands `count` spoiled files to `open`, which returns or throws a `UserError`. Anything else is a failure: another exception,
 * more than two seconds, or arrays out of proportion to the file. Case `i` of a seed is always the same file.
 */
export function fuzz(
  seeds: readonly Uint8Array[],
  open: (bytes: Uint8Array) => void,
  { seed, first = 0, count }: { readonly seed: number; readonly first?: number; readonly count: number },
): FuzzResult {
  const failures: string[] = [];
  let read = 0;
  let slowest = 0;
  const random = new Random(seed);
  for (let i = first; i < first + count && failures.length < 20; i++) {
    const bytes = mutatedFile(seeds, random.derive(i));
    const fail = (what: string) => failures.push(`seed ${seed} case ${i} (${bytes.length} bytes): ${what}`);
    const arrays = process.memoryUsage().arrayBuffers;
    const start = performance.now();
    try {
      open(bytes);
      read++;
    } catch (thrown) {
      if (!(thrown instanceof UserError))
        fail(thrown instanceof Error ? (thrown.stack ?? thrown.message) : `${thrown}`);
      else if (thrown.hint === '' || thrown.message.length > 2000) fail(`a poor message: ${thrown.message}`);
    }
    const seconds = (performance.now() - start) / 1000;
    slowest = Math.max(slowest, seconds);
    if (seconds > MOST_SECONDS) fail(`${seconds.toFixed(1)} s`);
    const asked = process.memoryUsage().arrayBuffers - arrays;
    if (asked > mostBytes(bytes.length)) fail(`${asked} bytes of arrays`);
  }
  return { cases: count, read, slowestSeconds: slowest, failures };
}
