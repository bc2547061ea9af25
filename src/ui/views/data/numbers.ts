/** Four significant digits, with a minus that is one: values of data have no unit. */
export const plain = (value: number): string => String(Number(value.toPrecision(4))).replace('-', '\u2212');

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
