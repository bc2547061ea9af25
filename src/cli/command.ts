import type { JobClient } from '../jobs/client.ts';
import type { DiskFile, SourceFile } from '../jobs/protocol.ts';

/** One flag of a command. Help, parsing and `help --json` are made from these. */
export interface CommandOption {
  readonly name: string;
  /** What stands after it: 'ID', 'F.npz'; absent: a switch. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

/** Parsed words of a call. */
export interface Invocation {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  /** Throws a usage error if the flag is missing. */
  required(name: string): string;
  /** Throws a usage error unless it is a whole number ≥ `least`. */
  whole(name: string, least: number): number | undefined;
  flag(name: string): boolean;
  readonly seed: number;
}

/** What a command reaches outside itself; tests give their own. */
export interface CommandHost {
  /** Started on first use. */
  client(): JobClient;
  read(path: string): SourceFile & { readonly bytes: Uint8Array };
  /** The files of a folder and of those in it, named by their paths from the folder on; undefined where it is none. */
  folder(path: string): readonly DiskFile[] | undefined;
  /** A file that workers open by its path: nothing of it is read here. */
  find(path: string): DiskFile;
  /** Fingerprint of a file, lower-case hex. */
  sha256(path: string): string;
  write(path: string, bytes: Uint8Array): void;
  /** Progress and warnings; never on stdout. */
  note(text: string): void;
  now(): number;
}

export interface CommandResult {
  /** The one JSON document of `--json`. */
  readonly json: unknown;
  /** The same for people. */
  readonly text: string;
  /** 1: understood, but could not be met. */
  readonly unmet?: boolean;
}

export interface Command {
  readonly id: string;
  readonly summary: string;
  /** Positional arguments, as in the usage line. */
  readonly usage: string;
  readonly options: readonly CommandOption[];
  run(call: Invocation, host: CommandHost): Promise<CommandResult>;
}
