import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { matchMetric, readMetric } from './index.ts';

const values = (file: string, content: string | Uint8Array): Record<string, number> =>
  Object.fromEntries(readMetric(file, content).values.map(({ layer, value }) => [layer, value]));

function errorOf(act: () => unknown): UserError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

describe('tables', () => {
  test.for<readonly [string, string, Record<string, number>]>([
    ['comma and heading', 'layer,value\nconv1,1.5\nconv2,2\n', { conv1: 1.5, conv2: 2 }],
    ['no heading', 'conv1,1.5\r\nconv2,2', { conv1: 1.5, conv2: 2 }],
    ['tab', 'layer\tms\nconv1\t1.5\nconv2\t-2e3', { conv1: 1.5, conv2: -2000 }],
    ['decimal comma', 'Layer;Wert\nconv1;1,5\nconv2;1.234,5', { conv1: 1.5, conv2: 1234.5 }],
    ['decimal comma of three digits', 'a;0,125\nb;1,250', { a: 0.125, b: 1.25 }],
    ['quoted decimal comma', 'layer,value\n"conv1","1,5"\n"conv2","12,25"', { conv1: 1.5, conv2: 12.25 }],
    ['thousands by comma', 'layer,value\na,"1,234,567"\nb,"12,345.5"', { a: 1234567, b: 12345.5 }],
    ['thousands by space and apostrophe', "layer;value\na;1 234 567\nb;1'000.5", { a: 1234567, b: 1000.5 }],
    ['quotes', 'layer,value\n"a, ""b""",1\n"c\nd",2', { 'a, "b"': 1, 'c\nd': 2 }],
    ['names that are numbers', '1,10\n2,20', { 1: 10, 2: 20 }],
    ['columns the other way round', 'latency [ms];layer\n3,5;conv1', { conv1: 3.5 }],
    ['comments and empty lines', '# measured\n\nlayer,value\n\nconv1,1\n', { conv1: 1 }],
    ['a byte order mark', '\ufefflayer,value\nconv1,1', { conv1: 1 }],
    ['text beside', 'layer,op,latency\nconv1,Conv,3\nrelu1,Relu,1', { conv1: 3, relu1: 1 }],
  ])('%s', ([, text, expected]) => {
    expect(values('metric.csv', text)).toEqual(expected);
    expect(values('metric.csv', new TextEncoder().encode(text))).toEqual(expected);
  });

  test('UTF-16, as spreadsheets save "Unicode text"', () => {
    const text = '\ufefflayer\tvalue\nConvä\t1,5';
    const bytes = new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer);
    expect(values('m.txt', bytes)).toEqual({ Convä: 1.5 });
  });

  test.for<readonly [string, string, string | undefined]>([
    ['layer,latency [ms]\na,1', 'latency', 'ms'],
    ['layer,Energy (mJ)\na,1', 'Energy', 'mJ'],
    ['layer;Zeit / µs\na;1', 'Zeit', 'µs'],
    ['layer,sparsity\na,1', 'sparsity', undefined],
    ['layer,value\na,1', 'my metric', undefined],
    ['a,1', 'my metric', undefined],
  ])('%j is titled %s, unit %s', ([text, title, unit]) => {
    const metric = readMetric('data/my metric.csv', text);
    expect([metric.title, metric.unit]).toEqual([title, unit]);
  });

  test('the last of equal names counts, and is named in a warning', () => {
    const metric = readMetric('m.csv', 'layer,value\na,1\nb,2\na,3');
    expect(metric.values).toEqual([
      { layer: 'a', value: 3 },
      { layer: 'b', value: 2 },
    ]);
    expect(metric.diagnostics.map((d) => d.message)).toEqual([
      "'m.csv' gives one layer more than one value; the last counts: a.",
    ]);
  });

  test('empty cells are not known; further columns are said', () => {
    const metric = readMetric('m.csv', 'layer,time,energy\na,1,2\nb,,3');
    expect(metric.values).toEqual([{ layer: 'a', value: 1 }]);
    expect(metric.diagnostics.map((d) => d.code)).toEqual(['datasets/metric-columns', 'datasets/metric-empty']);
  });

  test.for<readonly [string, string, string]>([
    ['nothing', '', 'datasets/metric-no-numbers'],
    ['a heading alone', 'layer,value\n', 'datasets/metric-no-numbers'],
    ['names alone', 'conv1\nconv2', 'datasets/metric-no-numbers'],
    ['words for numbers', 'layer,value\na,1\nb,2\nc,fast', 'datasets/metric-not-a-number'],
    ['two decimal marks', 'layer;value\na;1.5\nb;2,5', 'datasets/metric-not-a-number'],
    ['a decimal comma that separates', 'layer,value\na,1,5\nb,2,5', 'datasets/metric-not-a-number'],
    ['not a number', 'layer,value\na,1\nb,NaN', 'datasets/metric-not-finite'],
    ['infinity', 'layer,value\na,1\nb,-inf', 'datasets/metric-not-finite'],
    ['too large a number', 'layer,value\na,1e999', 'datasets/metric-not-finite'],
  ])('refuses %s', ([, text, code]) => {
    expect(errorOf(() => readMetric('m.csv', text)).code).toBe(code);
  });

  test('says the line', () => {
    expect(errorOf(() => readMetric('m.csv', 'layer,value\n"a\nb",1\nc,x\nd,2\ne,3')).message).toBe(
      "'m.csv', line 4: 'x' is not a number, or has another decimal mark than the rest.",
    );
  });

  test('refuses bytes that are no text', () => {
    expect(errorOf(() => readMetric('m.csv', Uint8Array.of(0x61, 0xff, 0x80))).code).toBe('datasets/metric-encoding');
  });

  test('any names and numbers survive any separator', () => {
    const entries = fc.dictionary(
      fc.string({ minLength: 1 }).filter((s) => s.trim() === s && !s.startsWith('#') && !s.includes('\r') && s !== ''),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0), // −0 is written as 0
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(entries, fc.constantFrom(',', ';', '\t'), (metric, separator) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const lines = Object.entries(metric).map(([name, value]) => `${quote(name)}${separator}${value}`);
        expect(values('m.csv', [`layer${separator}value`, ...lines].join('\n'))).toEqual(metric);
      }),
    );
  });
});

