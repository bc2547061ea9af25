/**
 * Text of a generated file. A brand of its own, so that a plain string (a layer's name, say) cannot slip into code:
 * only `code` and the functions of `names.ts` make it.
 */
export type Code = string & { readonly __code: never };

type Insert = Code | number | readonly Code[];

/**
 * Source text: the common indent is stripped, inserted blocks take the indent of the line they stand on, and lists are
 * joined by lines. Backslashes stay as written. A line that holds nothing but an empty insertion vanishes, and so do
 * the first and last line where they are blank. A template of one line is taken as it is.
 */
export function code(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Code {
  const raw = strings.raw.map((part) => part.replaceAll('\r\n', '\n'));
  if (!raw.some((part) => part.includes('\n')))
    return raw.map((part, i) => part + (i < inserts.length ? textOf(inserts[i] as Insert) : '')).join('') as Code;
  const indent = commonIndent(raw);
  const lines = raw.map((part, i) => stripIndent(part, indent, i === 0));
  let out = '';
  for (const [i, part] of lines.entries()) {
    out += part;
    if (i < inserts.length) out = insertAt(out, textOf(inserts[i] as Insert), lines[i + 1] as string);
  }
  return trimmed(out) as Code;
}

/** Text that was made elsewhere by rules as strict: tables of numbers, fixed sources, sanitized words. */
export const trusted = (text: string): Code => text as Code;

export const joined = (parts: readonly Code[], separator: string): Code => parts.join(separator) as Code;

const textOf = (insert: Insert): string =>
  typeof insert === 'number' ? numberText(insert) : typeof insert === 'string' ? insert : insert.join('\n');

/** Shortest decimal form that reads back as the same double. */
const numberText = (value: number): string => (Object.is(value, -0) ? '0' : String(value));

const DROPPED = '\u0000';

function insertAt(before: string, text: string, after: string): string {
  const lineStart = before.lastIndexOf('\n') + 1;
  const lead = before.slice(lineStart);
  const alone = lead.trim() === '' && after.startsWith('\n');
  if (alone && text === '') return before + DROPPED;
  const indent = /^ */.exec(lead)?.[0] ?? '';
  return before + text.replaceAll('\n', `\n${indent}`);
}

function trimmed(text: string): string {
  const lines = text
    .split('\n')
    .filter((line) => !line.includes(DROPPED))
    .map((line) => line.trimEnd());
  if (lines[0] === '') lines.shift();
  if (lines.at(-1) === '') lines.pop();
  return lines.join('\n');
}

function commonIndent(parts: readonly string[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [p, part] of parts.entries()) {
    const lines = part.split('\n').slice(1);
    for (const [i, line] of lines.entries()) {
      const last = i === lines.length - 1;
      // A last line of white space counts only if an insertion follows it.
      if (line.trim() === '' && !(last && p < parts.length - 1)) continue;
      least = Math.min(least, line.length - line.trimStart().length);
    }
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}

function stripIndent(part: string, indent: number, first: boolean): string {
  const [head = '', ...rest] = part.split('\n');
  return [first ? head.trimStart() : head, ...rest.map((line) => line.slice(indent))].join('\n');
}
