import { noFiles, noNetwork } from './errors.ts';
import type { Imported, Importer, ReadOptions, SourceBytes } from './importer.ts';
import { importers } from './registry.ts';

/**
 * Reads the network among `files`, whatever its format is: the formats of the registry are asked in turn, and the first that knows
 * the files reads them. Throws a `UserError` that names the file, what it is and what to do.
 */
export async function importModel(
  files: readonly SourceBytes[],
  options: ReadOptions = {},
  registry: Iterable<Importer> = importers,
): Promise<Imported> {
  if (files.length === 0) throw noFiles();
  const importer = formatOf(files, registry);
  if (importer) return importer.read(files, options);
  throw noNetwork(files.map((f) => f.name));
}

/** The format in which the files hold a network; `undefined`: none that is known. Reads little. */
export function formatOf(
  files: readonly SourceBytes[],
  registry: Iterable<Importer> = importers,
): Importer | undefined {
  for (const importer of registry) if (importer.matches(files)) return importer;
  return undefined;
}
