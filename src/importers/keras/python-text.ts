/**
 * The part of Python that lists of layers are written in: calls, literals, names of literals, arithmetic on numbers. Statements are
 * parsed, never run; what is not understood stays as its text.
 */
import { badLayerList } from '../errors.ts';

export type PythonValue =
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly PythonValue[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly positional: readonly PythonValue[];
      readonly named: ReadonlyMap<string, PythonValue>;
    }
  /** A name, possibly with dots: of a variable, or of a function such as tf.nn.relu. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'other'; readonly text: string };

export interface Statement {
  readonly line: number;
  /** Of `target = value`; '' otherwise. */
  readonly target: string;
  readonly value: PythonValue;
}

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'mark' | 'end';
  readonly text: string;
  readonly line: number;
}

const TOKEN =
  /(?<space>[ \t\f\r]+|\\\r?\n|#[^\n]*)|(?<newline>\n)|(?<string>[rRbBuUfF]{0,2}(?:'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))|(?<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<mark>\*\*|\/\/|[-+*/%()[\]{},.:;=<>!@&|^~]|[\s\S])/gu;
const OPENING = '([{';
const CLOSING = ')]}';
/** Brackets within brackets; deeper ones are made to exhaust the stack. */
const DEEPEST = 64;

/** Tokens of each statement; a line goes on while a bracket is open. */
function statementsOf(file: string, text: string): Token[][] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let depth = 0;
  let line = 1;
  const end = () => {
    if (current.length > 0) statements.push(current);
    current = [];
  };
  for (const match of text.matchAll(TOKEN)) {
    const { space, newline, string, number, name, mark } = match.groups as Record<string, string | undefined>;
    const at = line;
    line += match[0].split('\n').length - 1;
    if (space !== undefined) continue;
    if (newline !== undefined || (mark === ';' && depth === 0)) {
      if (depth === 0) end();
      continue;
    }
    if (mark !== undefined && OPENING.includes(mark)) depth++;
    if (mark !== undefined && CLOSING.includes(mark)) depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) throw badLayerList(file, at, `brackets lie more than ${DEEPEST} deep in each other`);
    const kind =
      string !== undefined ? 'string' : number !== undefined ? 'number' : name !== undefined ? 'name' : 'mark';
    current.push({ kind, text: match[0], line: at });
  }
  if (depth > 0) throw badLayerList(file, current[0]?.line ?? line, 'a bracket is never closed');
  end();
  return statements;
}

/** The statements that are an expression or `name = expression`; others (import, def, for …) are left out. Arithmetic on numbers, and on names of numbers, is done. */
export function parsePython(file: string, text: string): Statement[] {
  const numbers = new Map<string, number>();
  return statementsOf(file, text).flatMap((tokens) => {
    const [first, second] = tokens as [Token, Token?];
    if (first.kind === 'name' && KEYWORDS.has(first.text)) return [];
    const assigns = first.kind === 'name' && second?.kind === 'mark' && second.text === '=' && tokens[2]?.text !== '=';
    const value = new Parser(assigns ? tokens.slice(2) : tokens, numbers).whole();
    if (assigns) {
      numbers.delete(first.text);
      if (value.kind === 'literal' && typeof value.value === 'number') numbers.set(first.text, value.value);
    }
    return [{ line: first.line, target: assigns ? first.text : '', value }];
  });
}

