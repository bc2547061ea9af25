import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { attributeOf, capturedBy, graphFaults, weightOf } from '../ir/index.ts';
import { type Hand, hand } from './corpus/hostile-files.ts';
import { checkFileSize, type OnnxImport, readOnnx } from './index.ts';

const dims = (...sizes: (number | string | undefined)[]): Hand =>
  sizes.map((d) => [1, d === undefined ? [] : [[typeof d === 'number' ? 1 : 2, d]]] as const);
const value = (name: string, type: number, ...sizes: (number | string | undefined)[]): Hand => [
  [1, name],
  [
    2,
    [
      [
        1,
        [
          [1, type],
          [2, dims(...sizes)],
        ],
      ],
    ],
  ],
];
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...more: Hand): Hand => [
  ...inputs.map((i) => [1, i] as const),
  ...outputs.map((o) => [2, o] as const),
  [4, op],
  ...more,
];
const model = (graph: Hand, ...more: Hand): Uint8Array =>
  hand([
    [1, 8],
    [7, graph],
    [
      8,
      [
        [1, ''],
        [2, 17],
      ],
    ],
    ...more,
  ]).done();
const read = (graph: Hand, ...more: Hand): OnnxImport => readOnnx([{ name: 'm.onnx', bytes: model(graph, ...more) }]);

function errorOf(run: () => unknown): UserError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('no error was thrown');
}

const IN = [11, value('x', 1, 1, 4)] as const;
const OUT = [12, value('y', 1, 1, 4)] as const;
const f32 = (...numbers: number[]): Uint8Array => new Uint8Array(Float32Array.from(numbers).buffer);

