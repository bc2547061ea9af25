import { describe, expect, test } from 'vitest';
import { scopesOf, suggestedGrouping } from './scopes.ts';

describe('scopes of names', () => {
  test('paths with slashes, the common beginning left out', () => {
    expect(
      scopesOf([
        '/features/features.0/Conv',
        '/features/features.0/Relu',
        '/features/features.1/conv/Conv',
        '/features/features.1/Add',
        '/features/Flatten',
        '/classifier/Gemm',
        '/classifier/Softmax',
      ]),
    ).toEqual([
      'features/features.0',
      'features/features.0',
      'features/features.1',
      'features/features.1',
      'features',
      'classifier',
      'classifier',
    ]);
  });

  test('dots, with a bare number named after what it counts', () => {
    expect(
      scopesOf([
        'model.layer1.0.conv1',
        'model.layer1.0.conv2',
        'model.layer1.1.conv1',
        'model.layer1.1.conv2',
        'model.head.fc',
        'model.head.act',
      ]),
    ).toEqual(['layer1/layer1.0', 'layer1/layer1.0', 'layer1/layer1.1', 'layer1/layer1.1', 'head', 'head']);
  });

  test('what holds one layer, or nothing but one other scope, is no scope', () => {
    expect(scopesOf(['m/a/only/x', 'm/a/only/y', 'm/b/x', 'm/c/y'])).toEqual(['a', 'a', '', '']);
  });

  test('names of fused layers count by their first', () => {
    expect(scopesOf(['m/a/x;m/b/y', 'm/a/z', 'm/b/u', 'm/b/v'])).toEqual(['a', 'a', 'b', 'b']);
  });

  test('names without places', () => {
    expect(scopesOf(['conv_1', 'relu_2', 'conv.3'])).toEqual(['', '', '']);
    expect(scopesOf(['12', '13.5', ''])).toEqual(['', '', '']);
    expect(scopesOf([])).toEqual([]);
  });

  test('a name of 10 000 characters', () => {
    const deep = `${'a/'.repeat(5000)}x`;
    expect(scopesOf([deep, `${deep}y`, 'b/c', 'b/d'])).toEqual(['a', 'a', 'b', 'b']);
  });
});

test('scopes are suggested where most layers have one', () => {
  const node = (scope: string) => ({ id: scope, op: 'Conv', scope, title: '', subtitle: '', signature: '' });
  expect(suggestedGrouping(['a', 'b', 'b', ''].map(node))).toBe('scope');
  expect(suggestedGrouping(['a', 'b', 'b', 'b', ''].map(node))).toBe('blocks');
  expect(suggestedGrouping(['a', '', ''].map(node))).toBe('blocks');
  expect(suggestedGrouping(['a', 'a', 'a'].map(node))).toBe('blocks');
  // Names that come and go say nothing of where their layers stand.
  expect(suggestedGrouping(['a', 'b', 'a', 'b', 'a/x', 'b'].map(node))).toBe('blocks');
  expect(suggestedGrouping(['a', 'a', 'b', 'b', 'a/x', 'b'].map(node))).toBe('scope');
});
