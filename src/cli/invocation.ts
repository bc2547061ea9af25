import { parseArgs } from 'node:util';
import { messageOf } from '../base/index.ts';
import type { Command, Invocation } from './command.ts';
import { badUsage, missingArgument } from './errors.ts';

/** Flags every command has. */
export const GLOBAL_OPTIONS = [
  { name: 'json', help: 'Print exactly one JSON document on stdout' },
  { name: 'seed', value: 'N', help: 'Seed of everything random', default: '1' },
  { name: 'help', help: 'Print this help' },
] as const;

/** Reads the words after the command's name. Throws usage errors for unknown flags and malformed numbers. */
export function parseInvocation(
  command: Command,
  words: readonly string[],
): Invocation & { readonly json: boolean; readonly help: boolean } {
  const known = [...GLOBAL_OPTIONS, ...command.options];
  const options = Object.fromEntries(
    known.map((o) => [o.name, { type: 'value' in o && o.value ? ('string' as const) : ('boolean' as const) }]),
  );
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (thrown) {
    throw badUsage(messageOf(thrown).split('. ')[0] ?? 'The options are malformed');
  }
  const { values, positionals } = parsed;
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : command.options.find((o) => o.name === name)?.default;
  };
  const whole = (name: string, least: number, given = text(name)): number | undefined => {
    if (given === undefined) return undefined;
    const value = Number(given);
    if (!Number.isInteger(value) || value < least || value > 2 ** 32 - 1)
      throw badUsage(`--${name} takes a whole number from ${least} on, not '${given}'.`);
    return value;
  };
  return {
    positionals,
    json: values.json === true,
    help: values.help === true,
    text,
    whole: (name, least) => whole(name, least),
    required(name) {
      const value = text(name);
      if (value === undefined) throw missingArgument(`--${name}`, `${command.id} ${command.usage}`);
      return value;
    },
    flag: (name) => values[name] === true,
    seed: whole('seed', 0, typeof values.seed === 'string' ? values.seed : '1') as number,
  };
}

/** The first positional: nearly every command works on one file. */
export function modelPath(call: Invocation, command: Command): string {
  const [path] = call.positionals;
  if (path === undefined) throw missingArgument('MODEL', `${command.id} ${command.usage}`);
  return path;
}
