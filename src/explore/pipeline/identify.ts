import { type ByteSource, UserError } from '../../base/index.ts';
import { readMetric } from '../../datasets/index.ts';
import { formatOf } from '../../importers/index.ts';

/** Text files beyond this are not looked into for a metric. */
const LARGEST_TEXT = 64 * 2 ** 20;

/**
 * What a file is whose name does not say it: a network of a format that is known, a metric per layer, samples (an archive that
 * holds no network), or nothing known. Reads little of large files.
 */
export function identifyFile(name: string, source: ByteSource): 'model' | 'samples' | 'metric' | 'unknown' {
  if (formatOf([{ name, source }])) return 'model';
  const [a, b] = source.read(0, Math.min(2, source.size));
  if ((a === 0x50 && b === 0x4b) || (a === 0x1f && b === 0x8b)) return 'samples';
  if (source.size > LARGEST_TEXT) return 'unknown';
  try {
    readMetric(name, source.read(0, source.size));
    return 'metric';
  } catch (thrown) {
    if (thrown instanceof UserError) return 'unknown';
    throw thrown;
  }
}
