import { Random } from '../base/index.ts';
import { type Diagnostic, elementCount, type SampleSet } from '../ir/index.ts';
import { tooFewToSplit } from './errors.ts';
import { pickSamples } from './split.ts';

/** Names of the three parts, as data requests name them. */
export const TRAINING_PARTS = ['training', 'calibration of training', 'validation'] as const;
export type TrainingPart = (typeof TRAINING_PARTS)[number];

/** Shares of the whole; training gets the rest. */
const VALIDATION_SHARE = 0.25;
const CALIBRATION_SHARE = 0.15;
const MOST_CALIBRATION = 512;

export interface TrainingSplit {
  /** Indices of each part in the set, ascending. */
  readonly parts: Readonly<Record<TrainingPart, readonly number[]>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Three parts that share no sample: a quarter for validation, 15 % (at most 512) for calibration, the rest for training.
 *
 * With labels every class is divided in these shares, and a class of two samples or more stands in training and validation.
 * Samples whose values are equal bit by bit stay together in one part: a copy of a training sample would make validation
 * look better than it is. The division depends on the data alone, not on any seed. `classes` is how many the model tells
 * apart. Throws `datasets/too-few-to-split` below three different samples.
 */
export function splitForTraining(set: SampleSet, classes?: number): TrainingSplit {
  const groups = groupsOfEqual(set);
  if (groups.length < 3) throw tooFewToSplit(set.name, set.count, groups.length);
  const random = new Random(Number.parseInt(set.sha256.slice(0, 8), 16));
  const strata = byLabel(groups, set.labels).map((members) => random.shuffle(members));
  const sizes = strata.map((members) => members.length);
  const inValidation = apportion(
    share(groups.length, VALIDATION_SHARE),
    sizes.map((n) => n - 1),
  );
  const wanted = Math.min(MOST_CALIBRATION, share(groups.length, CALIBRATION_SHARE));
  const inCalibration = apportion(
    wanted,
    sizes.map((n, i) => n - 1 - (inValidation[i] as number)),
  );
  const parts: Record<TrainingPart, number[]> = { training: [], 'calibration of training': [], validation: [] };
  strata.forEach((members, i) => {
    const validated = inValidation[i] as number;
    const calibrated = validated + (inCalibration[i] as number);
    parts.validation.push(...members.slice(0, validated).flat());
    parts['calibration of training'].push(...members.slice(validated, calibrated).flat());
    parts.training.push(...members.slice(calibrated).flat());
  });
  for (const part of TRAINING_PARTS) {
    parts[part].sort((a, b) => a - b);
    // Only in sets of a few samples that are of almost as many classes: each class then keeps its one sample in training.
    if (parts[part].length === 0) throw tooFewToSplit(set.name, set.count, groups.length);
  }
  return { parts, diagnostics: [...copies(set, groups.length), ...absentClasses(set, parts, classes)] };
}

/** One of the three parts as a set of its own; the diagnostics are those of the division. */
export function trainingPart(
  set: SampleSet,
  part: TrainingPart,
  classes?: number,
): { samples: SampleSet; diagnostics: readonly Diagnostic[] } {
  const { parts, diagnostics } = splitForTraining(set, classes);
  const indices = parts[part];
  const use = part === 'calibration of training' ? 'calibration' : part;
  return {
    samples: pickSamples(set, indices, `${set.name}: ${indices.length} of ${set.count} for ${use}`),
    diagnostics,
  };
}

const share = (count: number, of: number): number => Math.max(1, Math.floor(count * of + 0.5));

/**
 * `total` things over classes with `room` for so many each: one for each class that has room as long as that is enough, the
 * rest in proportion to the room left, so that the sum is `total` (or all room there is).
 */
function apportion(total: number, room: readonly number[]): number[] {
  const open = room.filter((n) => n > 0).length;
  const least = open <= total ? 1 : 0;
  const first = room.map((n) => Math.min(n, least));
  const left = room.map((n, i) => n - (first[i] as number));
  const sum = left.reduce((a, b) => a + b, 0);
  const rest = Math.min(sum, total - least * open);
  let before = 0;
  return first.map((given, i) => {
    const start = sum === 0 ? 0 : Math.floor((before * rest) / sum + 0.5);
    before += left[i] as number;
    return given + (sum === 0 ? 0 : Math.floor((before * rest) / sum + 0.5) - start);
  });
}

/** Indices of samples by label of their first, in the order of labels; without labels all are of one class. */
function byLabel(groups: readonly (readonly number[])[], labels: Int32Array | undefined): (readonly number[])[][] {
  if (!labels) return [[...groups]];
  const classes = new Map<number, (readonly number[])[]>();
  for (const group of groups) {
    const label = labels[group[0] as number] as number;
    const members = classes.get(label);
    if (members) members.push(group);
    else classes.set(label, [group]);
  }
  return [...classes].sort(([a], [b]) => a - b).map(([, members]) => members);
}

/** Samples that are equal bit by bit, together; in the order of the first of each. */
function groupsOfEqual(set: SampleSet): number[][] {
  const words = set.inputs.map(({ shape, data }) => ({
    size: elementCount(shape),
    bits: new Uint32Array(data.buffer, data.byteOffset, data.length),
  }));
  const hashOf = (sample: number): number => {
    let hash = 0;
    for (const { size, bits } of words)
      for (let i = sample * size; i < (sample + 1) * size; i++)
        hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ (bits[i] as number), 0x9e3779b1);
    return hash;
  };
  const equal = (a: number, b: number): boolean =>
    words.every(({ size, bits }) => {
      for (let i = 0; i < size; i++) if (bits[a * size + i] !== bits[b * size + i]) return false;
      return true;
    });
  const byHash = new Map<number, number[][]>();
  const groups: number[][] = [];
  for (let sample = 0; sample < set.count; sample++) {
    const hash = hashOf(sample);
    const candidates = byHash.get(hash) ?? [];
    const found = candidates.find(([first]) => equal(first as number, sample));
    if (found) found.push(sample);
    else {
      const group = [sample];
      groups.push(group);
      byHash.set(hash, [...candidates, group]);
    }
  }
  return groups;
}

