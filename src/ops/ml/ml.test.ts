import { describe, expect, test } from 'vitest';
import { type Attribute, encodeWeight, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { int64, tensor } from '../../test-kit/run-operator.ts';
import { ops } from '../index.ts';
import type { BoundOp } from '../op-def.ts';

const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });
const floats = (...value: readonly number[]): Attribute => ({ kind: 'floats', value });
const strings = (...value: readonly string[]): Attribute => ({ kind: 'strings', value });
const string = (value: string): Attribute => ({ kind: 'string', value });
const stored = (type: 'float32' | 'uint8', ...values: readonly number[]): Attribute => ({
  kind: 'tensor',
  value: encodeWeight('', tensorOf(type, [values.length], values)),
});

const bound = (id: string, attributes: Readonly<Record<string, Attribute>>, opset = 5): BoundOp =>
  ops.get(`ai.onnx.ml::${id}`).bind(new Map(Object.entries(attributes)), opset);
const outputs = (op: BoundOp, inputs: readonly Tensor[], count: number) =>
  op.run(inputs, count).map((t) => (t.type === 'string' ? t.data : Array.from(numbersOf(t))));

const rows = tensor([2, 2], [1, 2, 3, -1]);

describe('linear models', () => {
  const classes = {
    coefficients: floats(1, 0, 0, 1, 1, 1),
    intercepts: floats(0, 0, -1),
    classlabels_ints: ints(7, 8, 9),
  };

  test('the label of the largest score', () => {
    const op = bound('LinearClassifier', classes);
    expect(outputs(op, [rows], 2)).toEqual([
      [8, 7],
      [1, 2, 2, 3, -1, 1],
    ]);
    expect(op.infer([{ shape: ['n', 2] }], 2)).toEqual([
      { type: 'int64', shape: ['n'] },
      { type: 'float32', shape: ['n', 3] },
    ]);
  });

  test('a softmax of scores sums to 1', () => {
    const [, scores] = outputs(bound('LinearClassifier', { ...classes, post_transform: string('SOFTMAX') }), [rows], 2);
    const list = scores as number[];
    expect((list[0] ?? 0) + (list[1] ?? 0) + (list[2] ?? 0)).toBeCloseTo(1, 6);
  });

  test('one score for two classes is that of the second', () => {
    const op = bound('LinearClassifier', {
      coefficients: floats(1, -1),
      classlabels_strings: strings('no', 'yes'),
      intercepts: floats(0),
      post_transform: string('LOGISTIC'),
    });
    const [labels, scores] = outputs(op, [tensor([2, 2], [1, 2, 3, 3])], 2);
    expect(labels).toEqual(['no', 'no']);
    expect((scores as number[])[3]).toBeCloseTo(0.5, 6);
  });

  test('regression, scaling, norms, thresholds, missing values', () => {
    const regressor = bound('LinearRegressor', { coefficients: floats(2, 1), intercepts: floats(10) });
    expect(outputs(regressor, [rows], 1)).toEqual([[14, 15]]);
    const scaler = bound('Scaler', { offset: floats(1, 2), scale: floats(10, 100) });
    expect(outputs(scaler, [rows], 1)).toEqual([[0, 0, 20, -300]]);
    expect(outputs(bound('Normalizer', { norm: string('L1') }), [tensor([2, 2], [1, 3, 0, 0])], 1)).toEqual([
      [0.25, 0.75, 0, 0],
    ]);
    expect(outputs(bound('Binarizer', { threshold: { kind: 'float', value: 1 } }), [rows], 1)).toEqual([[0, 1, 1, 0]]);
    const imputer = bound('Imputer', {
      imputed_value_floats: floats(5),
      replaced_value_float: { kind: 'float', value: Number.NaN },
    });
    expect(outputs(imputer, [tensor([2], [1, Number.NaN])], 1)).toEqual([[1, 5]]);
    const columns = bound('ArrayFeatureExtractor', {}).run([rows, int64(1)], 1);
    expect(columns[0]).toMatchObject({ shape: [2, 1], data: Float32Array.of(2, -1) });
  });
});

/** x₀ ≤ 1 ? leaf a : (x₁ > 0 ? leaf b : leaf c) */
const tree = {
  nodes_treeids: ints(0, 0, 0, 0, 0),
  nodes_nodeids: ints(0, 1, 2, 3, 4),
  nodes_featureids: ints(0, 0, 1, 0, 0),
  nodes_modes: strings('BRANCH_LEQ', 'LEAF', 'BRANCH_GT', 'LEAF', 'LEAF'),
  nodes_values: floats(1, 0, 0, 0, 0),
  nodes_truenodeids: ints(1, 0, 3, 0, 0),
  nodes_falsenodeids: ints(2, 0, 4, 0, 0),
};
const samples = tensor([3, 2], [1, 5, 2, 5, 2, -5]);

