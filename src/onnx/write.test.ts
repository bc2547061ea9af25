import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../base/index.ts';
import {
  type Attribute,
  type Attributes,
  elementCount,
  encodeWeight,
  type Graph,
  graphFaults,
  type Model,
  type Node,
  type StoredTensor,
  type TensorInfo,
  tensorOf,
} from '../ir/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { readOnnx, writeOnnx } from './index.ts';

interface Facts {
  readonly ir_version: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly sha256: string;
  readonly ops: Readonly<Record<string, number>>;
  readonly initializer_values: number;
  readonly initializer_bytes: number;
}

const facts = hasSharedData ? sharedJson<Record<string, Facts>>('onnx-models/facts.json') : {};

/** Operators by name and domain, as facts.json writes them. */
function histogram({ graph }: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op, domain } of graph.nodes) {
    const name = domain === '' ? op : `${domain}::${op}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** All of a model as text, bytes by their hash: comparing megabytes element by element would take minutes. */
const plain = (model: Model): string =>
  JSON.stringify(model, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Uint8Array) return sha256Hex(value);
    return typeof value === 'number' && !(Number.isFinite(value) && !Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : value}`
      : value;
  });

const total = (model: Model, of: (w: StoredTensor) => number): number =>
  [...model.weights.values()].reduce((n, w) => n + of(w), 0);

describe.skipIf(!hasSharedData)(hasSharedData ? 'real networks' : `real networks, skipped: ${NO_SHARED_DATA}`, () => {
  test.each(Object.keys(facts))('%s: is read as facts.json states it, and writing changes no bit', (name) => {
    const known = facts[name]!;
    const first = readOnnx([{ name, bytes: sharedData(`onnx-models/${name}`) }]);
    expect(histogram(first.model)).toEqual(known.ops);
    expect(total(first.model, (w) => elementCount(w.shape))).toBe(known.initializer_values);
    expect(total(first.model, (w) => w.bytes.length)).toBe(known.initializer_bytes);
    expect(first.reference.sha256).toBe(known.sha256);
    expect(first.irVersion).toBe(known.ir_version);
    expect(first.producer).toBe(known.producer);
    expect(first.opset).toBe(known.opsets['ai.onnx'] ?? 0);
    expect(graphFaults(first.model)).toEqual([]);

    const written = writeOnnx(first.model);
    const second = readOnnx([{ name, bytes: written }]);
    expect(plain(second.model)).toBe(plain(first.model));
    expect(sha256Hex(writeOnnx(second.model))).toBe(sha256Hex(written));
  });
});

/** x → QuantizeLinear → DequantizeLinear → MatMul with an int8 weight, as the QDQ exporter makes it. */
function quantized(opset: number): Model {
  const weights = [
    encodeWeight('scale', tensorOf('float32', [], [0.5])),
    encodeWeight('zero', tensorOf('int8', [], [-3])),
    encodeWeight('w', tensorOf('int8', [2, 2], [-128, 127, 0, 1])),
    encodeWeight('bias', tensorOf('int32', [2], [-(2 ** 31), 2 ** 31 - 1])),
  ];
  const node = (
    id: string,
    op: string,
    inputs: string[],
    output: string,
    attributes: Attributes = new Map(),
  ): Node => ({
    id,
    op,
    domain: '',
    inputs,
    outputs: [output],
    attributes,
  });
  const nodes = [
    node('q', 'QuantizeLinear', ['x', 'scale', 'zero'], 'xq'),
    node('dq', 'DequantizeLinear', ['xq', 'scale', 'zero'], 'xf', new Map([['axis', { kind: 'int', value: -1 }]])),
    node('wdq', 'DequantizeLinear', ['w', 'scale', ''], 'wf'),
    node('bdq', 'DequantizeLinear', ['bias', 'scale'], 'bf'),
    node('gemm', 'Gemm', ['xf', 'wf', 'bf'], 'y', new Map([['alpha', { kind: 'float', value: 0.25 }]])),
  ];
  const tensors: TensorInfo[] = [
    { id: 'x', type: 'float32', shape: ['batch', 2] },
    ...weights.map((w) => ({ id: w.id, type: w.type, shape: w.shape, weight: w.id })),
    { id: 'xq', type: 'int8', shape: ['?0', 2] },
    ...['xf', 'wf', 'bf'].map((id) => ({ id })),
    { id: 'y', type: 'float32', shape: ['batch', 2] },
  ];
  const graph: Graph = {
    version: 1,
    name: 'quantized',
    opsets: new Map([['', opset]]),
    inputs: ['x'],
    outputs: ['y'],
    tensors: new Map(tensors.map((t) => [t.id, t])),
    nodes,
  };
  return { graph, weights: new Map(weights.map((w) => [w.id, w])) };
}

