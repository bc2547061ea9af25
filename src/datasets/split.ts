import { type Diagnostic, elementCount, type SampleSet } from '../ir/index.ts';
import { digestOf } from './digest.ts';

/** The samples at `indices`, in that order, copied. */
export function pickSamples(set: SampleSet, indices: readonly number[], name = set.name): SampleSet {
  const inputs = set.inputs.map(({ tensor, shape, data }) => {
    const size = elementCount(shape);
    const picked = new Float32Array(indices.length * size);
    indices.forEach((from, to) => {
      picked.set(data.subarray(from * size, (from + 1) * size), to * size);
    });
    return { tensor, shape, data: picked };
  });
  const { labels, origin } = set;
  const kept = labels && Int32Array.from(indices, (i) => labels[i] as number);
  const sha256 = digestOf(inputs, kept);
  return { name, count: indices.length, inputs, origin, sha256, ...(kept && { labels: kept }) };
}

/**
 * A calibration set of `calibrationCount` samples and an evaluation set of the others, so that accuracy is judged on
 * samples that no range was fitted to. Calibration samples are taken evenly over the set, because files are often
 * sorted by class. When there are too few, at most half go to calibration; a single sample serves both. Both are said.
 */
export function splitSamples(
  set: SampleSet,
  calibrationCount: number,
): { calibration: SampleSet; evaluation: SampleSet; diagnostics: readonly Diagnostic[] } {
  if (set.count < 2) {
    const message = `'${set.name}' has ${set.count} sample; it serves calibration and evaluation, so results look better than they are.`;
    return {
      calibration: set,
      evaluation: set,
      diagnostics: [{ code: 'datasets/not-split', severity: 'warning', message }],
    };
  }
  const wanted = Math.max(1, Math.floor(calibrationCount));
  const count = wanted < set.count ? wanted : Math.floor(set.count / 2);
  const chosen = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count)));
  const rest = Array.from({ length: set.count }, (_, i) => i).filter((i) => !chosen.has(i));
  const diagnostics: Diagnostic[] = [];
  if (count !== wanted) {
    const message = `'${set.name}' has ${set.count} samples: ${count} calibrate instead of ${wanted}, the others evaluate.`;
    diagnostics.push({ code: 'datasets/few-samples', severity: 'warning', message });
  }
  return {
    calibration: pickSamples(set, [...chosen], `${set.name}: ${count} of ${set.count} for calibration`),
    evaluation: pickSamples(set, rest, `${set.name}: the other ${rest.length} of ${set.count}`),
    diagnostics,
  };
}
