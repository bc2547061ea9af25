import { bell, toCode, triangle } from './drawing.ts';
import type { SampleGenerator } from './generator.ts';

const FRAMES = 32;
const BANDS = 12;
const CLASSES = ['rising', 'falling', 'steady', 'vibrato', 'two tones', 'noise'] as const;
const TWO_TONES = 4;
const NOISE = 5;

export const tones: SampleGenerator = {
  id: 'tones',
  title: 'Spectrograms of six kinds of tone: 32 frames of 12 bands, any pitch, loudness and start, noise',
  classes: CLASSES,
  shape: [1, FRAMES, BANDS],
  draw(random, label, x, difficulty) {
    const start = random.below(8);
    const length = 16 + random.below(8);
    const base = 2.5 + 6 * random.unit();
    const sweep = 2 + 2.5 * random.unit();
    const rate = 0.5 + 0.4 * random.unit();
    const second = base + (random.unit() < 0.5 ? -3 : 3);
    const loud = 0.3 + 0.5 * random.unit();
    const floor = 0.05 + 0.2 * random.unit();
    for (let t = 0; t < FRAMES; t++) {
      const phase = (t - start) / length - 0.5;
      const drift = [sweep * phase, -sweep * phase, 0, 1.1 * triangle(rate * (t - start)), 0, 0][label] as number;
      for (let band = 0; band < BANDS; band++) {
        const near = (centre: number) => {
          const reach = 1 + (band - centre) * (band - centre) * 1.5;
          return 1 / (reach * reach);
        };
        let energy = 0;
        if (t >= start && t < start + length) {
          if (label === NOISE) energy = 0.35 + 0.25 * bell(random);
          else energy = near(base + drift) + (label === TWO_TONES ? near(second) : 0);
        }
        x[t * BANDS + band] = toCode(floor + loud * energy + 0.24 * difficulty * bell(random));
      }
    }
  },
};
