import type { Random } from '../../base/index.ts';
import { around, bell, between, bump, toCode } from './drawing.ts';
import type { SampleGenerator } from './generator.ts';

const LENGTH = 128;
/** Where the main peak of the beat in question lies, samples. */
const CENTRE = 64;

/** A wave of a beat: place after the main peak, half width, height; in samples and units of the main peak of a normal beat. */
type Wave = readonly [at: number, half: number, height: number];
interface Beat {
  readonly waves: readonly Wave[];
  /** Distance to the beat before, and to the one after, over the usual distance. */
  readonly before: number;
  readonly after: number;
}

const NORMAL: readonly Wave[] = [
  [-17, 6, 0.16],
  [-4, 3, -0.16],
  [0, 4, 1],
  [4, 3, -0.24],
  [25, 11, 0.3],
];
const WIDE: readonly Wave[] = [
  [-3, 12, 0.95],
  [10, 11, -0.55],
  [32, 14, -0.34],
];
/** A pacemaker's spike before a wide beat. */
const PACED: readonly Wave[] = [
  [-11, 1.6, 0.85],
  [2, 12, 0.75],
  [32, 13, -0.28],
];

const mixed = (share: number, a: readonly Wave[], b: readonly Wave[]): Wave[] => [
  ...a.map(([at, half, height]): Wave => [at, half, (1 - share) * height]),
  ...b.map(([at, half, height]): Wave => [at, half, share * height]),
];

/** The five classes of beats that the AAMI tells apart (ANSI/AAMI EC57), as far as their form goes. */
const BEATS: readonly (readonly [name: string, draw: (random: Random) => Beat])[] = [
  ['normal', () => ({ waves: NORMAL, before: 1, after: 1 })],
  [
    'supraventricular',
    // Early, its first wave small and near; what follows comes at about the usual distance.
    (random) => ({
      waves: [[-13, 4, between(random, -0.08, 0.1)], ...NORMAL.slice(1)],
      before: between(random, 0.55, 0.8),
      after: between(random, 0.98, 1.12),
    }),
  ],
  ['ventricular', (random) => ({ waves: WIDE, before: between(random, 0.6, 0.9), after: between(random, 1.15, 1.4) })],
  [
    'fusion',
    (random) => ({
      waves: mixed(between(random, 0.38, 0.62), NORMAL, WIDE),
      before: between(random, 0.85, 1),
      after: 1,
    }),
  ],
  ['paced', () => ({ waves: PACED, before: 1, after: 1 })],
];

export const beats: SampleGenerator = {
  id: 'beats',
  title: 'Heart beats like an electrocardiogram: five kinds, 128 samples around the main peak, baseline wander, noise',
  classes: BEATS.map(([name]) => name),
  shape: [1, LENGTH],
  draw(random, label, x, difficulty) {
    const [, make] = BEATS[label] as (typeof BEATS)[number];
    const beat = make(random);
    const usual = between(random, 62, 82);
    const pace = between(random, 1 - 0.18 * difficulty, 1 + 0.18 * difficulty);
    const jitter = 0.2 + 0.65 * difficulty;
    const centre = CENTRE + around(random, 1 + 4 * difficulty);
    const unsteady = (): number => 1 + around(random, 0.22 * difficulty);
    const signal = new Float64Array(LENGTH);
    addBeat(signal, centre, beat.waves, { random, jitter, pace });
    addBeat(signal, centre - usual * beat.before * unsteady(), NORMAL, { random, jitter, pace });
    addBeat(signal, centre + usual * beat.after * unsteady(), NORMAL, { random, jitter, pace });
    const gain = between(random, 0.42 - 0.16 * difficulty, 0.5);
    const wander = wanderOf(random, 0.04 + 0.22 * difficulty);
    const noise = between(random, 0.01, 0.02 + 0.15 * difficulty);
    for (let t = 0; t < LENGTH; t++)
      x[t] = toCode(0.38 + gain * (signal[t] as number) + wander(t) + noise * bell(random));
  },
};

interface BeatOptions {
  readonly random: Random;
  /** Relative change of heights. */
  readonly jitter: number;
  /** Stretch in time. */
  readonly pace: number;
}

function addBeat(
  signal: Float64Array,
  peak: number,
  waves: readonly Wave[],
  { random, jitter, pace }: BeatOptions,
): void {
  for (const [at, half, height] of waves) {
    const centre = peak + at * pace + around(random, 1.5 * jitter);
    const reach = half * pace * (1 + around(random, 0.3 * jitter));
    const top = height * (1 + around(random, 0.5 * jitter));
    const last = Math.min(LENGTH - 1, Math.floor(centre + reach));
    for (let t = Math.max(0, Math.floor(centre - reach)); t <= last; t++)
      signal[t] = (signal[t] as number) + top * bump((t - centre) / reach);
  }
}

/** Slow drift of the baseline: a broken line through five random heights, rounded at its corners. */
function wanderOf(random: Random, height: number): (t: number) => number {
  const heights = Array.from({ length: 5 }, () => around(random, height));
  return (t) => {
    const place = (t / LENGTH) * 4;
    const i = Math.floor(place);
    const u = place - i;
    const share = u * u * (3 - 2 * u);
    return (heights[i] as number) * (1 - share) + (heights[i + 1] as number) * share;
  };
}
