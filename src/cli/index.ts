import { Registry } from '../base/index.ts';
import { bench } from './bench.ts';
import type { Command } from './command.ts';
import { compare } from './compare.ts';
import { edit } from './edit.ts';
import { estimate } from './estimate.ts';
import { explore } from './explore.ts';
import { exportPackage } from './export.ts';
import { helpCommand } from './help-command.ts';
import { inspect } from './inspect.ts';
import { quantize } from './quantize.ts';
import { run } from './run.ts';
import { share } from './share.ts';
import { simplify } from './simplify.ts';
import { train } from './train.ts';

/** Every command. To add one: write `<id>.ts`, add it here. */
const all: readonly Command[] = [
  inspect,
  run,
  simplify,
  edit,
  compare,
  estimate,
  quantize,
  train,
  explore,
  exportPackage,
  share,
  bench,
];

export const commands: Registry<Command> = new Registry<Command>('command', [
  ...all,
  helpCommand(
    () => all,
    () => overviewOf(all),
  ),
]);

function overviewOf(list: readonly Command[]): string {
  return [
    'paretoscope: how a neural network runs on real hardware, and what each choice costs.',
    '',
    'Usage: paretoscope <command> [arguments] [--json] [--seed N]',
    '',
    ...list.map((c) => `  ${c.id.padEnd(12)}${c.summary}`),
    `  ${'help'.padEnd(12)}Commands, options and registries; with --json as data`,
    '',
    'paretoscope <command> --help tells its options; exit codes: 0 done, 1 could not be met, 2 bad input or usage.',
  ].join('\n');
}

export const overview = (): string => overviewOf(all);
