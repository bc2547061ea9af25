import { type ByteSource, UserError } from '../../base/index.ts';
import { looksLikeSeries, readMetric } from '../../datasets/index.ts';
import { formatOf, isZip, zipNames } from '../../importers/index.ts';

/** Text files beyond this are not looked into for a metric. */
const LARGEST_TEXT = 64 * 2 ** 20;

/** What is wrong with a metric that is recognized as one. */
const MISTAKES = new Set(['datasets/metric-not-finite', 'datasets/metric-not-a-number']);

/** Arrays, pictures, and the files of known data sets. */
const DATA = /\.(npy|npz|png|jpe?g|bmp|pb|bin|csv)$|ubyte(\.gz)?$|idx[13](\.gz)?$|(data|test)_batch/i;
const NETWORK = /\.(onnx|keras|h5|hdf5)(\.gz)?$/i;

/**
 * What a file is whose name does not say it: a network of a format that is known, a metric per layer, samples (an archive of
 * data without a network, a table with a series per row), or nothing known. An archive that holds neither, several networks, or is damaged counts as a
 * network: its reader says what is wrong. Reads little of large files.
 */
export function identifyFile(name: string, source: ByteSource): 'model' | 'samples' | 'metric' | 'unknown' {
  if (formatOf([{ name, source }])) return 'model';
  if (isZip(source)) return holdsData(name, source) ? 'samples' : 'model';
  const [a, b] = source.read(0, Math.min(2, source.size));
  if (a === 0x1f && b === 0x8b) return NETWORK.test(name) ? 'model' : 'samples';
  if (source.size > LARGEST_TEXT) return 'unknown';
  if (/\.(csv|tsv|txt)$/i.test(name) && looksLikeSeries(new TextDecoder().decode(source.read(0, source.size))))
    return 'samples';
  try {
    readMetric(name, source.read(0, source.size));
    return 'metric';
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    // A table with a mistake in it is one all the same: its reader names the line.
    return /\.(csv|tsv)$/i.test(name) || MISTAKES.has(thrown.code) ? 'metric' : 'unknown';
  }
}

function holdsData(name: string, source: ByteSource): boolean {
  try {
    const inside = zipNames(name, source);
    return inside.some((file) => DATA.test(file)) && !inside.some((file) => NETWORK.test(file));
  } catch (thrown) {
    if (thrown instanceof UserError) return false;
    throw thrown;
  }
}
