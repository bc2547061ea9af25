import { expect, test } from 'vitest';
import { type Attribute, numbersOf, type Tensor } from '../../ir/index.ts';
import { tensor } from '../../test-kit/run-operator.ts';
import { ops } from '../index.ts';

const text = (...data: readonly string[]): Tensor => ({ type: 'string', shape: [data.length], data });
const int = (value: number): Attribute => ({ kind: 'int', value });
const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });
const string = (value: string): Attribute => ({ kind: 'string', value });
const run = (id: string, inputs: readonly Tensor[], attributes: Readonly<Record<string, Attribute>> = {}, count = 1) =>
  ops
    .get(id)
    .bind(new Map(Object.entries(attributes)), 21)
    .run(inputs, count);

test('StringConcat broadcasts', () => {
  expect(run('StringConcat', [text('a', 'b'), text('!')])[0]?.data).toEqual(['a!', 'b!']);
});

test('StringSplit fills up with empty texts and counts the parts', () => {
  const [parts, counts] = run('StringSplit', [text('a,b,c', 'd')], { delimiter: string(','), maxsplit: int(1) }, 2);
  expect(parts).toMatchObject({ shape: [2, 2], data: ['a', 'b,c', 'd', ''] });
  expect(counts && Array.from(numbersOf(counts))).toEqual([2, 1]);
  expect(run('StringSplit', [text('  x  y ')])[0]?.data).toEqual(['x', 'y']);
});

test('StringNormalizer drops stop words; nothing left is one empty text', () => {
  const stopwords: Attribute = { kind: 'strings', value: ['monday'] };
  const upper = { case_change_action: string('UPPER'), stopwords };
  expect(run('StringNormalizer', [text('Monday', 'tuesday')], upper)[0]?.data).toEqual(['TUESDAY']);
  expect(
    run('StringNormalizer', [text('Monday', 'tuesday')], { ...upper, is_case_sensitive: int(1) })[0]?.data,
  ).toEqual(['MONDAY', 'TUESDAY']);
  expect(run('StringNormalizer', [text('monday')], upper)[0]?.data).toEqual(['']);
});

test('TfIdfVectorizer counts n-grams, with gaps where they may have some', () => {
  // Single 2, and pairs 5 4, 5 6: the pool of the specification's examples, shortened.
  const attributes = {
    mode: string('TF'),
    min_gram_length: int(1),
    max_gram_length: int(2),
    ngram_counts: ints(0, 1),
    ngram_indexes: ints(0, 1, 2),
    pool_int64s: ints(2, 5, 4, 5, 6),
  };
  const x = tensor([6], [2, 5, 1, 6, 2, 4], 'int64');
  const counts = (skips: number) =>
    Array.from(numbersOf(run('TfIdfVectorizer', [x], { ...attributes, max_skip_count: int(skips) })[0] as Tensor));
  expect(counts(0)).toEqual([2, 0, 0]);
  expect(counts(1)).toEqual([2, 0, 1]);
});
