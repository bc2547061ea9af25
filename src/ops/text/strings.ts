import { elementCount, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { broadcastDims, broadcastShape } from '../dims.ts';
import { broadcastTo, given } from '../elements.ts';
import { badAttribute, unsupportedForm } from '../errors.ts';
import { elementwiseCost, moveCost, sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Operators on texts: StringConcat, StringSplit, StringNormalizer, TfIdfVectorizer. */

function textsOf(op: string, x: Tensor): readonly string[] {
  if (x.type !== 'string') throw unsupportedForm(op, `${x.type} instead of strings`);
  return x.data as readonly string[];
}

const texts = (shape: readonly number[], data: readonly string[]): Tensor => ({ type: 'string', shape, data });

export const stringConcat = {
  id: 'StringConcat',
  sinceOpset: 20,
  bind: () => ({
    infer: ([a, b]) => [value('string', a?.shape && b?.shape && broadcastDims('StringConcat', a.shape, b.shape))],
    cost: elementwiseCost(1),
    run(inputs) {
      const [a, b] = [given('StringConcat', inputs, 0), given('StringConcat', inputs, 1)];
      const shape = broadcastShape('StringConcat', a.shape, b.shape);
      const [x, y] = [a, b].map((t) => textsOf('StringConcat', broadcastTo(t, shape))) as [string[], string[]];
      return [
        texts(
          shape,
          x.map((text, i) => text + (y[i] ?? '')),
        ),
      ];
    },
  }),
} as const satisfies OpDef;

/** Parts between delimiters (white space without one), filled up with empty texts; and how many there are. */
export const stringSplit = {
  id: 'StringSplit',
  sinceOpset: 20,
  bind(attributes) {
    const read = new AttributeReader('StringSplit', attributes);
    const delimiter = read.string('delimiter') ?? '';
    const most = read.int('maxsplit') ?? Number.POSITIVE_INFINITY;
    const parts = (text: string): string[] => {
      if (delimiter === '') return splitAtSpaces(text, most);
      const all = text.split(delimiter);
      return all.length <= most + 1 ? all : [...all.slice(0, most), all.slice(most).join(delimiter)];
    };
    return {
      infer: ([x], outputCount) =>
        [value('string', x?.shape && [...x.shape, OPEN_SIZE]), value('int64', x?.shape)].slice(0, outputCount),
      cost: moveCost,
      run(inputs, outputCount) {
        const x = given('StringSplit', inputs, 0);
        const split = textsOf('StringSplit', x).map(parts);
        const longest = split.reduce((n, p) => Math.max(n, p.length), 0);
        const data = split.flatMap((p) => Array.from({ length: longest }, (_, i) => p[i] ?? ''));
        const counts = tensorOf(
          'int64',
          x.shape,
          split.map((p) => p.length),
        );
        return [texts([...x.shape, longest], data), counts].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

function splitAtSpaces(text: string, most: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const at = parts.length < most ? rest.search(/\s/) : -1;
    parts.push(at < 0 ? rest : rest.slice(0, at));
    rest = at < 0 ? '' : rest.slice(at).trimStart();
  }
  return parts;
}

/** Drops stop words from [words] or [1, words], and changes the case of the rest. Nothing left gives one empty text. */
export const stringNormalizer = {
  id: 'StringNormalizer',
  sinceOpset: 10,
  bind(attributes) {
    const read = new AttributeReader('StringNormalizer', attributes);
    const change = read.oneOf('case_change_action', ['NONE', 'LOWER', 'UPPER']);
    const isExact = read.flag('is_case_sensitive');
    const plain = (text: string) => (isExact ? text : text.toLowerCase());
    const stops = new Set((read.strings('stopwords') ?? []).map(plain));
    const changed = (text: string) =>
      change === 'LOWER' ? text.toLowerCase() : change === 'UPPER' ? text.toUpperCase() : text;
    return {
      infer: ([x]) => [
        value(
          'string',
          x?.shape?.map((d, i) => (i === (x.shape?.length ?? 0) - 1 ? OPEN_SIZE : d)),
        ),
      ],
      cost: moveCost,
      run(inputs) {
        const x = given('StringNormalizer', inputs, 0);
        const kept = textsOf('StringNormalizer', x).filter((text) => !stops.has(plain(text)));
        const data = kept.length === 0 ? [''] : kept.map(changed);
        return [texts([...x.shape.slice(0, -1), data.length], data)];
      },
    };
  },
} as const satisfies OpDef;

/** Counts n-grams of a pool, with gaps of up to `max_skip_count`, as term frequencies, weights, or both. */
export const tfIdfVectorizer = {
  id: 'TfIdfVectorizer',
  sinceOpset: 9,
  bind(attributes) {
    const read = new AttributeReader('TfIdfVectorizer', attributes);
    const need = <T>(name: string, found: T | undefined): T => {
      if (found === undefined) throw badAttribute('TfIdfVectorizer', name, 'is missing');
      return found;
    };
    const [shortest, longest] = [
      read.int('min_gram_length') ?? 1,
      need('max_gram_length', read.int('max_gram_length')),
    ];
    const skips = read.int('max_skip_count') ?? 0;
    const mode = read.oneOf('mode', ['TF', 'IDF', 'TFIDF']);
    const places = need('ngram_indexes', read.ints('ngram_indexes'));
    const starts = need('ngram_counts', read.ints('ngram_counts'));
    const pool: readonly (string | number)[] = read.strings('pool_strings') ?? read.ints('pool_int64s') ?? [];
    const weights = read.floats('weights');
    const width = places.reduce((n, p) => Math.max(n, p + 1), 0);
    const known = poolOf(pool, starts);
    return {
      infer: ([x]) => [value('float32', x?.shape && [...x.shape.slice(0, -1), width])],
      cost: ([x]) => ({ kind: 'elementwise', extraOps: sizeOf(x) * (longest - shortest + 1) * (skips + 1) }),
      run(inputs) {
        const x = given('TfIdfVectorizer', inputs, 0);
        const items: readonly (string | number)[] =
          x.type === 'string' ? (x.data as readonly string[]) : Array.from(numbersOf(x));
        const length = x.shape.at(-1) ?? 1;
        const rows = length === 0 ? 0 : elementCount(x.shape) / length;
        const out = new Float64Array(rows * width);
        for (let r = 0; r < rows; r++)
          for (const gram of gramsOf(items.slice(r * length, (r + 1) * length), shortest, longest, skips)) {
            const index = known.get(gram);
            if (index === undefined) continue;
            const at = r * width + (places[index] as number);
            const weight = weights?.[index] ?? 1;
            const count = (out[at] as number) / (mode === 'TF' ? 1 : weight || 1);
            out[at] = mode === 'IDF' ? weight : (count + 1) * (mode === 'TFIDF' ? weight : 1);
          }
        return [tensorOf('float32', [...x.shape.slice(0, -1), width], out)];
      },
    };
  },
} as const satisfies OpDef;

const spelled = (gram: readonly (string | number)[]): string => JSON.stringify(gram.map(String));

/** Position of every n-gram; `starts[n − 1]` is where those of length n begin in the pool. */
function poolOf(pool: readonly (string | number)[], starts: readonly number[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let index = 0;
  starts.forEach((start, i) => {
    for (let at = start; at < (starts[i + 1] ?? pool.length); at += i + 1)
      found.set(spelled(pool.slice(at, at + i + 1)), index++);
  });
  return found;
}

/** All n-grams of a row. Single items have no gaps. */
function* gramsOf(
  row: readonly (string | number)[],
  shortest: number,
  longest: number,
  skips: number,
): Generator<string> {
  for (let gap = 1; gap <= skips + 1; gap++)
    for (let n = shortest; n <= longest; n++) {
      if (n === 1 && gap > 1) continue;
      for (let at = 0; at + (n - 1) * gap < row.length; at++)
        yield spelled(Array.from({ length: n }, (_, i) => row[at + i * gap] as string | number));
    }
}
