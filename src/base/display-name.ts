/** Longest name shown whole, in characters; of a longer one both ends are shown. */
const LONGEST = 120;
const HEAD = 70;
const TAIL = 30;

/**
 * Characters that are not seen, or that turn the text around them: controls, format characters (zero-width spaces and
 * joiners, bidirectional overrides, tags), line and paragraph separators, unpaired surrogates.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

/**
 * A name from a file, made safe to be shown: characters that are not seen or that reorder text are written as
 * `\u{202E}`, and the middle of a very long one is left out. Two names that differ may look alike only by what is left out.
 * Letters of every script stay as they are. For messages; the model keeps the name itself.
 */
export function displayName(name: string): string {
  return shortened(name).replace(HIDDEN, (character) => `\\u{${code(character)}}`);
}

const code = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

function shortened(name: string): string {
  if (name.length <= LONGEST) return name;
  const left = name.length - HEAD - TAIL;
  return `${name.slice(0, HEAD)}… ${left} more characters …${name.slice(-TAIL)}`;
}
