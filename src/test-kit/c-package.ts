import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Tests that compile exported packages skip with this reason where no compiler is found. */
export const hasGcc = spawnSync('gcc', ['--version']).status === 0;
export const hasMake = spawnSync('make', ['--version']).status === 0;
export const NO_GCC = 'gcc is not installed';

/** What every C package must build with. */
export const STRICT = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-pedantic', '-Wconversion', '-fmax-errors=3'];
export const SANITIZED = [...STRICT, '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

export interface ProcessResult {
  readonly status: number | null;
  readonly output: string;
}

/** Writes the files to a folder of their own, hands it to `use`, and removes it. */
export function inFolder<T>(files: ReadonlyMap<string, string | Uint8Array>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  try {
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function execute(folder: string, command: string, args: readonly string[]): ProcessResult {
  const done = spawnSync(command, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { status: done.status, output: `${done.stdout}${done.stderr}` };
}

/** Builds a C package with one plain compiler line and runs its self-check. A failed build is the result. */
export function buildAndRun(
  files: ReadonlyMap<string, string | Uint8Array>,
  flags: readonly string[] = [...STRICT, '-O2'],
): ProcessResult {
  const sources = [...files.keys()].filter((path) => path.endsWith('.c'));
  return inFolder(files, (folder) => {
    const built = execute(folder, 'gcc', [...flags, '-I.', ...sources, '-lm', '-o', 'check']);
    return built.status === 0 ? execute(folder, './check', []) : built;
  });
}