describe('JSON', () => {
  test.for<readonly [string, Record<string, number>]>([
    ['{"conv1": 1.5, "conv2": 2, "relu": null}', { conv1: 1.5, conv2: 2 }],
    ['[{"layer": "conv1", "value": 1.5}, {"node": "conv2", "value": 2}]', { conv1: 1.5, conv2: 2 }],
    ['[["conv1", 1.5], ["conv2", 2]]', { conv1: 1.5, conv2: 2 }],
    ['{"name": "latency", "unit": "ms", "values": {"conv1": 1.5}}', { conv1: 1.5 }],
    ['{"name": "latency", "values": [{"layer": "conv1", "value": 1.5}]}', { conv1: 1.5 }],
    ['{"values": 3, "unit": 4}', { values: 3, unit: 4 }],
  ])('%s', ([text, expected]) => {
    expect(values('metric.json', text)).toEqual(expected);
    expect(values('metric', text)).toEqual(expected);
  });

  test('name and unit are kept', () => {
    expect(readMetric('m.json', '{"name": "latency", "unit": "ms", "values": {"a": 1}}')).toMatchObject({
      title: 'latency',
      unit: 'ms',
    });
  });

  test.for<readonly [string, string]>([
    ['{"a": 1', 'datasets/metric-json'],
    ['3', 'datasets/metric-json'],
    ['{"a": "fast"}', 'datasets/metric-json'],
    ['[{"value": 1}]', 'datasets/metric-json'],
    ['[1, 2]', 'datasets/metric-json'],
    ['{}', 'datasets/metric-no-numbers'],
    ['[]', 'datasets/metric-no-numbers'],
    ['{"a": 1e999}', 'datasets/metric-not-finite'],
  ])('refuses %s', ([text, code]) => {
    expect(errorOf(() => readMetric('m.json', text)).code).toBe(code);
  });
});

describe('layers', () => {
  const layers = [
    { id: 'model/block1/conv', outputs: ['conv1_out'] },
    { id: 'model/block2/conv', outputs: ['conv2_out'] },
    { id: 'Relu_3', outputs: ['relu'] },
  ];
  const metricOf = (names: readonly string[]) =>
    readMetric('m.json', JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i + 1]))));

  test('by id, by output, in any case, by the end of the name either way', () => {
    const { matched, unmatched } = matchMetric(metricOf(['Block1/Conv', 'conv2_out', 'net/relu_3', 'other']), layers);
    expect([...matched]).toEqual([
      ['model/block1/conv', 1],
      ['model/block2/conv', 2],
      ['Relu_3', 3],
    ]);
    expect(unmatched).toEqual(['other']);
  });

  test('a name that several layers end in belongs to none', () => {
    const { matched, unmatched } = matchMetric(metricOf(['conv', 'Relu_3']), layers);
    expect([[...matched.keys()], unmatched]).toEqual([['Relu_3'], ['conv']]);
  });

  test('the better name wins', () => {
    const { matched, unmatched } = matchMetric(metricOf(['relu_3', 'relu', 'Relu_3']), layers);
    expect([[...matched], unmatched]).toEqual([[['Relu_3', 3]], ['relu_3', 'relu']]);
  });

  test('where nothing matches, names of both sides are shown', () => {
    const error = errorOf(() => matchMetric(metricOf(['a', 'b', 'c', 'd']), layers));
    expect([error.code, error.message]).toEqual([
      'datasets/metric-no-match',
      "No layer of the model is named in 'm': it has 'a', 'b', 'c'; the model has 'model/block1/conv', 'model/block2/conv', 'Relu_3'.",
    ]);
  });
});
