import type { ByteSource } from '../../base/index.ts';
import { noNetworkInArchive, severalNetworksInArchive } from './errors.ts';
import { gunzip } from './inflate.ts';
import { isTar, tarMembers } from './tar.ts';
import { isZip, type Member, zipMembers, zipNames } from './zip.ts';

export interface UnpackOptions {
  /** Name of the file that holds the network, where it cannot be told by itself. */
  readonly main?: string;
  /** Whether one file alone is a network of a known format. Default: it is called .onnx, .keras, .h5 or .hdf5. */
  isNetwork?(file: Member): boolean;
}

/**
 * The files with archives replaced by what is in them: gzip, tar in gzip, zip, told by content. Members keep their path in
 * the archive as name. Zips that are a file format of their own (PyTorch, NumPy, Keras) stay as they are. Little is read
 * here: stored members of zips stay in place, deflated ones are inflated when first read; gzip has to be inflated.
 *
 * Throws a `UserError` that names the archive where it is damaged, protected, unpacks beyond its limit, or holds no network
 * or several.
 */
export function unpack(files: readonly Member[], options: UnpackOptions = {}): readonly Member[] {
  return files.flatMap((file) => {
    const members = membersOf(file);
    if (!members) return [file];
    const opened = members.flatMap((member) =>
      /\.(gz|tgz)$/i.test(member.name) ? (membersOf(member) ?? [member]) : [member],
    );
    checkNetworks(file.name, opened, files, options);
    return opened;
  });
}

/** `undefined`: not an archive, or one that is a format of its own. */
function membersOf(file: Member): readonly Member[] | undefined {
  const { name, source } = file;
  if (isGzip(source)) {
    const content = gunzip(name, source);
    return isTar(content) ? tarMembers(name, content) : [{ name: nameInside(name), source: content }];
  }
  if (!isZip(source) || isFormat(zipNames(name, source))) return undefined;
  return zipMembers(name, source);
}

function isGzip(source: ByteSource): boolean {
  if (source.size < 3) return false;
  const [a, b, c] = source.read(0, 3);
  return a === 0x1f && b === 0x8b && c === 8;
}

const nameInside = (name: string): string => name.replace(/\.tgz$/i, '.tar').replace(/(?<=.)\.gz$/i, '');

/** A PyTorch checkpoint, a NumPy archive, a Keras model. */
const isFormat = (names: readonly string[]): boolean =>
  names.some((name) => /(^|\/)data\.pkl$/.test(name)) ||
  (names.length > 0 && names.every((name) => name.endsWith('.npy'))) ||
  (names.includes('config.json') && names.includes('metadata.json'));

const byName = ({ name }: Member): boolean => /\.(onnx|keras|h5|hdf5)$/i.test(name);

/** An archive with one file in it that is no archive of several is left to the formats, which say what it is. */
function checkNetworks(
  archive: string,
  members: readonly Member[],
  dropped: readonly Member[],
  { main, isNetwork = byName }: UnpackOptions,
): void {
  if (members.some((member) => member.name === main)) return;
  const named = members.filter((member) => /\.onnx$/i.test(member.name));
  const networks = named.length > 0 ? named : members.filter(isNetwork);
  if (networks.length > 1)
    throw severalNetworksInArchive(
      archive,
      networks.map((member) => member.name),
    );
  // Weights alone may come packed beside a model that is not; a single file says itself what it is.
  if (networks.length === 0 && dropped.length === 1 && members.length !== 1)
    throw noNetworkInArchive(
      archive,
      members.map((member) => member.name),
    );
}
