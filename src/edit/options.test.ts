import { describe, expect, test } from 'vitest';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { errorOf, pooling, residual } from '../test-kit/small-models.ts';
import { type AttributeSetting, applyEdits, type Edit, editOptions } from './index.ts';

function convolved() {
  const b = graphBuilder();
  b.input('x', [1, 2, 8, 8]);
  b.constant('w', [3, 2, 3, 3], new Float32Array(54).fill(0.5));
  const h = b.node('Conv', ['x', 'w'], { id: 'conv', attributes: { pads: [1, 1, 1, 1] }, outputs: ['h'] });
  b.node('LeakyRelu', [h], { id: 'leaky', attributes: { alpha: 0.1 }, outputs: ['y'] });
  b.output('y');
  return b.done();
}

describe('what can be edited at a layer', () => {
  test('attributes with what they are, and those that the operator reads besides, with their kinds', () => {
    const options = editOptions(convolved(), 'conv');
    expect(options.attributes).toEqual([{ name: 'pads', setting: { kind: 'ints', value: [1, 1, 1, 1] } }]);
    expect(options.anyAttribute).toBe(false);
    const kinds = Object.fromEntries(options.addable.map(({ name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({ auto_pad: 'string', dilations: 'ints', group: 'int', strides: 'ints' });
    expect(kinds).not.toHaveProperty('pads');
  });

  test('every attribute it says can be added is accepted in that kind', () => {
    const values: Readonly<Record<AttributeSetting['kind'], AttributeSetting>> = {
      int: { kind: 'int', value: 1 },
      ints: { kind: 'ints', value: [1, 1] },
      float: { kind: 'float', value: 1 },
      floats: { kind: 'floats', value: [1] },
      string: { kind: 'string', value: 'NOTSET' },
      strings: { kind: 'strings', value: ['a'] },
    };
    const model = convolved();
    const { addable } = editOptions(model, 'conv');
    for (const { name, kind } of addable.filter((a) => a.name !== 'kernel_shape')) {
      const attribute = values[kind as AttributeSetting['kind']];
      const edit: Edit = { kind: 'set-attribute', node: 'conv', name, attribute };
      expect(applyEdits(model, [edit]).graph.nodes[0]?.attributes.get(name)).toEqual(attribute);
    }
  });

  test('operators of the same family, and whether it is an activation', () => {
    expect(editOptions(pooling(), 'pool').replacements).toContain('AveragePool');
    expect(editOptions(residual(), 'add').replacements).toEqual(['Sub', 'Mul', 'Div', 'Pow']);
    expect(editOptions(residual(), 'add').isActivation).toBe(false);
    expect(editOptions(convolved(), 'leaky').isActivation).toBe(true);
  });

  test('only activations that the opset can write', () => {
    const ids = (opset: number): readonly string[] => {
      const b = graphBuilder(opset);
      b.input('x', [1, 2]);
      b.output(b.node('Relu', ['x'], { id: 'relu' }));
      return editOptions(b.done(), 'relu').activations.map(({ id }) => id);
    };
    expect(ids(17)).toContain('Celu');
    expect(ids(8)).not.toContain('Celu');
    expect(ids(8)).toContain('SiLU');
  });

  test('inputs keep their places, absent ones too', () => {
    const b = graphBuilder();
    b.input('x', [1, 2]);
    b.constant('six', [], [6]);
    b.output(b.node('Clip', ['x', '', 'six'], { id: 'clip' }));
    expect(editOptions(b.done(), 'clip').inputs).toEqual(['x', '', 'six']);
  });

  test('an unknown operator takes attributes of any name', () => {
    const b = graphBuilder(17, { custom: 1 });
    b.input('x', [1, 2]);
    b.output(b.node('Mystery', ['x'], { id: 'mystery', domain: 'custom' }));
    expect(editOptions(b.done(), 'mystery')).toMatchObject({ anyAttribute: true, addable: [], replacements: [] });
  });

  test('a layer that is not there', () => {
    expect(errorOf(() => editOptions(residual(), 'none')).code).toBe('edit/no-node');
  });
});
