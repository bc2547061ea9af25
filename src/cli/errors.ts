import { UserError } from '../base/index.ts';

const USAGE = 'Run `paretoscope help` for the commands, or `paretoscope <command> --help` for its options.';

export const unknownCommand = (given: string, known: readonly string[]): UserError =>
  new UserError('cli/unknown-command', `There is no command '${given}'.`, `Use one of: ${known.join(', ')}.`, {
    given,
  });

export const badUsage = (message: string): UserError => new UserError('cli/usage', message, USAGE);

export const missingArgument = (what: string, usage: string): UserError =>
  new UserError('cli/usage', `${what} is missing.`, `Usage: paretoscope ${usage}`, { what });

export const unreadable = (path: string, why: string): UserError =>
  new UserError('cli/unreadable', `'${path}' cannot be read: ${why}.`, 'Check the path and its permissions.', { path });

export const unwritable = (path: string, why: string): UserError =>
  new UserError(
    'cli/unwritable',
    `'${path}' cannot be written: ${why}.`,
    'Choose a folder that exists and is writable.',
    { path },
  );

export const changedFile = (path: string): UserError =>
  new UserError('cli/changed-file', `'${path}' has changed while it was being read.`, 'Run the command again.', {
    path,
  });
