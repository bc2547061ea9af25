import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LayerFacts, numberOf, parseQuery } from './query.ts';

const METRICS = ['macs', 'params', 'latency', 'bytes'];
const layer = (given: Partial<LayerFacts>): LayerFacts => ({
  id: 'block1/conv2d_4',
  op: 'Conv',
  scope: 'block1',
  reads: ['input_1'],
  writes: ['Relu:0'],
  inShape: '1×3×32×32',
  outShape: '1×16×32×32',
  figures: { macs: 2.36e6, params: 9248, latency: 0.0378, bytes: 4096 },
  ...given,
});
const hits = (text: string, given: Partial<LayerFacts> = {}): boolean => {
  const query = parseQuery(text, METRICS);
  if ('wrong' in query) throw new Error(query.wrong);
  return query.test(layer(given));
};
const wrong = (text: string): string => {
  const query = parseQuery(text, METRICS);
  return 'wrong' in query ? query.wrong : '';
};

test('free words are looked for in name, operator and tensors, whatever their case', () => {
  for (const text of ['', '  ', 'CONV', 'conv2d_4', 'input_1', '"Relu:0"', 'block1 conv'])
    expect(hits(text)).toBe(true);
  for (const text of ['Gemm', 'conv input_2', '-conv']) expect(hits(text)).toBe(false);
});

test('fields of text', () => {
  expect(hits('op:conv name:block')).toBe(true);
  expect(hits('op:block')).toBe(false);
  expect(hits('tensor:relu')).toBe(true);
  expect(hits('scope:block1 -op:Gemm')).toBe(true);
  expect(hits('op=Con')).toBe(false);
  expect(hits('op=conv')).toBe(true);
  expect(hits('name:block*_4')).toBe(true);
  expect(hits('name:conv*')).toBe(false);
  expect(hits('name:"a b"', { id: 'x a b y' })).toBe(true);
});

test('figures are compared in base units, with prefixes and units', () => {
  for (const text of ['macs>1e6', 'params>=9.2k', 'latency>1ms', 'latency<0.1', 'bytes<=4KiB', 'bytes:4096', 'macs>2M'])
    expect([text, hits(text)]).toEqual([text, true]);
  for (const text of ['macs<1e6', 'params>10k', 'latency>1s', 'bytes<4KiB', '-macs>1e6', 'latency≤37us'])
    expect([text, hits(text)]).toEqual([text, false]);
});

test('an unknown figure satisfies no comparison', () => {
  expect(hits('macs>0', { figures: {} })).toBe(false);
  expect(hits('macs<1', { figures: {} })).toBe(false);
  expect(hits('-macs>0', { figures: {} })).toBe(true);
});

test('shapes by sizes beside each other', () => {
  expect(hits('out:16x')).toBe(true);
  expect(hits('out:16x32')).toBe(true);
  expect(hits('out:6x32')).toBe(false);
  expect(hits('out:16x', { outShape: '1×16×16' })).toBe(true);
  expect(hits('in:3×32×32')).toBe(true);
  expect(hits('out:10', { outShape: '1×10' })).toBe(true);
  expect(hits('out:10x', { outShape: '1×10' })).toBe(false);
  expect(hits('out:16', { outShape: '1×160' })).toBe(false);
});

test('what is not understood is explained', () => {
  expect(wrong('colour:red')).toContain('op, scope, tensor, in, out, macs, params, latency, bytes');
  expect(wrong('macs>many')).toContain('"many" is not a number');
  expect(wrong('macs>')).toContain('missing');
  expect(wrong('op>Conv')).toContain('op:Conv');
  expect(wrong('op:')).toContain('missing');
  expect(wrong('https://x.y')).toContain('quotes');
});

test('numbers with prefixes and units', () => {
  expect(numberOf('10k')).toBe(1e4);
  expect(numberOf('1.5 MiB')).toBe(1.5 * 1024 ** 2);
  expect(numberOf('1e-3')).toBe(1e-3);
  expect(numberOf('3ms')).toBeCloseTo(0.003);
  expect(numberOf('40µJ')).toBeCloseTo(40e-6);
  expect(numberOf('2M')).toBe(2e6);
  expect(numberOf('10_000')).toBe(1e4);
  expect(numberOf('5%')).toBe(0.05);
  for (const text of ['', 'k', '1x', '--1', '1e']) expect(numberOf(text)).toBeUndefined();
});

test('any text is answered, and a negated term is the opposite', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      const query = parseQuery(text, METRICS);
      expect('wrong' in query ? query.wrong.length > 0 : typeof query.test(layer({})) === 'boolean').toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom('conv', 'op:gemm', 'macs>1e6', 'out:16x', 'params<3', 'name:*4'), (term) => {
      expect(hits(`-${term}`)).toBe(!hits(term));
    }),
  );
});

test('a pattern of many stars is answered at once', () => {
  const start = performance.now();
  expect(hits(`name:${'*a'.repeat(3000)}`, { id: 'a'.repeat(5000) })).toBe(true);
  expect(performance.now() - start).toBeLessThan(200);
});