describe('trees', () => {
  const leaves = (kind: 'class' | 'target', ids: readonly number[], weights: readonly number[]) => ({
    [`${kind}_treeids`]: ints(0, 0, 0),
    [`${kind}_nodeids`]: ints(1, 3, 4),
    [`${kind}_ids`]: ints(...ids),
    [`${kind}_weights`]: floats(...weights),
  });

  test('every row ends in its leaf', () => {
    const op = bound('TreeEnsembleRegressor', { ...tree, ...leaves('target', [0, 0, 0], [10, 20, 30]) });
    expect(outputs(op, [samples], 1)).toEqual([[10, 20, 30]]);
    expect(op.infer([{ shape: ['n', 2] }], 1)[0]?.shape).toEqual(['n', 1]);
    const based = bound('TreeEnsembleRegressor', {
      ...tree,
      ...leaves('target', [0, 0, 0], [10, 20, 30]),
      base_values: floats(0.5),
    });
    expect(outputs(based, [samples], 1)).toEqual([[10.5, 20.5, 30.5]]);
  });

  test('classes by their scores; with one score, by its threshold', () => {
    const three = bound('TreeEnsembleClassifier', {
      ...tree,
      ...leaves('class', [0, 1, 2], [1, 1, 1]),
      classlabels_strings: strings('a', 'b', 'c'),
    });
    expect(outputs(three, [samples], 2)).toEqual([
      ['a', 'b', 'c'],
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    ]);
    const two = bound('TreeEnsembleClassifier', {
      ...tree,
      ...leaves('class', [0, 0, 0], [0.25, 0.5, 0.75]),
      classlabels_int64s: ints(3, 4),
    });
    expect(outputs(two, [samples], 2)).toEqual([
      [3, 3, 4],
      [0.75, 0.25, 0.5, 0.5, 0.25, 0.75],
    ]);
  });

  test('a missing value goes where it is told to', () => {
    const missing = tensor([1, 2], [Number.NaN, 5]);
    const weights = leaves('target', [0, 0, 0], [10, 20, 30]);
    expect(outputs(bound('TreeEnsembleRegressor', { ...tree, ...weights }), [missing], 1)).toEqual([[20]]);
    const tracked = { ...tree, ...weights, nodes_missing_value_tracks_true: ints(1, 0, 0, 0, 0) };
    expect(outputs(bound('TreeEnsembleRegressor', tracked), [missing], 1)).toEqual([[10]]);
  });

  test('branches that lead nowhere or in a circle are refused', () => {
    const weights = leaves('target', [0, 0, 0], [1, 1, 1]);
    expect(() =>
      bound('TreeEnsembleRegressor', { ...tree, ...weights, nodes_truenodeids: ints(9, 0, 3, 0, 0) }),
    ).toThrow('no node 9');
    const flat = { ...flatTree, nodes_truenodeids: ints(0, 1) };
    const circular = bound('TreeEnsemble', { ...flat, nodes_trueleafs: ints(0, 1) });
    expect(() => circular.run([tensor([1, 2], [0, 0])], 1)).toThrow('circle');
  });

  /** x₀ ≤ 1 ? leaf 0 : (x₁ in {5, 7} ? leaf 1 : leaf 2), in the form of version 5. */
  const flatTree = {
    tree_roots: ints(0),
    nodes_featureids: ints(0, 1),
    nodes_modes: stored('uint8', 0, 6),
    nodes_splits: stored('float32', 1, 0),
    nodes_truenodeids: ints(0, 1),
    nodes_trueleafs: ints(1, 1),
    nodes_falsenodeids: ints(1, 2),
    nodes_falseleafs: ints(0, 1),
    leaf_targetids: ints(0, 0, 0),
    leaf_weights: stored('float32', 10, 20, 30),
    membership_values: stored('float32', 5, 7, Number.NaN),
  };

  test('the form of version 5 has sets', () => {
    expect(outputs(bound('TreeEnsemble', flatTree), [samples], 1)).toEqual([[10, 20, 30]]);
  });
});

describe('lists', () => {
  test('LabelEncoder replaces keys by values, in all its forms', () => {
    const op = bound('LabelEncoder', { keys_int64s: ints(1, 2), values_strings: strings('one', 'two') });
    expect(outputs(op, [int64(2, 1, 5)], 1)).toEqual([['two', 'one', '_Unused']]);
    const first = bound('LabelEncoder', { classes_strings: strings('a', 'b') }, 1);
    expect(outputs(first, [{ type: 'string', shape: [2], data: ['b', 'z'] }], 1)).toEqual([[1, -1]]);
    expect(outputs(first, [int64(1)], 1)).toEqual([['b']]);
    const tensors = bound('LabelEncoder', { keys_tensor: stored('float32', 1), values_tensor: stored('float32', 9) });
    expect(outputs(tensors, [tensor([2], [1, 2])], 1)).toEqual([[9, 0]]);
  });

  test('OneHotEncoder adds a dimension', () => {
    const op = bound('OneHotEncoder', { cats_int64s: ints(3, 4) });
    expect(op.run([int64(4, 9)], 1)[0]).toMatchObject({ shape: [2, 2], data: Float32Array.of(0, 1, 0, 0) });
  });
});