describe('constants', () => {
  const plain = (name: string, type: number, shape: readonly number[], ...more: Hand): Hand => [
    ...shape.map((d) => [1, d] as const),
    [2, type],
    [8, name],
    ...more,
  ];
  const stored = (tensor: Hand) => {
    const { model: m } = read([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [5, tensor]]);
    return { weight: m.weights.get('w')!, decoded: weightOf(m.weights, 'w') };
  };

  test('raw_data and packed float_data stay views on the file', () => {
    const bytes = model([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [5, plain('w', 1, [2], [9, f32(1, 2)])]]);
    expect(readOnnx([{ name: 'm', bytes }]).model.weights.get('w')!.bytes.buffer).toBe(bytes.buffer);
    const typed = model([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [5, plain('w', 1, [2], [4, f32(1, 2)])]]);
    expect(readOnnx([{ name: 'm', bytes: typed }]).model.weights.get('w')!.bytes.buffer).toBe(typed.buffer);
  });

  test.each<[string, Hand, unknown[]]>([
    [
      'int32 list, packed',
      plain('w', 6, [3], [5, Uint8Array.of(1, 0xac, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)]),
      [1, 300, -1],
    ],
    ['int32 list, one by one', plain('w', 6, [2], [5, 7], [5, -7]), [7, -7]],
    ['int8 in int32_data', plain('w', 3, [2], [5, -128], [5, 127]), [-128, 127]],
    ['bool in int32_data', plain('w', 9, [2], [5, 1], [5, 0]), [1, 0]],
    ['float16 patterns in int32_data', plain('w', 10, [2], [5, 0x3c00], [5, 0xc000]), [1, -2]],
    ['int4, two to an entry', plain('w', 22, [3], [5, 0x7f], [5, 0x08]), [-1, 7, -8]],
    ['int64', plain('w', 7, [2], [7, -5], [7, 2 ** 40]), [-5n, 2n ** 40n]],
    ['uint64', plain('w', 13, [1], [11, 2 ** 40]), [2n ** 40n]],
    ['uint32 in uint64_data', plain('w', 12, [1], [11, 2 ** 32 - 1]), [2 ** 32 - 1]],
    ['double', plain('w', 11, [1], [10, new Uint8Array(Float64Array.of(0.1).buffer)]), [0.1]],
    ['strings', plain('w', 8, [2], [6, 'a'], [6, 'ü']), ['a', 'ü']],
    ['nothing in an empty shape', plain('w', 1, [0]), []],
    ['a scalar', plain('w', 1, [], [9, f32(3)]), [3]],
  ])('%s', (_name, tensor, wanted) => {
    expect([...(stored(tensor).decoded.data as Iterable<unknown>)]).toEqual(wanted);
  });

  test.each<[string, Hand]>([
    ['onnx/tensor-size', plain('w', 1, [3], [9, f32(1, 2)])],
    ['onnx/tensor-size', plain('w', 6, [2], [5, 1], [5, 2], [5, 3])],
    ['onnx/tensor-size', plain('w', 1, [2 ** 40])],
    ['onnx/tensor-size', plain('w', 7, [2 ** 40], [7, 1])],
    ['onnx/bad-dimension', plain('w', 1, [-2], [9, f32(1, 2)])],
    ['onnx/unsupported-tensor', plain('w', 1, [2 ** 40, 2 ** 40])],
    ['onnx/unsupported-type', plain('w', 99, [1], [9, f32(1)])],
  ])('%s', (code, tensor) => {
    const error = errorOf(() => stored(tensor));
    expect(error.code).toBe(code);
    expect(error.message).toContain("'w'");
  });

  test.each<[string, readonly number[], readonly number[]]>([
    ['positions', [3], [0, 3, 5]],
    ['rows and columns', [3, 2], [0, 0, 1, 1, 1, 3]],
  ])('sparse, by %s: made dense, and it is said', (_name, shape, indices) => {
    const wide = new Uint8Array(BigInt64Array.from(indices, BigInt).buffer);
    const sparse: Hand = [
      [1, plain('w', 1, [3], [9, f32(1, 2, 3)])],
      [2, plain('', 7, shape, [9, wide])],
      [3, 2],
      [3, 4],
    ];
    const { model: m, diagnostics } = read([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [15, sparse]]);
    expect(m.weights.get('w')!.shape).toEqual([2, 4]);
    const dense = shape.length === 1 ? [1, 0, 0, 2, 0, 3, 0, 0] : [1, 0, 0, 0, 0, 2, 0, 3];
    expect([...(weightOf(m.weights, 'w').data as Float32Array)]).toEqual(dense);
    expect(diagnostics.map((d) => d.code)).toEqual(['onnx/sparse-weight']);
  });

  test('external data is found by base name, whatever path the file states', () => {
    const external = (key: string, text: string) =>
      [
        13,
        [
          [1, key],
          [2, text],
        ],
      ] as const;
    const tensor = plain(
      'w',
      1,
      [2],
      external('location', '..\\..\\etc/big.data'),
      external('offset', '4'),
      external('length', '8'),
      [14, 1],
    );
    const file = { name: 'm.onnx', bytes: model([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [5, tensor]]) };
    const data = { name: 'dropped/big.data', bytes: f32(9, 1, 2) };
    const { model: m } = readOnnx([data, file]);
    expect([...(weightOf(m.weights, 'w').data as Float32Array)]).toEqual([1, 2]);
    expect(m.weights.get('w')!.bytes.buffer).toBe(data.bytes.buffer);
    const missing = errorOf(() => readOnnx([file]));
    expect([missing.code, missing.hint]).toEqual([
      'onnx/missing-external-data',
      "Drop 'big.data' together with 'm.onnx'.",
    ]);
    expect(errorOf(() => readOnnx([file, { ...data, bytes: f32(9, 1) }])).code).toBe('onnx/external-data-range');
    expect(errorOf(() => readOnnx([file, data, { ...data, name: 'other/big.data' }])).code).toBe('onnx/duplicate-file');
  });
});

