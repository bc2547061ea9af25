import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { BugError, messageOf, UserError } from '../base/index.ts';
import type { JobClient } from '../jobs/client.ts';
import type { DiskFile } from '../jobs/protocol.ts';
import type { Command, CommandHost } from './command.ts';
import { sha256OfFile } from './disk-source.ts';
import { unknownCommand, unreadable, unwritable } from './errors.ts';
import { commandHelp } from './help.ts';
import { commands, overview } from './index.ts';
import { parseInvocation } from './invocation.ts';
import { createNodeClient } from './pool.ts';

/** Entry of the command line. Exit codes: 0 done, 1 could not be met, 2 bad input or usage, 70 our own fault. */
async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  let pool: JobClient | undefined;
  const host: CommandHost = {
    client: () => {
      pool ??= createNodeClient();
      return pool;
    },
    read,
    folder,
    find,
    sha256: sha256OfFile,
    write,
    note: (text) => void process.stderr.write(`${text}\n`),
    now: () => performance.now() / 1000,
  };
  const wantsJson = words.includes('--json');
  try {
    if (name === undefined || name === '--help' || name === '-h') {
      process.stdout.write(`${overview()}\n`);
      return name === undefined ? 2 : 0;
    }
    const command: Command | undefined = commands.tryGet(name);
    if (!command) throw unknownCommand(name, commands.ids());
    const call = parseInvocation(command, rest);
    if (call.help) {
      process.stdout.write(`${commandHelp(command)}\n`);
      return 0;
    }
    const result = await command.run(call, host);
    process.stdout.write(`${call.json ? JSON.stringify(result.json) : result.text}\n`);
    return result.unmet ? 1 : 0;
  } catch (thrown) {
    return report(thrown, wantsJson);
  } finally {
    pool?.dispose();
  }
}

function report(thrown: unknown, json: boolean): number {
  if (thrown instanceof UserError) {
    process.stderr.write(`error ${thrown.code}: ${oneLine(thrown.message)}\nhint: ${oneLine(thrown.hint)}\n`);
    if (json) {
      const { code, message, hint, facts } = thrown;
      process.stdout.write(`${JSON.stringify({ error: { code, message, hint, facts } })}\n`);
    }
    return 2;
  }
  const hint = 'This is a fault of Paretoscope. Report it with the command and, if you can, the file.';
  process.stderr.write(`error cli/bug: ${oneLine(messageOf(thrown))}\nhint: ${hint}\n`);
  if (process.env.PARETOSCOPE_DEBUG && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  const facts = thrown instanceof BugError ? thrown.facts : {};
  if (json)
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'cli/bug', message: messageOf(thrown), hint, facts } })}\n`,
    );
  return 70;
}

/** Names from a file can hold anything; a terminal must not obey them. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');

function read(path: string): { name: string; bytes: Uint8Array } {
  try {
    return { name: basename(path), bytes: readFileSync(path) };
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown));
  }
}

function folder(path: string): DiskFile[] | undefined {
  try {
    if (!statSync(path).isDirectory()) return undefined;
    const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => resolve(entry.parentPath, entry.name)).sort();
    const root = dirname(resolve(path));
    return paths.map((file) => ({
      name: relative(root, file).replaceAll('\\', '/'),
      path: file,
      size: statSync(file).size,
    }));
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown));
  }
}

function find(path: string): DiskFile {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new Error('it is no file');
    return { name: basename(path), path: resolve(path), size: found.size };
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown));
  }
}

function write(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (thrown) {
    throw unwritable(path, messageOf(thrown));
  }
}

process.exitCode = await main(process.argv.slice(2));