function copies(set: SampleSet, different: number): Diagnostic[] {
  if (different === set.count) return [];
  const message = `'${set.name}' holds ${set.count} samples, of which ${different} differ: equal ones stay in one part, so that none is in training and in validation.`;
  return [{ code: 'datasets/equal-samples', severity: 'info', message }];
}

const MOST_NAMED = 8;
const named = (classes: readonly number[]): string => {
  const some = classes.slice(0, MOST_NAMED).join(', ');
  const more = classes.length > MOST_NAMED ? ` and ${classes.length - MOST_NAMED} more` : '';
  return `${classes.length === 1 ? 'Class' : 'Classes'} ${some}${more}`;
};

/** Classes that a part does not hold, and classes of the model that no sample is of. */
function absentClasses(
  { name, labels }: SampleSet,
  parts: TrainingSplit['parts'],
  classes: number | undefined,
): Diagnostic[] {
  if (!labels) return [];
  const all = [...new Set(labels)].sort((a, b) => a - b);
  const diagnostics: Diagnostic[] = [];
  const absent = Array.from({ length: classes ?? 0 }, (_, c) => c).filter((c) => !all.includes(c));
  if (absent.length > 0) {
    const message = `${named(absent)} of the model's ${classes}: no sample of '${name}' is of ${absent.length === 1 ? 'it' : 'them'}, so training unlearns ${absent.length === 1 ? 'it' : 'them'}.`;
    diagnostics.push({ code: 'datasets/class-absent', severity: 'warning', message });
  }
  for (const part of TRAINING_PARTS) {
    const there = new Set(parts[part].map((i) => labels[i] as number));
    const missing = all.filter((c) => !there.has(c));
    if (missing.length === 0) continue;
    const use = part === 'calibration of training' ? 'calibration' : part;
    const message = `${named(missing)} of '${name}' ${missing.length === 1 ? 'has' : 'have'} too few samples for each part: none is in ${use}.`;
    diagnostics.push({ code: 'datasets/class-absent-in-part', severity: 'warning', message });
  }
  return diagnostics;
}
