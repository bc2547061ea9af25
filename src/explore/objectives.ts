import { memory, Registry, type ScaledText, scaled, threeDigits } from '../base/index.ts';
import type { DesignPoint } from './design-point.ts';

/** Something a design is judged by. Plots, tables, limits and flags are made from these entries. */
export interface Objective {
  readonly id: string;
  /** Sentence case, for axes and heads: 'Latency'. */
  readonly label: string;
  /** What it is and how it is had, one sentence. */
  readonly help: string;
  /** SI base unit of the value; '' for shares and counts. */
  readonly unit: string;
  readonly direction: 'min' | 'max';
  /** How it is written: SI prefixes, KiB and MiB, percent of a share, or plainly. */
  readonly format: 'si' | 'memory' | 'percent' | 'plain';
}

const accuracy: Objective = {
  id: 'accuracy',
  label: 'Top-1 accuracy',
  help: 'Share of labelled samples whose label the integer network gives.',
  unit: '',
  direction: 'max',
  format: 'percent',
};

const agreement: Objective = {
  id: 'agreement',
  label: 'Agreement with the float model',
  help: 'Share of samples on which integer and float network give the same label; there are no true labels.',
  unit: '',
  direction: 'max',
  format: 'percent',
};

const sqnrDecibel: Objective = {
  id: 'sqnrDecibel',
  label: 'Output SQNR',
  help: 'Power of the float outputs over the power of the integer network’s error, 10 log10.',
  unit: 'dB',
  direction: 'max',
  format: 'plain',
};

const latencySeconds: Objective = {
  id: 'latencySeconds',
  label: 'Latency',
  help: 'Time of one inference on the target.',
  unit: 's',
  direction: 'min',
  format: 'si',
};

const energyJoules: Objective = {
  id: 'energyJoules',
  label: 'Energy',
  help: 'Energy of one inference on the target.',
  unit: 'J',
  direction: 'min',
  format: 'si',
};

const peakRamBytes: Objective = {
  id: 'peakRamBytes',
  label: 'Peak RAM',
  help: 'Activation arena, scratch, stack and runtime.',
  unit: 'B',
  direction: 'min',
  format: 'memory',
};

const flashBytes: Objective = {
  id: 'flashBytes',
  label: 'Flash',
  help: 'Packed weights, biases, rescaling constants, tables and code.',
  unit: 'B',
  direction: 'min',
  format: 'memory',
};

const macs: Objective = {
  id: 'macs',
  label: 'MACs',
  help: 'Multiply-accumulates of one inference.',
  unit: '',
  direction: 'min',
  format: 'si',
};

const meanWeightBits: Objective = {
  id: 'meanWeightBits',
  label: 'Mean weight bits',
  help: 'Bits per weight, averaged over all weights.',
  unit: 'bit',
  direction: 'min',
  format: 'plain',
};

/** Every objective, in the order tables show them. To add one: write its entry, have the pipeline fill it. */
export const objectives = new Registry<Objective>('objective', [
  accuracy,
  agreement,
  sqnrDecibel,
  latencySeconds,
  energyJoules,
  peakRamBytes,
  flashBytes,
  macs,
  meanWeightBits,
]);

/** What quality is measured by, best first: the first one the points have. */
export const QUALITY: readonly string[] = ['accuracy', 'agreement', 'sqnrDecibel'];

/** The objective's value of a point; `undefined` if it is not known. */
export const figureValue = (point: DesignPoint, objective: string): number | undefined =>
  point.objectives[objective]?.value;

/** The value so that smaller is better; `undefined` if it is not known. */
export function minimized(point: DesignPoint, objective: string): number | undefined {
  const value = figureValue(point, objective);
  return value === undefined ? undefined : objectives.get(objective).direction === 'min' ? value : -value;
}

/** A value as people read it: '12.3' 'ms', '96.4' 'KiB', '98.7' '%'. */
export function valueText(objective: Objective, value: number): ScaledText {
  switch (objective.format) {
    case 'si':
      return scaled(value, objective.unit);
    case 'memory':
      return memory(value);
    case 'percent':
      return { value: (value * 100).toFixed(1), unit: '%' };
    case 'plain':
      return { value: threeDigits(value), unit: objective.unit };
  }
}
