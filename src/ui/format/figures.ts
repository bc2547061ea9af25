import { group, inWords, memory, scaled, threeDigits } from '../../base/index.ts';
import type { Figure, Provenance } from '../../ir/index.ts';

/** How quantities are written on the page: by what they are, not by their unit. */
export type QuantityKind =
  | 'seconds'
  | 'joules'
  | 'watts'
  | 'hertz'
  | 'bytes'
  | 'fileBytes'
  | 'macs'
  | 'count'
  | 'share'
  | 'dollars'
  | 'decibel'
  | 'intensity'
  | 'plain';

const RANGE = '–';
const SPACE = '\u202f';

export interface QuantityText {
  readonly value: string;
  readonly unit: string;
}

/** `quantity(0.214, 'seconds')` → { value: '214', unit: 'ms' }. Shares are 0 … 1 and written in %. */
export function quantity(x: number, kind: QuantityKind): QuantityText {
  switch (kind) {
    case 'seconds':
      return scaled(x, 's');
    case 'joules':
      return scaled(x, 'J');
    case 'watts':
      return scaled(x, 'W');
    case 'hertz':
      return scaled(x, 'Hz');
    case 'bytes':
      return memory(x);
    case 'fileBytes':
      return x < 1000 ? { value: String(Math.round(x)), unit: 'B' } : scaled(x, 'B');
    case 'macs':
      return x < 1000 ? { value: String(Math.round(x)), unit: '' } : scaled(x, '');
    case 'count':
      return { value: group(String(Math.round(x))), unit: '' };
    case 'share':
      return { value: (x * 100).toFixed(1), unit: '%' };
    case 'dollars':
      return { value: `$${x < 100 ? x.toFixed(2) : group(String(Math.round(x)))}`, unit: '' };
    case 'decibel':
      return { value: x.toFixed(1), unit: 'dB' };
    case 'intensity':
      return { value: threeDigits(x), unit: 'op/B' };
    case 'plain':
      return { value: threeDigits(x), unit: '' };
  }
}

/** Value and unit in one line, with a narrow no-break space. */
export const inText = (x: number, kind: QuantityKind): string => inWords(quantity(x, kind));

/** '214 ms (196–233)': the interval in the unit of the value. */
export function figureText(figure: Figure | undefined, kind: QuantityKind): string {
  if (!figure) return 'unknown';
  const range = intervalText(figure, kind);
  return range ? `${inText(figure.value, kind)} (${range})` : inText(figure.value, kind);
}

/** '196–233' in the unit of the value; undefined if there is no interval. */
export function intervalText(figure: Figure, kind: QuantityKind): string | undefined {
  if (!figure.interval) return undefined;
  const [low, high] = figure.interval;
  const factor = factorOf(figure.value, kind);
  return `${digitsLike(low * factor)}${RANGE}${digitsLike(high * factor)}`;
}

/** What a value is multiplied with to be in the unit that `quantity` chose for `x`. */
export function factorOf(x: number, kind: QuantityKind): number {
  if (kind === 'share') return 100;
  if (x === 0) return 1;
  if (kind === 'bytes') return 1024 ** -['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(quantity(x, kind).unit);
  if (['count', 'dollars', 'decibel', 'intensity', 'plain'].includes(kind)) return 1;
  const steps = Math.floor(Math.log10(Math.abs(x) / 0.9995) / 3);
  return 10 ** (-3 * Math.max(kind === 'fileBytes' || kind === 'macs' ? 0 : -4, Math.min(4, steps)));
}

const digitsLike = (x: number): string => threeDigits(x);

/** '3 min 10 s', '27 s', '0.84 s', '120 ms'. */
export function duration(seconds: number): string {
  if (seconds < 1) return inText(seconds, 'seconds');
  if (seconds < 10) return `${seconds.toFixed(1)}${SPACE}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${SPACE}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}${SPACE}min${whole % 60 ? ` ${whole % 60}${SPACE}s` : ''}`;
  return `${Math.floor(minutes / 60)}${SPACE}h ${minutes % 60}${SPACE}min`;
}

/** '3 min 10 s left (2 min 40 s – 4 min)'. */
export function timeLeft([low, middle, high]: readonly [number, number, number]): string {
  return duration(low) === duration(high)
    ? `${duration(middle)} left`
    : `${duration(middle)} left (${duration(low)} – ${duration(high)})`;
}

/** '16×32×32'; unknown sizes by their names. */
export const shapeText = (shape: readonly (number | string)[] | undefined): string =>
  shape === undefined ? 'unknown' : shape.length === 0 ? 'scalar' : shape.join('×');

/** First eight hex digits. */
export const fingerprint = (sha256: string): string => sha256.slice(0, 8);

/** Cut in the middle, so that start and end of a name in the file stay readable. */
export function middleCut(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}

/** 'Today, 14:20', 'Yesterday, 09:02', '12 November'. */
export function dayText(at: number, now: number): string {
  const date = new Date(at);
  const days = Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  if (days === 0) return `Today, ${time}`;
  if (days === 1) return `Yesterday, ${time}`;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' });
}

function startOfDay(at: number): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

export const provenanceWords: Readonly<Record<Provenance | 'unknown', string>> = {
  measured: 'on the device, or on labelled data',
  fitted: 'by a model with known held-out error',
  computed: 'exactly, from shapes, a plan or code',
  assumed: 'data sheet or default',
  unknown: 'outside the fitted range, or never measured',
};

/** Minus U+2212, plus sign always: '+0.5', '−2.2'. */
export function signed(x: number, digits = 1): string {
  const text = Math.abs(x).toFixed(digits);
  if (Number(text) === 0) return text;
  return (x < 0 ? '\u2212' : '+') + text;
}

/** One column, one number of decimals: '< 0.1' below the last digit. */
export function fixed(x: number, digits: number): string {
  const last = 10 ** -digits;
  if (x > 0 && x < last / 2) return `<${SPACE}${last.toFixed(digits)}`;
  return group(x.toFixed(digits).replace('-', '\u2212'));
}
