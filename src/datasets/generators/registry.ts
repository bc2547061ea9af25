import { Registry } from '../../base/index.ts';
import { beats } from './beats.ts';
import { figures } from './figures.ts';
import type { SampleGenerator } from './generator.ts';
import { glyphs } from './glyphs.ts';
import { shapes } from './shapes.ts';
import { tones } from './tones.ts';
import { voice } from './voice.ts';

const all = [glyphs, shapes, beats, voice, figures, tones] as const;

export const sampleGenerators = new Registry<SampleGenerator>('sample data set', all);