test('a quantized graph made here is written and read back', () => {
  const model = quantized(17);
  const bytes = writeOnnx(model, { producer: 'paretoscope', producerVersion: '1.2' });
  const back = readOnnx([{ name: 'q.onnx', bytes }]);
  expect(back).toMatchObject({
    producer: 'paretoscope',
    producerVersion: '1.2',
    opset: 17,
    irVersion: 8,
    diagnostics: [],
  });
  expect(plain(back.model)).toBe(plain(model));
});

test.each([
  [7, 4],
  [10, 5],
  [13, 7],
  [18, 8],
  [21, 10],
  [24, 12],
])('opset %d is written as IR version %d', (opset, ir) => {
  expect(readOnnx([{ name: 'q.onnx', bytes: writeOnnx(quantized(opset)) }]).irVersion).toBe(ir);
});

test('a domain that the graph does not import is imported', () => {
  const model = quantized(13);
  const nodes = model.graph.nodes.map((n) => (n.id === 'q' ? { ...n, domain: 'com.example' } : n));
  const back = readOnnx([{ name: 'q', bytes: writeOnnx({ ...model, graph: { ...model.graph, nodes } }) }]);
  expect([...back.model.graph.opsets]).toEqual([
    ['', 13],
    ['com.example', 1],
  ]);
});

const anyAttribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.maxSafeInteger().map((value) => ({ kind: 'int' as const, value })),
  fc.array(fc.maxSafeInteger()).map((value) => ({ kind: 'ints' as const, value })),
  fc.float().map((value) => ({ kind: 'float' as const, value })),
  fc.array(fc.float()).map((value) => ({ kind: 'floats' as const, value })),
  fc.string({ unit: 'binary' }).map((value) => ({ kind: 'string' as const, value })),
  fc.array(fc.string({ unit: 'binary' })).map((value) => ({ kind: 'strings' as const, value })),
);

test('any attribute survives, whatever its name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), anyAttribute, (name, attribute) => {
      const model = quantized(13);
      const nodes = model.graph.nodes.map((n) =>
        n.id === 'q' ? { ...n, attributes: new Map([[name, attribute]]) } : n,
      );
      const bytes = writeOnnx({ ...model, graph: { ...model.graph, nodes } });
      const back = readOnnx([{ name: 'q', bytes }]).model.graph.nodes[0]!.attributes;
      expect([...back]).toEqual([[name, attribute]]);
    }),
  );
});

test.each([
  [2 ** 63, 2 ** 63],
  [1e30, 2 ** 63],
  [-(2 ** 63), -(2 ** 63)],
  [-1e30, -(2 ** 63)],
  [2 ** 53 + 2, 2 ** 53 + 2],
  [-(2 ** 32), -(2 ** 32)],
])('the integer %d is written as %d: saturated beyond 64 bits', (value, wanted) => {
  const model = quantized(13);
  const attributes: Attributes = new Map([['i', { kind: 'int', value }]]);
  const nodes = model.graph.nodes.map((n) => (n.id === 'q' ? { ...n, attributes } : n));
  const bytes = writeOnnx({ ...model, graph: { ...model.graph, nodes } });
  expect(readOnnx([{ name: 'q', bytes }]).model.graph.nodes[0]!.attributes.get('i')).toEqual({
    kind: 'int',
    value: wanted,
  });
});
