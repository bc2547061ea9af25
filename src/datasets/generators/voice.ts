import { clamp, type Random } from '../../base/index.ts';
import { around, bell, between, bump, smoothStep, toCode } from './drawing.ts';
import type { SampleGenerator } from './generator.ts';

const FRAMES = 32;
const BANDS = 32;
const VOICE = 1;

/** Energies of a patch, [frames, bands]; added to, then compressed. */
type Patch = Float64Array;

/** Place of a frequency among the bands: nearly linear below 1 kHz, bent above, as mel bands are, but by a fraction. 4 kHz is the last. */
const bandOf = (hertz: number): number => (BANDS * 1.45 * hertz) / (hertz + 1800);

/** Speech: syllables of harmonics of a gliding pitch under two or three moving formants, some begun or ended by a hiss. */
function addVoice(patch: Patch, random: Random, loud: number): void {
  let start = -random.below(6);
  let pitch = between(random, 90, 260);
  while (start < FRAMES) {
    const length = 6 + random.below(9);
    addSyllable(patch, random, { start, length, loud: loud * between(random, 0.7, 1.15), pitch });
    if (random.unit() < 0.4) addHiss(patch, random, start - 3, 3, loud * between(random, 0.3, 0.7));
    pitch = clamp(pitch * between(random, 0.85, 1.15), 80, 300);
    start += length + 1 + random.below(4);
  }
}

interface Syllable {
  readonly start: number;
  readonly length: number;
  readonly loud: number;
  /** Hertz. */
  readonly pitch: number;
}

const HIGHEST = 4000;

function addSyllable(patch: Patch, random: Random, { start, length, loud, pitch }: Syllable): void {
  const glide = around(random, 0.18);
  const formants = [between(random, 300, 850), between(random, 900, 2300), between(random, 2400, 3300)];
  const moves = formants.map(() => around(random, 0.25));
  for (let t = Math.max(0, start); t < Math.min(FRAMES, start + length); t++) {
    const u = (t - start + 0.5) / length;
    const envelope = loud * smoothStep(0, 0.25, u) * (1 - smoothStep(0.65, 1, u));
    const now = pitch * (1 + glide * (u - 0.5));
    const centres = formants.map((f, i) => f * (1 + (moves[i] as number) * (u - 0.5)));
    for (let hertz = now; hertz < HIGHEST; hertz += now) {
      const near = centres.reduce((sum, f, i) => sum + bump((hertz - f) / (420 + 120 * i)) / (1 + 0.5 * i), 0);
      addAt(patch, t, bandOf(hertz), envelope * (0.12 + near));
    }
  }
}

/** A struck string: all harmonics at once, each weaker than the one below by `falls`, then fading. */
function addNote(patch: Patch, { start, length, loud, pitch }: Syllable, falls: number): void {
  for (let t = Math.max(0, start); t < Math.min(FRAMES, start + length); t++) {
    const left = 1 - (t - start) / (length + 2);
    let energy = loud * left * left;
    for (let hertz = pitch; hertz < HIGHEST; hertz += pitch, energy *= falls) addAt(patch, t, bandOf(hertz), energy);
  }
}

/** A narrow line of energy between two bands, shared among its neighbours. */
function addAt(patch: Patch, t: number, band: number, energy: number): void {
  for (let b = Math.max(0, Math.floor(band - 0.9)); b <= Math.min(BANDS - 1, Math.floor(band + 1.4)); b++)
    patch[t * BANDS + b] = (patch[t * BANDS + b] as number) + energy * bump((b - band) / 1.4);
}

/** Broadband noise that grows towards high bands. */
function addHiss(patch: Patch, random: Random, start: number, length: number, loud: number): void {
  const low = between(random, 10, 20);
  for (let t = Math.max(0, start); t < Math.min(FRAMES, start + length); t++)
    for (let b = 0; b < BANDS; b++) {
      const energy = loud * smoothStep(low, low + 10, b) * between(random, 0.4, 1);
      patch[t * BANDS + b] = (patch[t * BANDS + b] as number) + energy;
    }
}

