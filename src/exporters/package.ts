import type { Diagnostic, Model, ModelReference, Program, QuantScheme, TestVector } from '../ir/index.ts';

/** Files of a package by path ('/'-separated, relative). Text is UTF-8. */
export type ExportFiles = ReadonlyMap<string, string | Uint8Array>;

export interface ExportPackage {
  readonly target: string;
  readonly files: ExportFiles;
  readonly diagnostics: readonly Diagnostic[];
}

/** One setting of an exporter; forms, command-line flags and documentation are made from these. */
export interface ExporterOption {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly type: 'number' | 'boolean' | 'choice';
  readonly choices?: readonly string[];
  readonly range?: readonly [number, number];
  readonly default: number | boolean | string;
}

export interface ExportRequest {
  readonly model: ModelReference;
  /** Prepared model the scheme belongs to (for targets that print the graph, as QDQ). */
  readonly prepared: Model;
  readonly scheme: QuantScheme;
  readonly program: Program;
  /** From the emulator; at least one. */
  readonly vectors: readonly TestVector[];
  /** Everything that made this design, for the manifest; plain JSON. */
  readonly choices: unknown;
  readonly seed: number;
  readonly toolVersion: string;
  readonly options: Readonly<Record<string, number | boolean | string>>;
}

export interface Exporter {
  readonly id: string;
  readonly name: string;
  /** What the package is and needs, one sentence. */
  readonly description: string;
  readonly options: readonly ExporterOption[];
  /** Fetches what prints packages: its code and runtime sources are no part of the first load. */
  load(): Promise<PrintPackage>;
}

/** Pure: same request, same bytes. Throws a `UserError` naming the layer where the target cannot express it. */
export type PrintPackage = (request: ExportRequest) => ExportPackage;