describe('names and order', () => {
  test('an initializer listed as input is a constant; dimensions without size or name are numbered', () => {
    const { model: m } = read([
      [1, node('MatMul', ['x', 'w'], ['y'])],
      [
        5,
        [
          [1, 1],
          [2, 1],
          [8, 'w'],
          [9, f32(1)],
        ],
      ],
      [11, value('x', 1, 'batch', undefined, -1)],
      [11, value('w', 1, 1)],
      OUT,
    ]);
    expect(m.graph.inputs).toEqual(['x']);
    expect(m.graph.tensors.get('x')!.shape).toEqual(['batch', '?0', '?1']);
    expect(m.graph.tensors.get('w')).toEqual({ id: 'w', type: 'float32', shape: [1], weight: 'w' });
  });

  test('nodes are sorted, also by what their bodies read from outside; empty and repeated names are made unique', () => {
    const body: Hand = [
      [2, 'body'],
      [1, node('Neg', ['late'], ['b'])],
      [12, value('b', 1)],
    ];
    const { model: m, diagnostics } = read([
      [
        1,
        node(
          'If',
          ['c'],
          ['y'],
          [
            5,
            [
              [1, 'then_branch'],
              [6, body],
              [20, 5],
            ],
          ],
          [3, 'n'],
        ),
      ],
      [1, node('Relu', ['x'], ['late'], [3, 'n'])],
      [1, node('Cast', ['x'], ['c'])],
      IN,
      OUT,
    ]);
    expect(m.graph.nodes.map((n) => n.id)).toEqual(['Cast_2', 'Relu_1', 'n']);
    expect(capturedBy(m.graph.nodes[2]!)).toEqual(['late']);
    expect(attributeOf(m.graph.nodes[2]!.attributes, 'then_branch', 'graph')!.graph.name).toBe('body');
    expect(diagnostics.map((d) => d.code)).toEqual(['onnx/sorted']);
    expect(graphFaults(m)).toEqual([]);
  });

  test('hostile names are only names', () => {
    const names = ['__proto__', '../../x', 'a\u0000b\n', 'constructor', '<script>', 'ü'];
    const chain = names.map((name, i) => [1, node('Relu', [names[i - 1] ?? 'x'], [name], [3, name])] as const);
    const { model: m } = read([...chain, IN, [12, value('ü', 1)]]);
    expect(m.graph.nodes.map((n) => n.id)).toEqual(names);
    for (const name of names) expect(m.graph.tensors.get(name)!.id).toBe(name);
  });

  test('a chain of 100 000 nodes in reverse order is put in order', () => {
    const count = 100_000;
    const reversed = Array.from({ length: count }, (_, k) => count - 1 - k);
    const nodes = reversed.map((i) => [1, node('Relu', [i === 0 ? 'x' : `v${i - 1}`], [`v${i}`])] as const);
    const { model: m } = read([...nodes, IN, [12, value(`v${count - 1}`, 1)]]);
    expect(m.graph.nodes[0]!.inputs).toEqual(['x']);
    expect(m.graph.nodes[count - 1]!.outputs).toEqual([`v${count - 1}`]);
  });

  test.each<[string, string, Hand]>([
    ['onnx/missing-value', "'gone'", [[1, node('Add', ['x', 'gone'], ['y'])], IN, OUT]],
    ['onnx/missing-output', "'y'", [[1, node('Relu', ['x'], ['z'])], IN, OUT]],
    ['onnx/duplicate-value', "'y'", [[1, node('Relu', ['x'], ['y'])], [1, node('Neg', ['x'], ['y'])], IN, OUT]],
    ['onnx/duplicate-value', "'x'", [[1, node('Relu', ['x'], ['x'])], IN]],
    [
      'onnx/cycle',
      "'Add_0' → 'Neg_1' → 'Add_0'",
      [[1, node('Add', ['x', 'z'], ['y'])], [1, node('Neg', ['y'], ['z'])], IN, OUT],
    ],
    ['onnx/bad-dimension', "'x'", [[11, value('x', 1, -7)]]],
    ['onnx/malformed', 'op_type', [[1, [[2, 'y']]], OUT]],
  ])('%s names %s', (code, words, graph) => {
    const error = errorOf(() => read(graph));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test('the newer of two imports of one operator set is used, and it is said; ai.onnx is the empty domain', () => {
    const { opset, diagnostics } = read(
      [[1, node('Relu', ['x'], ['y'])], IN, OUT],
      [
        8,
        [
          [1, 'ai.onnx'],
          [2, 13],
        ],
      ],
    );
    expect(opset).toBe(17);
    expect(diagnostics.map((d) => d.code)).toEqual(['onnx/duplicate-opset']);
  });
});

describe('attributes', () => {
  const withAttribute = (attribute: Hand) =>
    read([[1, node('Relu', ['x'], ['y'], [5, attribute])], IN, OUT]).model.graph.nodes[0]!.attributes;
  test('the stated type decides; older files are read by the field that is there', () => {
    expect(
      withAttribute([
        [1, 'a'],
        [20, 7],
      ]).get('a'),
    ).toEqual({ kind: 'ints', value: [] });
    expect(
      withAttribute([
        [1, 'a'],
        [3, -3],
      ]).get('a'),
    ).toEqual({ kind: 'int', value: -3 });
    expect(
      withAttribute([
        [1, 'a'],
        [8, 1],
        [8, -2],
        [20, 7],
      ]).get('a'),
    ).toEqual({ kind: 'ints', value: [1, -2] });
    expect(
      withAttribute([
        [1, 'a'],
        [3, 2 ** 63],
        [20, 2],
      ]).get('a'),
    ).toEqual({ kind: 'int', value: 2 ** 63 });
  });
  test('bytes that are no text are kept as they are', () => {
    const kept = withAttribute([
      [1, 'a'],
      [4, Uint8Array.of(0xff, 0xfe)],
      [20, 3],
    ]).get('a')!;
    expect(kept).toMatchObject({ kind: 'opaque', name: 'string' });
  });
});

describe('files', () => {
  const good = model([[1, node('Relu', ['x'], ['y'])], IN, OUT]);
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  test.each<[string, Uint8Array]>([
    ['is empty', new Uint8Array(0)],
    ['PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)],
    ['zip', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0)],
    ['PyTorch', Uint8Array.from([0x50, 0x4b, 3, 4, ...bytesOf('\0\0archive/data.pkl')])],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0)],
    ['web page', bytesOf('<!DOCTYPE html><html>')],
    ['JSON', bytesOf('{"a": 1}')],
    ['Git LFS', bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:00')],
    ['text', bytesOf('hello')],
    ['no kind known', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
  ])('what %s looks like is said', (words, bytes) => {
    const error = errorOf(() => readOnnx([{ name: 'a.onnx', bytes }]));
    expect(error.code).toBe('onnx/not-onnx');
    expect(error.message).toContain(words);
  });

  test('every cut of a file ends in a UserError that names it', () => {
    const graphEnds = good.length - 6; // behind it lies only the import of the operator set
    for (let cut = 0; cut < good.length; cut++) {
      if (cut === graphEnds) continue;
      const error = errorOf(() => readOnnx([{ name: 'a.onnx', bytes: good.subarray(0, cut) }]));
      expect(error.message).toContain("'a.onnx'");
      expect(['onnx/truncated', 'onnx/no-graph', 'onnx/not-onnx']).toContain(error.code);
    }
    const { opset, diagnostics } = readOnnx([{ name: 'a.onnx', bytes: good.subarray(0, graphEnds) }]);
    expect([opset, diagnostics.map((d) => d.code)]).toEqual([7, ['onnx/no-opset']]);
  });

  test('which of several files is the model', () => {
    const other = { name: 'w.bin', bytes: Uint8Array.of(1, 2, 3) };
    const named = (name: string) => ({ name, bytes: good });
    expect(readOnnx([other, named('M.ONNX')]).reference.name).toBe('M.ONNX');
    expect(readOnnx([other, named('model.pb')]).reference.name).toBe('model.pb');
    expect(readOnnx([named('a.onnx'), named('b.onnx')], 'b.onnx').reference.name).toBe('b.onnx');
    expect(errorOf(() => readOnnx([named('a.onnx'), named('b.onnx')])).code).toBe('onnx/two-models');
    expect(errorOf(() => readOnnx([other, { ...other, name: 'v.bin' }])).code).toBe('onnx/no-model');
    expect(errorOf(() => readOnnx([named('a.onnx')], 'gone.onnx')).code).toBe('onnx/no-model');
    expect(errorOf(() => readOnnx([])).code).toBe('onnx/no-model');
  });

  test('two GiB are refused before a byte is read', () => {
    expect(errorOf(() => checkFileSize('big.onnx', 3e9)).message).toContain('2.79 GiB');
    expect(() => checkFileSize('fits.onnx', 2 ** 31 - 1)).not.toThrow();
  });

  test('bodies within bodies: deep ones are read, endless ones refused', () => {
    const nested = (depth: number): Hand => {
      let graph: Hand = [[1, node('Neg', ['x'], ['z'])]];
      for (let i = 0; i < depth; i++)
        graph = [
          [
            1,
            node(
              'If',
              ['x'],
              ['z'],
              [
                5,
                [
                  [1, 'b'],
                  [6, graph],
                  [20, 5],
                ],
              ],
            ),
          ],
        ];
      return [...graph, IN];
    };
    expect(read(nested(20)).model.graph.nodes.length).toBe(1);
    expect(errorOf(() => read(nested(60))).code).toBe('onnx/malformed');
  });
});
