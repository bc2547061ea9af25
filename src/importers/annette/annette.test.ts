import { describe, expect, test } from 'vitest';
import { memorySource } from '../../base/index.ts';
import { attributeOf } from '../../ir/index.ts';
import { importModel } from '../index.ts';

const layer = (type: string, parents: readonly string[], more: object = {}) => ({
  type,
  parents,
  children: [],
  ...more,
});
const open = (layers: object) =>
  importModel([
    {
      name: 'net.json',
      source: memorySource(
        new TextEncoder().encode(JSON.stringify({ name: 'net', layers, input_layers: [], output_layers: [] })),
      ),
    },
  ]);
const input = layer('DataInput', [], { output_shape: [-1, 8, 8, 3] });

describe('ANNETTE descriptions', () => {
  test('pads follow from the shapes, one node per layer, children before parents in the file', async () => {
    const { model, diagnostics, weightless } = await open({
      relu: layer('Relu', ['conv'], { output_shape: [-1, 4, 4, 5] }),
      conv: layer('Conv', ['in'], {
        output_shape: [-1, 4, 4, 5],
        kernel_shape: [3, 3, 3, 5],
        strides: [1, 2, 2, 1],
        pads: [0, 0, 0, 0, 0, 0, 0, 0],
      }),
      in: input,
    });
    expect(weightless).toBe(true);
    expect(diagnostics.map((d) => d.severity)).toEqual(['info']);
    expect(model.graph.inputs).toEqual(['in']);
    expect(model.graph.outputs).toEqual(['relu']);
    expect(model.graph.nodes.map((n) => `${n.op} ${n.id}`)).toEqual(['Conv conv', 'Relu relu']);
    const [conv] = model.graph.nodes;
    // As TensorFlow pads 8 to 4 with a window of 3 and a stride of 2: one place, behind.
    expect(conv && attributeOf(conv.attributes, 'pads', 'ints')).toEqual([0, 0, 1, 1]);
    expect(model.graph.tensors.get('in')?.shape).toEqual(['batch', 3, 8, 8]);
  });

  test('a layer that no operator stands for keeps its shape and says so', async () => {
    const { model, diagnostics } = await open({
      in: input,
      odd: layer('PriorBox', ['in'], { output_shape: [-1, 2, 2, 7] }),
      wrong: layer('Relu', ['odd'], { output_shape: [-1, 9, 9, 9] }),
    });
    expect(model.graph.nodes.map((n) => `${n.domain}:${n.op}`)).toEqual(['annette:PriorBox', 'annette:Relu']);
    expect(model.graph.tensors.get('odd')?.shape).toEqual(['batch', 7, 2, 2]);
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'importers/annette-unknown-layers',
      message: expect.stringContaining("'odd' (PriorBox)"),
    });
  });

  test.each([
    ['a parent that is not there', { in: input, a: layer('Relu', ['b']) }, /'a'.*parent 'b'/],
    ['a circle', { in: input, a: layer('Relu', ['b']), b: layer('Relu', ['a']) }, /its own ancestor/],
    ['no type', { in: input, a: { parents: ['in'] } }, /'a'.*no type/],
    ['a shape of fractions', { in: layer('DataInput', [], { output_shape: [1.5] }) }, /'in'.*list of sizes/],
    ['no shape of the input', { in: layer('DataInput', []) }, /'in'.*no output_shape/],
  ])('%s', async (_what, layers, message) => {
    await expect(open(layers)).rejects.toMatchObject({
      code: 'importers/annette-description',
      message: expect.stringMatching(message),
      facts: { file: 'net.json' },
    });
  });
});
