/** Small hostile files, made in memory: what each is, by name. `manifest.json` says what has to come of them. */
import { WireWriter } from '../wire-writer.ts';

/** A message by hand: [field number, value]; a string is text, a number an int64, bytes are as they are, a list is a message. */
export type Hand = readonly (readonly [number, string | number | Uint8Array | Hand])[];

export function hand(message: Hand): WireWriter {
  const w = new WireWriter();
  for (const [field, value] of message) {
    if (typeof value === 'string') w.string(field, value);
    else if (typeof value === 'number') w.int64(field, value);
    else if (value instanceof Uint8Array) w.bytes(field, value);
    else w.message(field, hand(value));
  }
  return w;
}

const value = (name: string, type: number, ...sizes: number[]): Hand => {
  const shape: Hand = sizes.map((size) => [1, [[1, size]]] as const);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, type],
            [2, shape],
          ],
        ],
      ],
    ],
  ];
};
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...more: Hand): Hand => [
  ...inputs.map((id) => [1, id] as const),
  ...outputs.map((id) => [2, id] as const),
  [4, op],
  ...more,
];
const weight = (name: string, type: number, sizes: readonly number[], ...more: Hand): Hand => [
  ...sizes.map((size) => [1, size] as const),
  [2, type],
  [8, name],
  ...more,
];
const OPSET = [
  8,
  [
    [1, ''],
    [2, 17],
  ],
] as const;
const file = (graph: Hand, ...more: Hand): Uint8Array => hand([[1, 8], [7, graph], OPSET, ...more]).done();

const IN = [11, value('x', 1, 1, 4)] as const;
const OUT = [12, value('y', 1, 1, 4)] as const;
const RELU = [1, node('Relu', ['x'], ['y'])] as const;
const F4 = new Uint8Array(16);
const LONG = 'n'.repeat(10_000);
const external = (key: string, text: string) =>
  [
    13,
    [
      [1, key],
      [2, text],
    ],
  ] as const;
const withWeight = (tensor: Hand): Uint8Array => file([[1, node('Add', ['x', 'w'], ['y'])], IN, OUT, [5, tensor]]);

/** A node in the branch of an If, in the branch of an If, …; built from the inside, so that it does not nest calls. */
function nested(levels: number): Uint8Array {
  const prefix = (field: number, size: number): Uint8Array => Uint8Array.from([field * 8 + 2, ...varint(size)]);
  const parts: Uint8Array[] = [hand([[1, node('Neg', ['x'], ['z'])]]).done()];
  let length = (parts[0] as Uint8Array).length;
  const put = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  const name = hand([
    [1, 'b'],
    [20, 5],
  ]).done();
  const operator = hand([
    [1, 'x'],
    [2, 'z'],
    [4, 'If'],
  ]).done();
  for (let i = 0; i < levels; i++) {
    put(prefix(6, length)); // AttributeProto.g
    put(name);
    put(prefix(5, length)); // NodeProto.attribute
    put(operator);
    put(prefix(1, length)); // GraphProto.node
  }
  const input = hand([IN]).done();
  const graph = new Uint8Array(length + input.length);
  graph.set(input, length);
  let at = 0;
  for (const part of parts.reverse()) {
    graph.set(part, at);
    at += part.length;
  }
  return hand([[1, 8], [7, graph], OPSET]).done();
}

function varint(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  out.push(value);
  return out;
}

const call = (op: string, inputs: readonly string[], outputs: readonly string[]): Hand =>
  node(op, inputs, outputs, [7, 'local']);
/** A function with one input `a`, one output `b`, and these nodes. */
const definition = (name: string, ...nodes: readonly Hand[]): Hand => [
  [1, name],
  [4, 'a'],
  [5, 'b'],
  ...nodes.map((n) => [7, n] as const),
  [9, [[2, 17]]],
  [10, 'local'],
];
const calling = (op: string, ...definitions: readonly Hand[]): Uint8Array =>
  file([[1, call(op, ['x'], ['y'])], IN, OUT], ...definitions.map((d) => [25, d] as const));
/** Each of `count` functions calls the next, `times` times in a row. */
const chain = (count: number, times: number): Hand[] =>
  Array.from({ length: count }, (_, i) => {
    const calls = Array.from({ length: times }, (__, t) =>
      (i === count - 1 ? node : call)(
        i === count - 1 ? 'Relu' : `F${i + 1}`,
        [t === 0 ? 'a' : `v${t}`],
        [t === times - 1 ? 'b' : `v${t + 1}`],
      ),
    );
    return definition(`F${i}`, ...calls);
  });