const KEYWORDS = new Set(
  'import from def class return for while if elif else with try except finally raise pass assert del global lambda'.split(
    ' ',
  ),
);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #numbers: ReadonlyMap<string, number>;
  #at = 0;

  /** `numbers`: what names stand for in arithmetic. */
  constructor(tokens: readonly Token[], numbers: ReadonlyMap<string, number>) {
    this.#tokens = tokens;
    this.#numbers = numbers;
  }

  /** The whole statement; what does not parse as an expression is kept as text. */
  whole(): PythonValue {
    const value = this.#sum();
    return this.#at === this.#tokens.length ? value : this.#text(0, this.#tokens.length);
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', line: 0 };
  }

  #take(mark: string): boolean {
    if (this.#next.kind !== 'mark' || this.#next.text !== mark) return false;
    this.#at++;
    return true;
  }

  #text(from: number, to: number): PythonValue {
    return {
      kind: 'other',
      text: this.#tokens
        .slice(from, to)
        .map((t) => t.text)
        .join(''),
    };
  }

  #sum(): PythonValue {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '//', '%', '**'], () => this.#unary()));
  }

  #chain(marks: readonly string[], operand: () => PythonValue): PythonValue {
    const from = this.#at;
    let left = operand();
    while (this.#next.kind === 'mark' && marks.includes(this.#next.text)) {
      const mark = this.#next.text;
      this.#at++;
      const right = operand();
      const value = arithmetic(mark, this.#number(left), this.#number(right));
      left = value === undefined ? this.#text(from, this.#at) : { kind: 'literal', value };
    }
    return left;
  }

  #unary(): PythonValue {
    const from = this.#at;
    if (this.#take('-')) {
      const value = this.#number(this.#unary());
      return value === undefined ? this.#text(from, this.#at) : { kind: 'literal', value: -value };
    }
    return this.#postfix();
  }

  /** Dots, calls and indices behind a name. */
  #postfix(): PythonValue {
    const from = this.#at;
    let value = this.#atom();
    for (;;) {
      if (this.#take('.')) {
        const name = this.#next.text;
        this.#at++;
        value = value.kind === 'name' ? { kind: 'name', name: `${value.name}.${name}` } : this.#text(from, this.#at);
      } else if (this.#take('(')) {
        const args = this.#arguments();
        value = value.kind === 'name' ? { kind: 'call', name: value.name, ...args } : this.#text(from, this.#at);
      } else if (this.#next.text === '[' && this.#next.kind === 'mark') {
        this.#skipBracket();
        value = this.#text(from, this.#at);
      } else return value;
    }
  }

  #atom(): PythonValue {
    const token = this.#next;
    if (this.#take('(')) return this.#items(')');
    if (this.#take('[')) return this.#items(']');
    const from = this.#at;
    if (token.kind === 'mark' && token.text === '{') {
      this.#skipBracket();
      return this.#text(from, this.#at);
    }
    this.#at++;
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text.replaceAll('_', '')) };
    if (token.kind === 'string') return this.#strings(token);
    if (token.kind !== 'name') return this.#text(from, this.#at);
    if (token.text in CONSTANTS) return { kind: 'literal', value: CONSTANTS[token.text] as boolean | null };
    return { kind: 'name', name: token.text };
  }

  /** Strings that follow each other are one. */
  #strings(first: Token): PythonValue {
    let value = unquoted(first.text);
    while (this.#next.kind === 'string') {
      value += unquoted(this.#next.text);
      this.#at++;
    }
    return { kind: 'literal', value };
  }

  /** Brackets around one value without a comma only group it. */
  #items(close: ')' | ']'): PythonValue {
    const items: PythonValue[] = [];
    let comma = false;
    while (!this.#take(close) && this.#next.kind !== 'end') {
      items.push(this.#argument());
      if (this.#take(',')) comma = true;
    }
    const [only] = items;
    return close === ')' && only && items.length === 1 && !comma ? only : { kind: 'list', items };
  }

  #arguments(): { positional: PythonValue[]; named: Map<string, PythonValue> } {
    const positional: PythonValue[] = [];
    const named = new Map<string, PythonValue>();
    while (!this.#take(')') && this.#next.kind !== 'end') {
      const after = this.#tokens[this.#at + 1];
      const isNamed = this.#next.kind === 'name' && after?.kind === 'mark' && after.text === '=';
      if (isNamed) {
        const name = this.#next.text;
        this.#at += 2;
        named.set(name, this.#argument());
      } else positional.push(this.#argument());
      this.#take(',');
    }
    return { positional, named };
  }

  /** One value; where something unknown follows it (a comparison, a lambda) all up to the comma is text. */
  #argument(): PythonValue {
    const from = this.#at;
    const value = this.#sum();
    const done = () => this.#next.kind === 'end' || (this.#next.kind === 'mark' && ',)]'.includes(this.#next.text));
    if (done()) return value;
    while (!done()) {
      if (this.#next.kind === 'mark' && OPENING.includes(this.#next.text)) this.#skipBracket();
      else this.#at++;
    }
    return this.#text(from, this.#at);
  }

  #number(value: PythonValue): number | undefined {
    if (value.kind === 'name') return this.#numbers.get(value.name);
    return value.kind === 'literal' && typeof value.value === 'number' ? value.value : undefined;
  }

  #skipBracket(): void {
    let depth = 0;
    do {
      const { kind, text } = this.#next;
      if (kind === 'end') return;
      if (kind === 'mark' && OPENING.includes(text)) depth++;
      if (kind === 'mark' && CLOSING.includes(text)) depth--;
      this.#at++;
    } while (depth > 0);
  }
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = Object.assign(Object.create(null), {
  True: true,
  False: false,
  None: null,
});

function arithmetic(mark: string, a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (mark === '+') return a + b;
  if (mark === '-') return a - b;
  if (mark === '*') return a * b;
  if (mark === '/') return a / b;
  if (mark === '//') return Math.floor(a / b);
  if (mark === '**') return a ** b;
  return a - b * Math.floor(a / b);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

function unquoted(text: string): string {
  const [, prefix = '', quoted = ''] = /^([A-Za-z]*)([\s\S]*)$/.exec(text) ?? [];
  const width = /^('''|""")/.test(quoted) ? 3 : 1;
  const inner = quoted.slice(width, -width);
  return /r/i.test(prefix) ? inner : inner.replace(/\\([\s\S])/g, (_, c: string) => ESCAPES[c] ?? c);
}
