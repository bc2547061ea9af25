/** What a search may ask of a layer. Figures are in base units: seconds, joules, bytes. */
export interface LayerFacts {
  readonly id: string;
  readonly op: string;
  /** Path of scopes, 'a/b/c' or ''. */
  readonly scope: string;
  /** Tensors it reads and writes, without constants. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** '1×3×32×32'; absent where unknown. */
  readonly inShape?: string;
  readonly outShape?: string;
  /** By metric id ('macs', 'latency' …); a figure that is not known is absent. */
  readonly figures: Readonly<Record<string, number | undefined>>;
}

export type LayerTest = (layer: LayerFacts) => boolean;

/** A search that was understood, or what is wrong with it, in words for the user. */
export type Query = { readonly test: LayerTest } | { readonly wrong: string };

interface Term {
  readonly negated: boolean;
  readonly field: string | undefined;
  readonly comparison: Comparison;
  readonly value: string;
}

type Comparison = ':' | '=' | '<' | '<=' | '>' | '>=';

/** Fields compared as text: what they are looked up in. */
const TEXT: Readonly<Record<string, (layer: LayerFacts) => readonly string[]>> = {
  name: (l) => [l.id],
  op: (l) => [l.op],
  scope: (l) => [l.scope],
  tensor: (l) => [...l.reads, ...l.writes],
};

const SHAPES: Readonly<Record<string, (layer: LayerFacts) => string | undefined>> = {
  in: (l) => l.inShape,
  out: (l) => l.outShape,
};

/** Other words for metrics. */
const ALIASES: Readonly<Record<string, string>> = {
  parameters: 'params',
  weights: 'params',
  time: 'latency',
  mac: 'macs',
  memory: 'bytes',
  type: 'op',
  input: 'in',
  output: 'out',
};

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6,
  μ: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/**
 * Reads a search: words that stand in the name, operator, scope or tensors, and terms `field:text`, `field>number`, all of
 * which must hold; '-' turns a term round, quotes hold spaces together. `metrics` are the figures that may be asked for.
 */
export function parseQuery(text: string, metrics: readonly string[]): Query {
  const tests: LayerTest[] = [];
  for (const word of wordsOf(text)) {
    const term = termOf(word);
    const read = testOf(term, metrics);
    if (typeof read === 'string') return { wrong: read };
    tests.push(term.negated ? (layer) => !read(layer) : read);
  }
  return { test: (layer) => tests.every((test) => test(layer)) };
}

interface Word {
  readonly text: string;
  /** It began with a quote (after a '-'): then ':' and '>' in it are text. */
  readonly quoted: boolean;
  readonly negated: boolean;
}

/** Splits at spaces outside quotes; an open quote reaches to the end. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const [whole] of text.matchAll(/(?:"[^"]*"?|[^\s"])+/g)) {
    const negated = whole.length > 1 && whole.startsWith('-');
    const body = negated ? whole.slice(1) : whole;
    const plain = body.replaceAll('"', '');
    if (plain) words.push({ text: plain, quoted: body.startsWith('"'), negated });
  }
  return words;
}

function termOf({ text, quoted, negated }: Word): Term {
  const parts = quoted ? null : /^([a-z]+)(<=|>=|≤|≥|[:=<>])(.*)$/is.exec(text);
  if (!parts) return { negated, field: undefined, comparison: ':', value: text };
  const [, field = '', sign = ':', value = ''] = parts;
  const comparison = sign === '≤' ? '<=' : sign === '≥' ? '>=' : (sign as Comparison);
  const lower = field.toLowerCase();
  return { negated, field: ALIASES[lower] ?? lower, comparison, value };
}

function testOf({ field, comparison, value }: Term, metrics: readonly string[]): LayerTest | string {
  if (field === undefined) return freeText(value);
  const text = TEXT[field];
  const shape = SHAPES[field];
  if (text || shape) {
    if (comparison !== ':' && comparison !== '=') return `${field} is text: write ${field}:${value || 'text'}.`;
    if (value === '') return `${field}: what follows is missing.`;
    if (shape) return shapeTest(shape, value);
    return text ? textTest(text, value, comparison === '=') : () => false;
  }
  if (!metrics.includes(field)) {
    // A name may hold a colon or a dot and a colon ('StatefulPartitionedCall:0'): only a word that reads as a filter is refused.
    const known = [...Object.keys(TEXT), ...Object.keys(SHAPES), ...metrics].join(', ');
    return `There is no field "${field}". Fields are ${known}. Put quotes around text that holds a colon.`;
  }
  const number = numberOf(value);
  if (number === undefined)
    return value === ''
      ? `${field}${comparison} what follows is missing.`
      : `"${value}" is not a number: write ${field}>1e6, ${field}>=10k or with a unit.`;
  return (layer) => {
    const figure = layer.figures[field];
    return figure !== undefined && compares(figure, comparison, number);
  };
}

const freeText = (value: string): LayerTest => {
  const has = pattern(value, false);
  return (layer) => has(layer.id) || has(layer.op) || layer.writes.some(has) || layer.reads.some(has);
};

function textTest(of: (layer: LayerFacts) => readonly string[], value: string, whole: boolean): LayerTest {
  const has = pattern(value, whole);
  return (layer) => of(layer).some(has);
}

/** Whether a text contains the value, or is it; '*' stands for anything and then the whole text is meant. Case does not count. */
function pattern(value: string, whole: boolean): (text: string) => boolean {
  const wanted = value.toLowerCase();
  if (!wanted.includes('*'))
    return (text) => (whole ? text.toLowerCase() === wanted : text.toLowerCase().includes(wanted));
  const parts = wanted.split('*');
  return (text) => matchesParts(text.toLowerCase(), parts);
}

/** Glob without a regular expression, so that no pattern can run long. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** '16x' any shape with a 16 that more follows, 'x10' one that ends so, '16x32' both beside each other. */
function shapeTest(of: (layer: LayerFacts) => string | undefined, value: string): LayerTest {
  const sizes = value
    .toLowerCase()
    .replaceAll('×', 'x')
    .replace(/[\s[\](),]+/g, 'x');
  const wanted = `${sizes.startsWith('x') ? '' : 'x'}${sizes}${sizes.endsWith('x') ? '' : 'x'}`;
  return (layer) => {
    const shape = of(layer);
    if (shape === undefined) return false;
    const text = `x${shape.toLowerCase().replaceAll('×', 'x')}x`;
    const at = text.indexOf(wanted);
    return at >= 0 && (!sizes.endsWith('x') || at + wanted.length < text.length);
  };
}

/** '1e6', '10k', '4 KiB', '1ms', '2,5M'; undefined if it is no number. A unit is read for its prefix only. */
export function numberOf(text: string): number | undefined {
  const parts = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµμ%]*)$/i.exec(
    text.trim().replace(/(\d)_(?=\d)/g, '$1'),
  );
  if (!parts) return undefined;
  const number = Number(parts[1]);
  const unit = parts[2] ?? '';
  if (unit === '%') return number / 100;
  const prefix = unit.replace(/(?:s|sec|B|bytes?|J|W|Hz|MACs?|op\/B)$/, '');
  const factor = FACTORS[prefix];
  return factor === undefined ? undefined : number * factor;
}

/** Equal means to three digits, as figures are shown. */
function compares(figure: number, comparison: Comparison, number: number): boolean {
  switch (comparison) {
    case '<':
      return figure < number;
    case '<=':
      return figure <= number;
    case '>':
      return figure > number;
    case '>=':
      return figure >= number;
    default:
      return figure === number || Math.abs(figure - number) <= 0.0005 * Math.abs(number);
  }
}
