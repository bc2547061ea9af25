/**
 * Four significant digits of the larger of the value and `spread` (a standard deviation: what is far below it is 0), with a minus
 * that is one. Values of data have no unit.
 */
export function plain(value: number, spread = 0): string {
  const size = Math.max(Math.abs(value), spread);
  if (size === 0) return '0';
  const decimals = 3 - Math.floor(Math.log10(size));
  const rounded = decimals > 0 ? Number(value.toFixed(Math.min(20, decimals))) : Number(value.toPrecision(4));
  return String(rounded === 0 ? 0 : rounded).replace('-', '\u2212');
}

/** '0.485, 0.456' → numbers; undefined where a part is none. Decimal points; separated by commas, semicolons or blanks. */
export function numbersIn(text: string): readonly number[] | undefined {
  const parts = text
    .replaceAll('\u2212', '-')
    .split(/[,;\s]+/)
    .filter(Boolean);
  const numbers = parts.map(numberIn);
  return parts.length > 0 && numbers.every((n) => n !== undefined) ? (numbers as readonly number[]) : undefined;
}

/** A number, or a fraction as '1/255'. */
function numberIn(text: string): number | undefined {
  const [above = '', below, ...rest] = text.split('/');
  const value = below === undefined ? Number(above) : Number(above) / Number(below);
  return above !== '' && below !== '' && rest.length === 0 && Number.isFinite(value) ? value : undefined;
}
