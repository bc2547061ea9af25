import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph, Model, Node, TensorInfo } from './graph.ts';
import { attributeOf, isKnown } from './graph.ts';
import { codeRange } from './quant-scheme.ts';
import { consumersOf, producersOf, Rewrite } from './rewrite.ts';
import { type DataType, numbersOf, storedBytes, type Tensor, tensorOf } from './tensor.ts';
import { graphFaults, verifyGraph } from './verify-graph.ts';
import { decodeWeight, encodeWeight, weightOf } from './weights.ts';

const node = (id: string, op: string, inputs: string[], outputs: string[]): Node => ({
  id,
  op,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(),
});

function chain(): Model {
  const w: Tensor = { type: 'float32', shape: [2], data: new Float32Array([1, 2]) };
  const tensors = new Map<string, TensorInfo>(
    ['x', 'a', 'b', 'y'].map((id) => [id, { id, type: 'float32' as const, shape: [2] }]),
  );
  const graph: Graph = {
    version: 1,
    name: 'chain',
    opsets: new Map([['', 13]]),
    inputs: ['x'],
    outputs: ['y'],
    tensors: tensors.set('w', { id: 'w', type: 'float32', shape: [2], weight: 'w' }),
    nodes: [
      node('n1', 'Add', ['x', 'w'], ['a']),
      node('n2', 'Identity', ['a'], ['b']),
      node('n3', 'Relu', ['b'], ['y']),
    ],
  };
  return { graph, weights: new Map([['w', encodeWeight('w', w)]]) };
}

describe('stored weights', () => {
  const types: DataType[] = [
    'float32',
    'float64',
    'float16',
    'bfloat16',
    'int8',
    'uint8',
    'int16',
    'uint16',
    'int32',
    'uint32',
    'int64',
    'uint64',
    'bool',
    'int4',
    'uint4',
  ];
  test.each(types)('%s survives encoding and decoding', (type) => {
    const unsigned = type.startsWith('u') || type === 'bool';
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: unsigned ? 0 : -8, max: type === 'bool' ? 1 : 7 }), { maxLength: 9 }),
        (values) => {
          const stored = encodeWeight('w', tensorOf(type, [values.length], values));
          expect(stored.bytes.length).toBe(storedBytes(type, values.length));
          expect(Array.from(numbersOf(decodeWeight(stored)) as ArrayLike<number>)).toEqual(values);
        },
      ),
    );
  });

  test('a float32 weight at an odd offset of its file is still read right, and the file is not copied when aligned', () => {
    const file = new Uint8Array(64);
    const bytes = new Uint8Array(new Float32Array([1.5, -2]).buffer);
    file.set(bytes, 5);
    file.set(bytes, 16);
    const at = (offset: number) =>
      decodeWeight({ id: 'w', type: 'float32', shape: [2], bytes: file.subarray(offset, offset + 8) });
    expect([...numbersOf(at(5))]).toEqual([1.5, -2]);
    const aligned = numbersOf(at(16)) as Float32Array;
    expect([...aligned]).toEqual([1.5, -2]);
    expect(aligned.buffer).toBe(file.buffer);
  });

  test('8-bit floats decode to the values of the standard', () => {
    const at = (type: DataType, pattern: number) =>
      numbersOf(decodeWeight({ id: 'w', type, shape: [1], bytes: new Uint8Array([pattern]) }))[0];
    expect(at('float8e4m3fn', 0x7e)).toBe(448);
    expect(at('float8e4m3fn', 0x7f)).toBeNaN();
    expect(at('float8e4m3fnuz', 0x7f)).toBe(240);
    expect(at('float8e4m3fnuz', 0x80)).toBeNaN();
    expect(at('float8e5m2', 0x7b)).toBe(57344);
    expect(at('float8e5m2', 0xfc)).toBe(Number.NEGATIVE_INFINITY);
    expect(at('float8e5m2fnuz', 0x7f)).toBe(57344);
    expect(at('float8e4m3fn', 0x01)).toBe(2 ** -9);
  });
});

describe('graphs', () => {
  test('a legal graph has no faults; each kind of fault is named', () => {
    const model = chain();
    expect(graphFaults(model)).toEqual([]);
    const broken = (change: Partial<Graph>): string[] =>
      graphFaults({ ...model, graph: { ...model.graph, ...change } });
    expect(broken({ outputs: ['nowhere'] })[0]).toContain('never written');
    expect(broken({ nodes: [...model.graph.nodes].reverse() })[0]).toContain('before it is written');
    expect(broken({ nodes: [...model.graph.nodes, node('n3', 'Relu', ['x'], ['y'])] }).join()).toMatch(
      /two nodes.*written twice/,
    );
    expect(graphFaults({ ...model, weights: new Map() })[0]).toContain('no stored weight');
    expect(() => verifyGraph({ ...model, weights: new Map() })).toThrow('Illegal graph');
  });

  test('producers and consumers', () => {
    const { graph } = chain();
    expect(
      consumersOf(graph)
        .get('a')!
        .map((n) => n.id),
    ).toEqual(['n2']);
    expect(producersOf(graph).get('y')!.id).toBe('n3');
    expect(producersOf(graph).has('x')).toBe(false);
  });

  test('a rewrite removes a node, follows renames and drops what nothing reads', () => {
    const model = chain();
    const rewrite = new Rewrite(model);
    rewrite.replace('n2');
    rewrite.redirect('b', 'a');
    rewrite.replace('n1', node('n1', 'Add', ['x', rewrite.constant('w', tensorOf('float32', [2], [3, 4]))], ['a']));
    const done = verifyGraph(rewrite.done());
    expect(done.graph.nodes.map((n) => n.id)).toEqual(['n1', 'n3']);
    expect(done.graph.nodes[1]!.inputs).toEqual(['a']);
    expect([...done.graph.tensors.keys()].sort()).toEqual(['a', 'w_1', 'x', 'y']);
    expect([...numbersOf(weightOf(done.weights, 'w_1'))]).toEqual([3, 4]);
    expect(model.graph.nodes).toHaveLength(3);
  });

  test('no change gives the same model back', () => {
    const model = chain();
    expect(new Rewrite(model).done()).toBe(model);
  });

  test('attributes of another kind are not taken for the one asked', () => {
    const attributes = new Map([['axis', { kind: 'int' as const, value: 1 }]]);
    expect(attributeOf(attributes, 'axis', 'int')).toBe(1);
    expect(attributeOf(attributes, 'axis', 'float')).toBeUndefined();
    expect(isKnown([1, 'n'])).toBe(false);
    expect(isKnown([1, 2])).toBe(true);
  });
});

test('code ranges', () => {
  expect(codeRange({ bits: 8, signed: true, narrow: true })).toEqual([-127, 127]);
  expect(codeRange({ bits: 4, signed: true, narrow: false })).toEqual([-8, 7]);
  expect(codeRange({ bits: 8, signed: false, narrow: false })).toEqual([0, 255]);
});
