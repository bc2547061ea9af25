import { describe, expect, test } from 'vitest';
import { attributeOf, functionOf, instantiate, type Model, weightOf } from '../ir/index.ts';
import { hasSharedData, sharedData } from '../test-kit/shared-data.ts';
import { type Hand, hand } from './corpus/hostile-files.ts';
import { type OnnxImport, readOnnx, storedQuantization, writeOnnx } from './index.ts';

const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...more: Hand): Hand => [
  ...inputs.map((id) => [1, id] as const),
  ...outputs.map((id) => [2, id] as const),
  [4, op],
  ...more,
];
const SCALED: Hand = [
  [1, 'Scaled'],
  [4, 'a'],
  [4, 'by'],
  [5, 'b'],
  [6, 'axis'],
  [
    7,
    node(
      'LeakyRelu',
      ['a'],
      ['h'],
      [
        5,
        [
          [1, 'alpha'],
          [21, 'alpha'],
          [20, 1],
        ],
      ],
    ),
  ],
  [
    7,
    node(
      'Constant',
      [],
      ['k'],
      [
        5,
        [
          [1, 'value'],
          [
            5,
            [
              [2, 1],
              [9, new Uint8Array(Float32Array.of(3).buffer)],
            ],
          ],
          [20, 4],
        ],
      ],
    ),
  ],
  [
    7,
    node(
      'If',
      ['by'],
      ['m'],
      [
        5,
        [
          [1, 'then_branch'],
          [
            6,
            [
              [1, node('Outer', ['h'], ['t'], [7, 'local'])],
              [12, [[1, 't']]],
            ],
          ],
          [20, 5],
        ],
      ],
    ),
  ],
  [7, node('Mul', ['m', 'k'], ['b'])],
  [
    9,
    [
      [1, ''],
      [2, 15],
    ],
  ],
  [10, 'local'],
  [
    12,
    [
      [1, 'h'],
      [2, [[1, [[1, 1]]]]],
    ],
  ],
];
const OUTER: Hand = [
  [1, 'Outer'],
  [4, 'a'],
  [5, 'b'],
  [7, node('Relu', ['a'], ['b'])],
  [9, [[2, 17]]],
  [10, 'local'],
];

function read(): OnnxImport {
  const call = node('Scaled', ['x', 'c'], ['y'], [7, 'local'], [3, 'call']);
  const graph: Hand = [
    [1, call],
    [11, [[1, 'x']]],
    [11, [[1, 'c']]],
    [12, [[1, 'y']]],
  ];
  const all = [[...SCALED, [11, alphaDefault()] as const], OUTER];
  const bytes = hand([
    [1, 10],
    [7, graph],
    [8, [[2, 17]]],
    [
      8,
      [
        [1, 'local'],
        [2, 1],
      ],
    ],
    ...all.map((f) => [25, f] as const),
  ]).done();
  return readOnnx([{ name: 'f.onnx', bytes }]);
}

/** alpha = 0.5: a float field, which `hand` does not write. */
const alphaDefault = (): Uint8Array =>
  Uint8Array.from([
    ...hand([
      [1, 'alpha'],
      [20, 1],
    ]).done(),
    0x15,
    ...new Uint8Array(Float32Array.of(0.5).buffer),
  ]);

