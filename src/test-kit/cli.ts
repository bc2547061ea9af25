import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const main = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** Tests that run the built command line skip with this reason where it is not built. */
export const hasCli = existsSync(main);
export const NO_CLI = 'dist/cli is not built: npm run build';

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line with these words. */
export function paretoscope(...words: readonly string[]): Promise<CliResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', failed);
    child.on('close', (status) => done({ status, stdout, stderr }));
  });
}

/** The JSON document of a call that must succeed (status 0, or 1 where `unmet`). Throws with what it printed otherwise. */
export async function paretoscopeJson<T>(words: readonly string[], status = 0): Promise<T> {
  const result = await paretoscope(...words, '--json');
  if (result.status !== status)
    throw new Error(`paretoscope ${words.join(' ')} ended with ${result.status}: ${result.stderr}${result.stdout}`);
  return JSON.parse(result.stdout) as T;
}

/** Runs `task` on all items, two at a time. */
export async function inPairs<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const indices = items.keys();
  const work = async () => {
    for (const i of indices) results[i] = await task(items[i] as T);
  };
  await Promise.all([work(), work()]);
  return results;
}
