/** Numbers as text for people: SI prefixes for three significant digits, KiB and MiB for memories, kB for files. */

const NARROW_SPACE = '\u202f';
const MINUS = '\u2212';
const PREFIXES: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

/** Three significant digits, no exponent: 0.0123, 1.23, 12.3, 123, 1 230. */
export function threeDigits(x: number): string {
  if (x === 0) return '0';
  const rounded = Number(x.toPrecision(3)); // first, so that 0.9996 counts as 1.00
  const digits = 2 - Math.floor(Math.log10(Math.abs(rounded)) + 1e-12);
  const text = digits >= 0 ? x.toFixed(Math.min(digits, 12)) : (Math.round(x * 10 ** digits) / 10 ** digits).toFixed(0);
  return group(text.replace('-', MINUS));
}

/** Thousands set apart by a narrow no-break space, from five digits on. */
export function group(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const digits = whole.replace(MINUS, '');
  if (digits.length < 5) return text;
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE);
  return (whole.startsWith(MINUS) ? MINUS : '') + grouped + (fraction === undefined ? '' : `.${fraction}`);
}

export interface ScaledText {
  readonly value: string;
  readonly unit: string;
}

/** `scaled(0.0123, 's')` → { value: '12.3', unit: 'ms' }. */
export function scaled(x: number, unit: string): ScaledText {
  const size = Math.abs(x);
  // 999.5 and above rounds to four digits, so it belongs to the next prefix.
  const [factor, prefix] = PREFIXES.find(([f]) => size >= f * 0.9995) ?? (size === 0 ? [1, ''] : [1e-12, 'p']);
  return { value: threeDigits(x / factor), unit: prefix + unit };
}

/** Memories, base 1024: B, KiB, MiB, GiB. */
export function memory(byteCount: number): ScaledText {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = byteCount;
  let index = 0;
  while (Math.abs(value) >= 1023.5 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return { value: index === 0 ? String(value) : threeDigits(value), unit: units[index] as string };
}

export const inWords = ({ value, unit }: ScaledText): string => (unit ? `${value}${NARROW_SPACE}${unit}` : value);
