import { type Code, trusted } from './code.ts';

/** Longest identifier made from a name; C11 promises 31 significant characters, compilers in use take more. */
const LONGEST_NAME = 48;
const LONGEST_WORDS = 80;

/**
 * Words an identifier must not be: keywords of C and C++, and names of the standard headers used. Compared in lower
 * case, so that upper-case forms (macros) are safe too.
 */
const RESERVED = new Set(
  `alignas alignof and and_eq arena asm auto bitand bitor bool break case catch char class co_await co_return co_yield
  compl complex concept const const_cast consteval constexpr constinit continue decltype default delete do double
  dynamic_cast else enum explicit export extern false float for friend goto if imaginary inline int int8_t int16_t
  int32_t int64_t long main memcpy memset mutable namespace new noexcept noreturn not not_eq null nullptr operator or
  or_eq printf private protected ptrdiff_t public register reinterpret_cast requires restrict return scratch short
  signed size_t sizeof static static_assert static_cast stderr stdin stdout strchr struct switch template this
  thread_local throw true try typedef typeid typename typeof uint8_t uint16_t uint32_t uint64_t union unix unsigned
  using virtual void volatile wchar_t while xor xor_eq linux i386 test errno assert signal exit abort`.split(/\s+/),
);

/**
 * A legal identifier of C, C++, Python and Verilog for any text: letters, digits and single underscores, beginning with a letter,
 * at most 48 characters, no reserved word, nothing that begins with `nn_` (the runtime's own). Not unique: see `CNames`.
 */
export function cName(text: string): Code {
  let name = '';
  for (const character of text.slice(0, 4 * LONGEST_NAME)) {
    if (/[A-Za-z0-9]/.test(character)) name += character;
    else if (name !== '' && !name.endsWith('_')) name += '_';
    if (name.length >= LONGEST_NAME) break;
  }
  name = name.replace(/_+$/, '');
  if (name === '') name = 'unnamed';
  if (/^[0-9]/.test(name) || RESERVED.has(name.toLowerCase()) || /^nn_/i.test(name)) name = `n_${name}`;
  return trusted(name);
}

/** Identifiers of one scope. The same text twice gives two names; names that differ only in case are told apart too. */
export class CNames {
  readonly #taken = new Set<string>();

  /** A name from `text` that this scope has not given out yet. */
  unique(text: string): Code {
    const base = cName(text);
    let name: string = base;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    this.#taken.add(name.toLowerCase());
    return trusted(name);
  }
}

/**
 * A name as words for a comment, a string literal, a README or a printed line: letters, digits, blanks and `_ . -` only,
 * so no quote, no slash, no backslash, no trigraph, no end of line, no Markdown can come of it. Cut to 80 characters.
 */
export function plainWords(text: string): Code {
  const cut = text.slice(0, LONGEST_WORDS);
  const words = cut.replace(/[^A-Za-z0-9_. -]/g, '_').replace(/_{2,}/g, '_');
  return trusted(words.trim() === '' || /^_+$/.test(words) ? 'unnamed' : words.trim());
}
