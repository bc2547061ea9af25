import type { Command } from './command.ts';
import { GLOBAL_OPTIONS } from './invocation.ts';

interface Flag {
  readonly name: string;
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

const flagLine = (o: Flag): string =>
  `  ${`--${o.name}${o.value ? ` ${o.value}` : ''}`.padEnd(38)}${o.help}${o.default === undefined ? '' : ` (default ${o.default})`}`;

export function commandHelp(command: Command): string {
  return [
    `${command.summary}.`,
    '',
    `Usage: paretoscope ${command.id} ${command.usage}`,
    '',
    ...[...command.options, ...GLOBAL_OPTIONS].map(flagLine),
  ].join('\n');
}
