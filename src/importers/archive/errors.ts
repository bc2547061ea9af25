import { displayName, inWords, memory, UserError } from '../../base/index.ts';

/** Codes and texts of the archives. Every message names the file; what to do next is in the hint. */

const AGAIN = 'Download or pack the file again, or unpack it yourself and drop what is inside.';

const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, 8).map((n) => `'${displayName(n)}'`);
  return names.length > 8 ? `${shown.join(', ')} and ${names.length - 8} more` : shown.join(', ');
};

/** `member`: what in the archive is damaged, where it is not the archive itself. */
export const damagedArchive = (file: string, reason: string, member?: string, cause?: unknown): UserError =>
  new UserError(
    'importers/damaged-archive',
    `${member === undefined ? '' : `'${displayName(member)}' in `}'${displayName(file)}' cannot be unpacked: ${reason}.`,
    AGAIN,
    { file, reason, ...(member !== undefined && { member }) },
    { cause },
  );

export const unpacksTooLarge = (file: string, limit: number): UserError =>
  new UserError(
    'importers/archive-too-large',
    `'${displayName(file)}' unpacks to more than ${inWords(memory(limit))}, the most that is taken for an archive of its size.`,
    'If the file is to be trusted, unpack it yourself and drop what is inside.',
    { file, limit },
  );

export const encryptedMember = (file: string, member: string): UserError =>
  new UserError(
    'importers/encrypted-archive',
    `'${displayName(member)}' in '${displayName(file)}' is protected by a password.`,
    'Unpack the archive with its password and drop what is inside.',
    { file, member },
  );

export const unknownPacking = (file: string, member: string, method: number): UserError =>
  new UserError(
    'importers/unknown-packing',
    `'${displayName(member)}' in '${displayName(file)}' is packed by method ${method}${METHODS[method] ?? ''}, which is not known here.`,
    'Pack the archive again as an ordinary zip (deflate), or unpack it and drop what is inside.',
    { file, member, method },
  );

/** Source: APPNOTE.TXT 6.3.10, 4.4.5. */
const METHODS: Readonly<Record<number, string>> = {
  9: ' (Deflate64)',
  12: ' (bzip2)',
  14: ' (LZMA)',
  93: ' (Zstandard)',
  95: ' (XZ)',
  99: ' (AES)',
};

export const noNetworkInArchive = (file: string, members: readonly string[]): UserError =>
  new UserError(
    'importers/archive-without-network',
    members.length === 0
      ? `'${displayName(file)}' is an archive without files.`
      : `'${displayName(file)}' is an archive without a network in it; it holds ${quoted(members)}.`,
    'Drop an archive with an .onnx file and its weight files inside, or the files themselves.',
    { file, members: members.slice(0, 8) },
  );

export const severalNetworksInArchive = (file: string, networks: readonly string[]): UserError =>
  new UserError(
    'importers/archive-with-several-networks',
    `'${displayName(file)}' holds ${networks.length} networks: ${quoted(networks)}.`,
    'Unpack the archive and drop the one you mean, with its weight files.',
    { file, networks: networks.slice(0, 8) },
  );