/** Sounds without a voice, one of them picked. */
const OTHER_SOUNDS: readonly ((patch: Patch, random: Random, loud: number) => void)[] = [
  // Hum and its harmonics: lines like a voice's that never move.
  (patch, random, loud) => {
    const base = between(random, 90, 260);
    const falls = between(random, 0.5, 0.85);
    let energy = loud;
    for (let hertz = base; hertz < HIGHEST; hertz += base, energy *= falls)
      for (let t = 0; t < FRAMES; t++) addAt(patch, t, bandOf(hertz), energy);
  },
  // Clicks and knocks: all bands at once, gone at once.
  (patch, random, loud) => {
    for (let n = 2 + random.below(5); n > 0; n--) {
      const at = random.below(FRAMES);
      const low = random.below(12);
      for (let t = at; t < Math.min(FRAMES, at + 4); t++)
        for (let b = low; b < BANDS; b++)
          patch[t * BANDS + b] =
            (patch[t * BANDS + b] as number) + (loud * between(random, 0.5, 1)) / (1 + 2 * (t - at));
    }
  },
  // Whistles and tones, steady or swept.
  (patch, random, loud) => {
    for (let n = 1 + random.below(3); n > 0; n--) {
      const [from, to] = [between(random, 300, 3500), between(random, 300, 3500)];
      const start = random.below(16);
      const length = 8 + random.below(20);
      for (let t = start; t < Math.min(FRAMES, start + length); t++)
        addAt(patch, t, bandOf(from + ((to - from) * (t - start)) / length), loud);
    }
  },
  // Gusts and passing cars: wide noise that swells and fades.
  (patch, random, loud) => {
    const [centre, width] = [between(random, 0, 24), between(random, 6, 18)];
    const [middle, half] = [between(random, 4, 28), between(random, 6, 20)];
    for (let t = 0; t < FRAMES; t++)
      for (let b = 0; b < BANDS; b++)
        patch[t * BANDS + b] =
          (patch[t * BANDS + b] as number) +
          loud * bump((b - centre) / width) * bump((t - middle) / half) * between(random, 0.5, 1.2);
  },
  // Music: struck notes, harmonics that fade evenly; a pitch that steps and never glides.
  (patch, random, loud) => {
    let pitch = between(random, 90, 280);
    for (let start = -random.below(6); start < FRAMES; ) {
      const length = 5 + random.below(10);
      addNote(patch, { start, length, loud: loud * between(random, 0.7, 1.15), pitch }, between(random, 0.6, 0.9));
      pitch = clamp(pitch * random.pick([0.75, 0.89, 1, 1.125, 1.333]), 80, 320);
      start += length + random.below(3);
    }
  },
  // Nearly nothing.
  () => {},
];

export const voice: SampleGenerator = {
  id: 'voice',
  title:
    'Voice or none: log-mel-like patches of 32 frames × 32 bands; hums, knocks, whistles, gusts and music without one',
  classes: ['no voice', 'voice'],
  shape: [1, FRAMES, BANDS],
  draw(random, label, x, difficulty) {
    const patch = new Float64Array(FRAMES * BANDS);
    const loud = between(random, 0.5 - 0.46 * difficulty, 1.1 - 0.7 * difficulty);
    const sounds = label === VOICE && random.unit() > 0.2 + 0.7 * difficulty ? 0 : 1;
    if (label === VOICE) addVoice(patch, random, loud);
    const other = random.pick(OTHER_SOUNDS);
    if (sounds > 0) other(patch, random, label === VOICE ? 0.6 * difficulty * loud : loud);
    const floor = between(random, 0.03, 0.06 + 0.4 * difficulty);
    const tilt = around(random, 0.6);
    const noise = 0.02 + 0.24 * difficulty;
    for (let t = 0; t < FRAMES; t++) {
      for (let b = 0; b < BANDS; b++) {
        const ground = floor * (1 + tilt * (b / BANDS - 0.5)) * between(random, 0.5, 1.5);
        const energy = (patch[t * BANDS + b] as number) + ground;
        // Compressed as a logarithm would, by a fraction.
        x[t * BANDS + b] = toCode((1.25 * energy) / (energy + 0.3) + noise * bell(random));
      }
    }
  },
};
