import type { Objective } from '../../../explore/view.ts';
import { factorOf, fixed, inText, type QuantityKind, quantity } from '../../format/index.ts';

/** One unit for a whole column or axis, so that numbers under each other can be compared. */
export interface ObjectiveUnit {
  readonly objective: Objective;
  readonly kind: QuantityKind;
  /** '' for counts without prefix. */
  readonly unit: string;
  /** SI value × factor = shown number. */
  readonly factor: number;
  /** Decimals of a cell. */
  readonly digits: number;
}

const SHORT: Readonly<Record<string, string>> = {
  accuracy: 'Top-1',
  agreement: 'Agreement',
  sqnrDecibel: 'SQNR',
  meanWeightBits: 'W bits',
};

/** The objective in the head of a column. */
export const shortLabel = (objective: Objective): string => SHORT[objective.id] ?? objective.label;

export function kindOf({ format, unit }: Objective): QuantityKind {
  switch (format) {
    case 'memory':
      return 'bytes';
    case 'percent':
      return 'share';
    case 'plain':
      return unit === 'dB' ? 'decibel' : 'plain';
    case 'si':
      return unit === 's' ? 'seconds' : unit === 'J' ? 'joules' : unit === 'W' ? 'watts' : 'macs';
  }
}

/** Unit and decimals that suit the middle one of `values` (SI base units). */
export function unitFor(objective: Objective, values: readonly number[]): ObjectiveUnit {
  const kind = kindOf(objective);
  const sizes = values
    .map(Math.abs)
    .filter((x) => x > 0)
    .sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 1;
  const factor = factorOf(middle, kind);
  const digits = kind === 'share' ? 1 : Math.max(0, Math.min(2, 2 - Math.floor(Math.log10(middle * factor) + 1e-9)));
  const unit = kind === 'plain' ? (objective.unit === 'bit' ? '' : objective.unit) : quantity(middle, kind).unit;
  return { objective, kind, unit, factor, digits };
}

/** 'Latency, ms': as the head of a column or row. */
export const headOf = ({ objective, unit }: ObjectiveUnit, length: 'short' | 'long' = 'short'): string => {
  const label = length === 'short' ? shortLabel(objective) : objective.label;
  return unit ? `${label}, ${unit}` : label;
};

/** The number alone, in the unit of the head. */
export const cellText = ({ factor, digits }: ObjectiveUnit, value: number): string => fixed(value * factor, digits);

/** '≤ 100 ms'. */
export const limitText = (objective: Objective, operator: '<=' | '>=', limit: number): string =>
  `${operator === '<=' ? '≤' : '≥'} ${valueWords(objective, limit)}`;

/** '84.9 %', '91.2 ms'. */
export function valueWords(objective: Objective, value: number): string {
  const text = inText(value, kindOf(objective));
  return objective.unit === 'bit' ? `${text}\u202fbit` : text;
}
