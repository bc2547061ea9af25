import { UserError } from '../base/index.ts';
import { unpack } from './archive/index.ts';
import { noFiles, noNetwork } from './errors.ts';
import { foreignKind } from './foreign.ts';
import type { Imported, Importer, ReadOptions, SourceBytes } from './importer.ts';
import { importers } from './registry.ts';

/**
 * Reads the network among `files`, whatever its format is: archives are unpacked, then the formats of the registry are asked in turn,
 * and the first that knows the files reads them. Throws a `UserError` that names the file, what it is and what to do.
 */
export async function importModel(
  files: readonly SourceBytes[],
  options: ReadOptions = {},
  registry: Iterable<Importer> = importers,
): Promise<Imported> {
  if (files.length === 0) throw noFiles();
  const unpacked = unpackedFiles(files, options.main, registry);
  const importer = formatAmong(unpacked, registry);
  if (importer) {
    // A network in an archive is the same network: its fingerprint is its own file's, not the archive's.
    const { sha256: _archives, ...own } = options;
    return importer.read(unpacked, unpacked.every((file) => files.includes(file)) ? options : own);
  }
  for (const file of unpacked) {
    const foreign = foreignKind(file);
    if (foreign) throw foreign;
  }
  throw noNetwork(unpacked.map((f) => f.name));
}

/** The format in which the files hold a network, in an archive or not; `undefined`: none that is known. Reads little of large files. */
export function formatOf(
  files: readonly SourceBytes[],
  registry: Iterable<Importer> = importers,
): Importer | undefined {
  try {
    return formatAmong(files, registry) ?? formatAmong(unpackedFiles(files, undefined, registry), registry);
  } catch (thrown) {
    // An archive of something else, or a damaged one, holds no network that is known.
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}

const unpackedFiles = (files: readonly SourceBytes[], main: string | undefined, registry: Iterable<Importer>) =>
  unpack(files, {
    ...(main === undefined ? {} : { main }),
    isNetwork: (file) => formatAmong([file], registry) !== undefined,
  });

function formatAmong(files: readonly SourceBytes[], registry: Iterable<Importer>): Importer | undefined {
  for (const importer of registry) if (importer.matches(files)) return importer;
  return undefined;
}