/** A sequence of a sequence of a sequence …, as a type. */
function deepType(levels: number): Uint8Array {
  let type = new Uint8Array(0);
  for (let i = 0; i < levels; i++) type = Uint8Array.from(hand([[4, hand([[1, type]]).done()]]).done());
  return type;
}

/** Every file of the corpus that is made here, by the name it has in the manifest. */
export const hostileFiles: Readonly<Record<string, () => Uint8Array>> = {
  'cycle.onnx': () => file([[1, node('Add', ['x', 'z'], ['y'])], [1, node('Neg', ['y'], ['z'])], IN, OUT]),
  'self_loop.onnx': () => file([[1, node('Add', ['x', 'y'], ['y'], [3, 'again'])], IN, OUT]),
  'value_written_twice.onnx': () => file([RELU, [1, node('Neg', ['x'], ['y'])], IN, OUT]),
  'input_written.onnx': () => file([[1, node('Relu', ['x'], ['x'])], IN]),
  'weight_given_twice.onnx': () => file([IN, [5, weight('w', 1, [4], [9, F4])], [5, weight('w', 1, [4], [9, F4])]]),
  'nodes_of_one_name.onnx': () =>
    file([[1, node('Relu', ['x'], ['h'], [3, 'n'])], [1, node('Relu', ['h'], ['y'], [3, 'n'])], IN, OUT]),
  'attribute_given_twice.onnx': () =>
    file([
      [
        1,
        node(
          'Relu',
          ['x'],
          ['y'],
          [
            5,
            [
              [1, 'a'],
              [3, 1],
              [20, 2],
            ],
          ],
          [
            5,
            [
              [1, 'a'],
              [3, 2],
              [20, 2],
            ],
          ],
        ),
      ],
      IN,
      OUT,
    ]),
  'unknown_value.onnx': () => file([[1, node('Add', ['x', 'ghost'], ['y'])], IN, OUT]),
  'unknown_output.onnx': () => file([RELU, IN, [12, value('ghost', 1)]]),
  'no_names.onnx': () => file([RELU, IN, OUT, [11, value('', 1, 1)], [5, weight('', 1, [4], [9, F4])]]),
  'no_inputs.onnx': () => file([[1, node('Neg', ['w'], ['y'])], OUT, [5, weight('w', 1, [1, 4], [9, F4])]]),
  'no_nodes.onnx': () => file([IN, [12, value('x', 1, 1, 4)]]),
  'empty_graph.onnx': () => file([]),
  'no_graph.onnx': () => hand([[1, 8], OPSET]).done(),
  'two_graphs.onnx': () => hand([[1, 8], [7, [IN]], [7, [IN]], OPSET]).done(),
  'no_operator.onnx': () =>
    file([
      [
        1,
        [
          [1, 'x'],
          [2, 'y'],
        ],
      ],
      IN,
      OUT,
    ]),
  'billion_sized_value.onnx': () => file([RELU, [11, value('x', 1, 1e9, 1e9)], [12, value('y', 1, 1e9, 1e9)]]),
  'billion_sized_weight.onnx': () => withWeight(weight('w', 1, [1e9], [9, F4])),
  'billion_sized_integers.onnx': () => withWeight(weight('w', 7, [1e9], [7, 1])),
  'sizes_beyond_numbers.onnx': () => withWeight(weight('w', 1, [2 ** 40, 2 ** 40])),
  'negative_size.onnx': () => withWeight(weight('w', 1, [-4], [9, F4])),
  'many_dimensions.onnx': () =>
    withWeight(weight('w', 1, [], [1, new Uint8Array(200_000).fill(1)], [9, new Uint8Array(4)])),
  'billion_sized_sparse.onnx': () =>
    file([
      IN,
      [
        15,
        [
          [1, weight('w', 1, [1], [9, new Uint8Array(4)])],
          [2, weight('', 7, [1], [9, new Uint8Array(8)])],
          [3, 1e9],
        ],
      ],
    ]),
  'sparse_index_outside.onnx': () =>
    file([
      IN,
      [
        15,
        [
          [1, weight('w', 1, [1], [9, new Uint8Array(4)])],
          [2, weight('', 7, [1], [9, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)])],
          [3, 4],
        ],
      ],
    ]),
  'packed_too_long.onnx': () => withWeight(weight('w', 7, [4], [7, new Uint8Array(1 << 20)])),
  'packed_cut.onnx': () => withWeight(weight('w', 7, [2], [7, Uint8Array.of(1, 128)])),
  'odd_floats.onnx': () => withWeight(weight('w', 1, [4], [4, new Uint8Array(15)])),
  'unknown_element_type.onnx': () => withWeight(weight('w', 99, [4], [9, F4])),
  'segmented.onnx': () =>
    withWeight(
      weight(
        'w',
        1,
        [4],
        [
          3,
          [
            [1, 0],
            [2, 4],
          ],
        ],
        [9, F4],
      ),
    ),
  'long_names.onnx': () => file([[1, node('Relu', [LONG], ['y'], [3, LONG])], [11, value(LONG, 1, 4)], OUT]),
  'long_name_in_words.onnx': () => file([[1, node('Relu', [LONG], ['y'], [3, LONG])], OUT]),
  'hidden_characters.onnx': () =>
    file([[1, node('Relu', ['\u202Eevil\u200B'], ['y'])], [11, value('\u202Eevil\u200B', 1, 4)], OUT]),
  'hidden_characters_in_words.onnx': () => file([[1, node('Relu', ['\u202Eevil\u200B\u0007'], ['y'])], OUT]),
  'no_utf8.onnx': () =>
    file([
      [
        1,
        [
          [1, Uint8Array.of(0xff, 0xc0)],
          [2, 'y'],
          [4, 'Relu'],
        ],
      ],
      [11, [[1, Uint8Array.of(0xff, 0xc0)]]],
      OUT,
    ]),
  'fifty_thousand_weights.onnx': () =>
    file([RELU, IN, OUT, ...Array.from({ length: 50_000 }, (_, i) => [5, weight(`w${i}`, 1, [4], [9, F4])] as const)]),
  'thousand_equal_faults.onnx': () => file([RELU, ...Array.from({ length: 1000 }, () => IN), OUT]),
  'bodies_10_deep.onnx': () => nested(10),
  'bodies_10000_deep.onnx': () => nested(10_000),
  'type_1000_deep.onnx': () =>
    file([
      [1, node('SequenceEmpty', [], ['s'])],
      [
        12,
        [
          [1, 's'],
          [2, deepType(1000)],
        ],
      ],
    ]),
  'length_beyond_file.onnx': () => Uint8Array.of(8, 8, 0x3a, 0xff, 0xff, 0xff, 0x7f, 10),
  'length_beyond_message.onnx': () => hand([[1, 8], [7, Uint8Array.of(0x0a, 50, 1, 2)], OPSET]).done(),
  'eleven_byte_number.onnx': () => Uint8Array.from([8, ...new Array<number>(10).fill(0xff), 1]),
  'groups.onnx': () => hand([[1, 8], [7, Uint8Array.of(0x0b, 0x08, 1, 0x0c)], OPSET]).done(),
  'field_zero.onnx': () => Uint8Array.of(8, 8, 0, 1),
  'missing_external.onnx': () => withWeight(weight('w', 1, [4], external('location', '/etc/passwd'), [14, 1])),
  'external_without_place.onnx': () => withWeight(weight('w', 1, [4], [14, 1])),
  'function.onnx': () => calling('F0', ...chain(3, 2)),
  'function_calls_itself.onnx': () => calling('F', definition('F', call('F', ['a'], ['b']))),
  'functions_call_each_other.onnx': () =>
    calling('F', definition('F', call('G', ['a'], ['b'])), definition('G', call('F', ['a'], ['b']))),
  'functions_explode.onnx': () => calling('F0', ...chain(40, 2)),
  'functions_too_deep.onnx': () => calling('F0', ...chain(200, 1)),
  'function_given_twice.onnx': () =>
    calling('F', definition('F', node('Relu', ['a'], ['b'])), definition('F', node('Relu', ['a'], ['b']))),
  'function_reads_nothing_known.onnx': () => calling('F', definition('F', node('Relu', ['x'], ['b']))),
  'stray_reference.onnx': () =>
    file([
      [
        1,
        node(
          'Relu',
          ['x'],
          ['y'],
          [
            5,
            [
              [1, 'a'],
              [21, 'outer'],
              [20, 2],
            ],
          ],
        ),
      ],
      IN,
      OUT,
    ]),
  'packed_gzip.onnx': () => Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0),
  'web_page.onnx': () => new TextEncoder().encode('<!DOCTYPE html><html></html>'),
};