describe('local functions', () => {
  const { model, diagnostics } = read();
  const call = model.graph.nodes[0]!;
  const def = functionOf(call, model.graph)!;

  test('are read with inputs, outputs, attributes, defaults and operator sets', () => {
    expect(diagnostics).toEqual([]);
    expect(def).toMatchObject({
      domain: 'local',
      name: 'Scaled',
      inputs: ['a', 'by'],
      outputs: ['b'],
      attributes: ['axis'],
    });
    expect(attributeOf(def.defaults, 'alpha', 'float')).toBe(0.5);
    expect(def.body.graph.opsets.get('')).toBe(15);
    expect(def.body.graph.tensors.get('h')?.type).toBe('float32');
    expect(def.body.graph.nodes[0]?.attributes.get('alpha')).toEqual({ kind: 'reference', value: 'alpha', type: 1 });
  });

  test('every graph shares the table: bodies of functions, and branches in them', () => {
    const { functions } = model.graph;
    expect([...(functions?.keys() ?? [])]).toEqual(['local::Scaled', 'local::Outer']);
    expect(def.body.graph.functions).toBe(functions);
    const branch = attributeOf(def.body.graph.nodes[2]!.attributes, 'then_branch', 'graph')!;
    expect(branch.graph.functions).toBe(functions);
    expect(functionOf(branch.graph.nodes[0]!, branch.graph)?.name).toBe('Outer');
  });

  test('as a node calls them: the default where it gives no alpha', () => {
    const { graph } = instantiate(def, call);
    expect(attributeOf(graph.nodes[0]!.attributes, 'alpha', 'float')).toBe(0.5);
  });

  test('are written and read again, bit for bit', () => {
    const again = readOnnx([{ name: 'f.onnx', bytes: writeOnnx(model) }]);
    expect(again.irVersion).toBe(10);
    expect(again.model).toEqual(model);
    expect(writeOnnx(again.model)).toEqual(writeOnnx(model));
  });

  test('constants that a pass put into a body are written as Constant nodes', () => {
    const weights = new Map([
      ['k', { id: 'k', type: 'float32', shape: [1], bytes: new Uint8Array(Float32Array.of(9).buffer) } as const],
    ]);
    const { graph } = def.body;
    const tensors = new Map(graph.tensors).set('k', { id: 'k', type: 'float32', shape: [1], weight: 'k' });
    const nodes = graph.nodes.filter((n) => n.op !== 'Constant');
    const changed = { ...def, body: { graph: { ...graph, nodes, tensors }, weights } };
    const functions = new Map(model.graph.functions).set('local::Scaled', changed);
    const written: Model = { ...model, graph: { ...model.graph, functions } };
    expect(weightOf(weights, 'k').data[0]).toBe(9);
    const back = readOnnx([{ name: 'f.onnx', bytes: writeOnnx(written) }]).model;
    const constant = functionOf(back.graph.nodes[0]!, back.graph)?.body.graph.nodes[0];
    expect([constant?.op, constant?.outputs]).toEqual(['Constant', ['k']]);
  });

  test('an overload becomes part of the name, of the function and of the node that calls it', () => {
    const overloaded: Hand = [...OUTER, [13, 'f16']];
    const graph: Hand = [
      [1, node('Outer', ['x'], ['y'], [7, 'local'], [8, 'f16'])],
      [11, [[1, 'x']]],
      [12, [[1, 'y']]],
    ];
    const bytes = hand([
      [1, 10],
      [7, graph],
      [8, [[2, 17]]],
      [25, OUTER],
      [25, overloaded],
    ]).done();
    const { model: m, diagnostics: said } = readOnnx([{ name: 'f.onnx', bytes }]);
    expect(functionOf(m.graph.nodes[0]!, m.graph)?.name).toBe('Outer:f16');
    expect(said.map((d) => d.code)).toEqual(['onnx/function-overload']);
  });
});

describe('how a quantized network is stored', () => {
  const of = (...nodes: readonly Hand[]) => {
    const values = ['x', 's', 'z'].map((id) => [11, [[1, id]]] as const);
    const weights = [
      5,
      [
        [1, 1],
        [1, 1],
        [2, 3],
        [8, 'w'],
        [9, new Uint8Array(1)],
      ],
    ] as const;
    const bytes = hand([
      [1, 8],
      [7, [...nodes.map((n) => [1, n] as const), ...values, weights]],
      [8, [[2, 17]]],
    ]).done();
    return storedQuantization(readOnnx([{ name: 'q.onnx', bytes }]).model);
  };
  const q = node('QuantizeLinear', ['x', 's', 'z'], ['q']);

  test.each<[string | undefined, Hand[]]>([
    [undefined, [node('Relu', ['x'], ['y'])]],
    ['qdq', [q, node('DequantizeLinear', ['q', 's', 'z'], ['d']), node('MatMul', ['d', 'x'], ['y'])]],
    ['qoperator', [q, node('QLinearMatMul', ['q', 's', 'z', 'q', 's', 'z', 's', 'z'], ['y'])]],
    ['qoperator', [q, node('MatMulInteger', ['q', 'w'], ['y'])]],
    ['qonnx', [node('Quant', ['x', 's', 'z', 'z'], ['y'], [7, 'qonnx.custom_op.general'])]],
    ['qonnx', [node('Quant', ['x', 's', 'z', 'z'], ['y'])]],
    ['qonnx', [node('MultiThreshold', ['x', 's'], ['y'], [7, 'finn.custom_op.general'])]],
    ['integer', [node('RequantShift', ['x'], ['y'])]],
    ['integer', [node('MatMul', ['x', 'w'], ['y'])]],
    [
      'qdq',
      [
        node(
          'If',
          ['x'],
          ['y'],
          [
            5,
            [
              [1, 'then_branch'],
              [6, [[1, node('DequantizeLinear', ['x', 's'], ['d'])]]],
              [20, 5],
            ],
          ],
        ),
      ],
    ],
  ])('%s', (form, nodes) => {
    expect(of(...nodes)).toBe(form);
  });

  test.skipIf(!hasSharedData).each([
    ['ad_requantshift_int', 'integer'],
    ['autoencoder_ad_int8_qdq', 'qdq'],
    ['espcn_qonnx_quant', 'qonnx'],
    ['kws_mlp_w3a3_qonnx', 'qonnx'],
    ['espcn_fp32', undefined],
  ])('%s: %s', (name, form) => {
    expect(readOnnx([{ name, bytes: sharedData(`onnx-models/${name}.onnx`) }]).quantized).toBe(form);
  });
});
