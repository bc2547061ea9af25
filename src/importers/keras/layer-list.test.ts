import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource, UserError } from '../../base/index.ts';
import { createPlainBackend } from '../../compute/index.ts';
import { type Tensor, tensorOf, weightOf } from '../../ir/index.ts';
import { importModel } from '../index.ts';
import { layerListOf } from './layer-list.ts';
import { looksLikeLayerList } from './recognize.ts';

const open = (text: string) => importModel([{ name: 'net.py', source: memorySource(new TextEncoder().encode(text)) }]);

describe('layer lists', () => {
  test('names, defaults, arithmetic, nested layers and functions of TensorFlow', () => {
    const text = `
# one comment
n_classes, x = 3, 1
width = 4 * (2 + 1)   # resolved
act = 'relu'
model = tf.keras.models.Sequential(name="net")
model.add(layers.Conv2D(width, (3, 3), strides=2,
                        padding='same', activation=tf.nn.relu,
                        kernel_regularizer=l2(1e-4), input_shape=(8, 8, 1)))
model.add(Bidirectional(LSTM(width // 2, return_sequences=True)))
model.add(Dense(-width + 15, activation=act, use_bias=False)); model.add(Dropout(.5))
model.summary()
seen.add(name)
`;
    expect(layerListOf('net.py', text)).toEqual({
      class_name: 'Sequential',
      config: {
        name: 'net',
        layers: [
          {
            class_name: 'Conv2D',
            config: {
              filters: 12,
              kernel_size: [3, 3],
              strides: 2,
              padding: 'same',
              activation: 'relu',
              kernel_regularizer: 'l2(…)',
              input_shape: [8, 8, 1],
              name: 'conv2d',
            },
          },
          {
            class_name: 'Bidirectional',
            config: {
              layer: { class_name: 'LSTM', config: { units: 6, return_sequences: true, name: 'lstm' } },
              name: 'bidirectional',
            },
          },
          { class_name: 'Dense', config: { units: 3, activation: 'relu', use_bias: false, name: 'dense' } },
          { class_name: 'Dropout', config: { rate: 0.5, name: 'dropout' } },
        ],
      },
    });
  });

  test.each([
    ['model.add(Dense(units, input_shape=(3,)))', 'importers/keras-setting', /units = "units"/],
    ['model.add(Dense(3))', 'importers/keras-no-input-shape', /dense/],
    ['model.add(Dense(3, input_shape=(3,))', 'importers/keras-layer-list', /line 1: a bracket/],
    ['model.add(make_layer())\nmodel.add(Dense(2))', 'importers/keras-layer-list', /line 1: 'make_layer' is no layer/],
    [
      'a = Sequential([Dense(2, input_dim=2)])\nb = Sequential([Dense(2, input_dim=2)])',
      'importers/keras-layer-list',
      /line 2: it builds two models/,
    ],
    [`model.add(Dense(${'('.repeat(80)}3${')'.repeat(80)}))`, 'importers/keras-layer-list', /deep/],
  ])('%s', async (text, code, message) => {
    await expect(open(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('any text ends in a model or a UserError', () => {
    const piece = fc.constantFrom(
      'model.add(',
      'Dense(',
      'Sequential([',
      ')',
      ']',
      '(',
      ',',
      '=',
      '3',
      "'a'",
      'x',
      '\n',
      ' ',
      '-',
      '.',
      '"""',
      '{',
      'layers.',
      '#',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        looksLikeLayerList(text);
        try {
          layerListOf('x.py', text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Channels last, place by place, padded as TensorFlow pads: what Conv2D is. `w`: [rows, columns, in, out]. */
function slowConv(x: Tensor, w: (r: number, c: number, i: number, o: number) => number, o: Options, filters: number) {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const axis = (size: number, kernel: number) => {
    const reach = (kernel - 1) * o.dilation + 1;
    const out = o.padding === 'same' ? Math.ceil(size / o.stride) : Math.floor((size - reach) / o.stride) + 1;
    const total = o.padding === 'same' ? Math.max((out - 1) * o.stride + reach - size, 0) : 0;
    return { out, before: Math.floor(total / 2) };
  };
  const [rows, columns] = [axis(height, o.rows), axis(width, o.columns)];
  const result: number[] = [];
  for (let y = 0; y < rows.out; y++)
    for (let z = 0; z < columns.out; z++)
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let r = 0; r < o.rows; r++)
          for (let c = 0; c < o.columns; c++) {
            const [h, v] = [
              y * o.stride + r * o.dilation - rows.before,
              z * o.stride + c * o.dilation - columns.before,
            ];
            if (h < 0 || h >= height || v < 0 || v >= width) continue;
            for (let i = 0; i < channels; i++) sum += Number(x.data[(h * width + v) * channels + i]) * w(r, c, i, f);
          }
        result.push(sum);
      }
  return { shape: [1, rows.out, columns.out, filters], data: result };
}

interface Options {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: 'same' | 'valid';
}

test('Conv2D of any geometry equals a slow one with channels last', async () => {
  const geometry = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.constantFrom('same' as const, 'valid' as const),
    height: fc.integer({ min: 7, max: 10 }),
    width: fc.integer({ min: 7, max: 10 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(geometry, async (g) => {
      const { rows, columns, stride, dilation, padding, height, width, channels, filters } = g;
      const { model } = await open(
        `model.add(Conv2D(${filters}, (${rows}, ${columns}), strides=${stride}, padding='${padding}', dilation_rate=${dilation}, use_bias=False, input_shape=(${height}, ${width}, ${channels})))`,
      );
      const count = height * width * channels;
      const x = tensorOf(
        'float32',
        [1, height, width, channels],
        Array.from({ length: count }, (_, i) => Math.sin(i)),
      );
      const runner = await createPlainBackend().prepare(model);
      const [input, output] = [model.graph.inputs[0] ?? '', model.graph.outputs[0] ?? ''];
      const result = (await runner.run(new Map([[input, x]]))).get(output) as Tensor;
      const kernel = weightOf(model.weights, 'conv2d/kernel').data;
      const at = (r: number, c: number, i: number, o: number) =>
        Number(kernel[((o * channels + i) * rows + r) * columns + c]);
      const wanted = slowConv(x, at, g, filters);
      expect(result.shape).toEqual(wanted.shape);
      wanted.data.forEach((w, i) => {
        expect(Number(result.data[i])).toBeCloseTo(w, 4);
      });
    }),
    { numRuns: 60 },
  );
});
