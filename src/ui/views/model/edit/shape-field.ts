import type { Dim } from '../../../../ir/index.ts';
import type { Parsed } from './attribute-text.ts';

const MOST = 2 ** 31;

/** '1, 3, 224, 224': sizes, or names for sizes that stay open. */
export const shapeAsTyped = (shape: readonly Dim[] | undefined): string => (shape ?? []).join(', ');

/** The shape a user typed; sizes may stand with commas, blanks or × between. An empty text is a scalar. */
export function parseShape(text: string): Parsed<readonly Dim[]> {
  const parts = text
    .trim()
    .replace(/^[[(]|[\])]$/g, '')
    .split(/[\s,;×]+/)
    .filter((part) => part !== '');
  const dims: Dim[] = [];
  for (const part of parts) {
    if (/^\d+$/.test(part)) {
      if (Number(part) < 1 || Number(part) > MOST) return { wrong: `${part} is no size: 1 to ${MOST}` };
      dims.push(Number(part));
    } else if (/^[\p{L}_?][\p{L}\p{N}_.?/]*$/u.test(part)) dims.push(part);
    else return { wrong: `'${part}' is neither a size nor a name` };
  }
  return { value: dims };
}
