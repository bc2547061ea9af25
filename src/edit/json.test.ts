import { describe, expect, test } from 'vitest';
import { errorOf } from '../test-kit/small-models.ts';
import { checkEdit, describeEdit, type Edit, editKinds } from './index.ts';

describe('edits as JSON', () => {
  const EXAMPLES: readonly (readonly [Edit, string])[] = [
    [{ kind: 'extract', outputs: ['y'], inputs: ['r'] }, 'Extract from r to y'],
    [{ kind: 'extract-nodes', nodes: ['a', 'b', 'c', 'd'] }, 'Extract 4 layers (a …)'],
    [{ kind: 'remove', nodes: ['conv1'], input: 1 }, 'Remove conv1, input 1 takes its place'],
    [
      { kind: 'set-attribute', node: 'conv1', name: 'strides', attribute: { kind: 'ints', value: [2, 2] } },
      'Set strides of conv1 to [2, 2]',
    ],
    [{ kind: 'delete-attribute', node: 'conv1', name: 'strides' }, 'Delete strides of conv1'],
    [{ kind: 'set-input-shape', input: 'x', shape: ['batch', 3] }, 'Set x to [batch, 3]'],
    [{ kind: 'rename-node', node: 'a', name: 'b' }, 'Rename a to b'],
    [{ kind: 'rename-value', value: 'a', name: 'b' }, 'Rename a to b'],
    [
      { kind: 'insert-activation', value: 'x', activation: { id: 'Clip', parameters: { max: 4 } } },
      'Insert Clip(min 0, max 4) behind x',
    ],
    [{ kind: 'replace-activation', node: 'a', activation: { id: 'Tanh' } }, 'Replace a by Tanh'],
    [{ kind: 'replace-operator', node: 'a', op: 'Sub' }, 'Make a a Sub'],
    [{ kind: 'add-output', value: 'r' }, 'Make r an output'],
    [{ kind: 'remove-output', value: 'r' }, 'Remove the output r'],
  ];

  test('every kind survives JSON and says what it does', () => {
    for (const [edit, words] of EXAMPLES) {
      expect(checkEdit(JSON.parse(JSON.stringify(edit)))).toEqual(edit);
      expect(describeEdit(edit)).toBe(words);
    }
    expect(new Set(EXAMPLES.map(([edit]) => edit.kind))).toEqual(new Set(editKinds.ids()));
  });

  test.for<readonly [unknown, string]>([
    [null, 'edit/illegal'],
    [[], 'edit/illegal'],
    [{}, 'edit/illegal'],
    [{ kind: 'explode' }, 'base/unknown-edit'],
    [{ kind: '__proto__' }, 'base/unknown-edit'],
    [{ kind: 'remove', nodes: [] }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a', 'a'] }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a'], input: -1 }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a'], more: 1 }, 'edit/illegal'],
    [{ kind: 'set-input-shape', input: 'x', shape: [0] }, 'edit/illegal'],
    [{ kind: 'set-input-shape', input: 'x', shape: [1.5] }, 'edit/illegal'],
    [{ kind: 'set-attribute', node: 'a', name: 'b', attribute: { kind: 'tensor', value: 1 } }, 'edit/illegal'],
    [{ kind: 'set-attribute', node: 'a', name: 'b', attribute: { kind: 'int', value: 1, x: 2 } }, 'edit/illegal'],
    [{ kind: 'rename-node', node: 'a', name: '\ud800' }, 'edit/illegal'],
    [{ kind: 'insert-activation', value: 'a', activation: { id: 'Bang' } }, 'edit/illegal'],
    [{ kind: 'insert-activation', value: 'a', activation: { id: 'Clip', parameters: { min: '0' } } }, 'edit/illegal'],
  ])('refuses %j', ([value, code]) => {
    expect(errorOf(() => checkEdit(value)).code).toBe(code);
  });
});
