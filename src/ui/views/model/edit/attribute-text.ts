import type { AttributeSetting } from '../../../../edit/index.ts';

export type SettingKind = AttributeSetting['kind'];

/** What a value of each kind is called. */
export const kindWords: Readonly<Record<SettingKind, string>> = {
  int: 'whole number',
  ints: 'whole numbers',
  float: 'number',
  floats: 'numbers',
  string: 'text',
  strings: 'texts',
};

/** Digits that tell two 32-bit floats apart. */
const MOST_DIGITS = 9;

/** The shortest decimal that is this 32-bit float: '0.1', not '0.10000000149011612'. */
function floatText(value: number): string {
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(value)) return text;
  }
  return String(value);
}

/** An attribute as a field shows it; `parseSetting` reads it back. */
export function settingText(setting: AttributeSetting): string {
  switch (setting.kind) {
    case 'int':
    case 'string':
      return String(setting.value);
    case 'ints':
      return setting.value.join(', ');
    case 'float':
      return floatText(setting.value);
    case 'floats':
      return setting.value.map(floatText).join(', ');
    case 'strings':
      return setting.value.some((text) => /[,[\]"]|^\s|\s$/.test(text))
        ? JSON.stringify(setting.value)
        : setting.value.join(', ');
  }
}

export type Parsed<T> = { readonly value: T } | { readonly wrong: string };

/** What a user typed for an attribute of this kind, or why it is none. */
export function parseSetting(kind: SettingKind, text: string): Parsed<AttributeSetting> {
  switch (kind) {
    case 'int':
      return map(single(text, wholeNumber, 'a whole number, such as 1'), (value) => ({ kind, value }));
    case 'ints':
      return map(listOf(text, wholeNumber, 'whole numbers with commas between, such as 1, 1'), (value) => ({
        kind,
        value,
      }));
    case 'float':
      return map(single(text, anyNumber, 'a number, such as 0.1'), (value) => ({ kind, value }));
    case 'floats':
      return map(listOf(text, anyNumber, 'numbers with commas between, such as 0.5, 1'), (value) => ({ kind, value }));
    case 'string':
      return { value: { kind, value: text } };
    case 'strings':
      return map(texts(text), (value) => ({ kind, value }));
  }
}

const map = <A, B>(parsed: Parsed<A>, to: (value: A) => B): Parsed<B> =>
  'wrong' in parsed ? parsed : { value: to(parsed.value) };

const plain = (text: string): string => text.trim().replaceAll('\u2212', '-');

function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

function anyNumber(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && /^[\d.eE+-]+$/.test(text) && Number.isFinite(Math.fround(value)) ? value : undefined;
}

function single(text: string, read: (part: string) => number | undefined, wants: string): Parsed<number> {
  const value = read(plain(text));
  return value === undefined ? { wrong: wants } : { value };
}

function listOf(text: string, read: (part: string) => number | undefined, wants: string): Parsed<readonly number[]> {
  const parts = plain(text)
    .replace(/^[[(]|[\])]$/g, '')
    .split(/[\s,;×]+/)
    .filter((part) => part !== '');
  const values = parts.map(read);
  const wrong = parts.find((_, i) => values[i] === undefined);
  if (parts.length === 0) return { wrong: wants };
  if (wrong !== undefined) return { wrong: `'${wrong}' is none: ${wants}` };
  return { value: values as readonly number[] };
}

/** With commas between, or as JSON where a text holds a comma. */
function texts(text: string): Parsed<readonly string[]> {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[')) return { value: trimmed.split(',').map((part) => part.trim()) };
  const wrong = { wrong: 'texts as ["a", "b"]' };
  try {
    const value: unknown = JSON.parse(trimmed);
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? { value } : wrong;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return wrong;
  }
}
