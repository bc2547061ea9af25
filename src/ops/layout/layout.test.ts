import { describe, expect, test } from 'vitest';
import { type Node, numbersOf, type Tensor } from '../../ir/index.ts';
import { computed, int64, known, operator, tensor } from '../../test-kit/run-operator.ts';
import { bindNode, type Value } from '../index.ts';
import { reshapeTarget } from './reshape.ts';

const counted = (...shape: readonly number[]): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i),
  );
const shapeOf = (id: string, x: Value, rest: readonly Tensor[], attributes = {}, opset = 21) =>
  operator(id, attributes, opset).infer([x, ...rest.map(known)], 1)[0]?.shape;

describe('Reshape', () => {
  test('0 copies a size, −1 takes what remains', () => {
    expect(reshapeTarget([2, 3, 4], [0, -1], false)).toEqual([2, 12]);
    expect(reshapeTarget([0, 3], [0, 3], true)).toEqual([0, 3]);
  });

  test('symbolic sizes cancel', () => {
    expect(reshapeTarget(['batch', 32, 2, 2], [-1, 128], false)).toEqual(['batch', 128]);
    expect(reshapeTarget(['batch', 32, 2, 2], [0, -1], false)).toEqual(['batch', 128]);
    expect(reshapeTarget(['batch', 32], [-1, 8], false)).toEqual(['4*batch', 8]);
    expect(reshapeTarget(['n', 'm'], [-1], false)).toEqual(['m*n']);
  });

  test('another number of elements is refused with both shapes', () => {
    expect(() => reshapeTarget([2, 3], [4, 2], false)).toThrow('[2, 3] and [4, 2]');
    expect(() => reshapeTarget([2, 3], [4, -1], false)).toThrow('[2, 3] and [4, -1]');
  });

  test('an unknown target gives as many open sizes as it has elements', () => {
    const x: Value = { type: 'float32', shape: [2, 3] };
    expect(operator('Reshape').infer([x, { shape: [2] }], 1)).toEqual([{ type: 'float32', shape: ['?', '?'] }]);
    expect(operator('Reshape').infer([x, {}], 1)).toEqual([{ type: 'float32' }]);
  });
});

test('Flatten accepts any axis, the one behind the last too', () => {
  const x: Value = { shape: ['batch', 3, 4] };
  expect(shapeOf('Flatten', x, [])).toEqual(['batch', 12]);
  expect(shapeOf('Flatten', x, [], { axis: 0 })).toEqual([1, '12*batch']);
  expect(shapeOf('Flatten', x, [], { axis: -1 })).toEqual(['3*batch', 4]);
  expect(shapeOf('Flatten', x, [], { axis: 3 })).toEqual(['12*batch', 1]);
});

test('Squeeze and Unsqueeze read axes from attributes before opset 13, from inputs since', () => {
  expect(shapeOf('Squeeze', { shape: [1, 3, 1] }, [], { axes: [0] }, 11)).toEqual([3, 1]);
  expect(shapeOf('Squeeze', { shape: [1, 3, 1] }, [int64(-1)])).toEqual([1, 3]);
  expect(shapeOf('Squeeze', { shape: [1, 3, 1] }, [])).toEqual([3]);
  expect(shapeOf('Unsqueeze', { shape: [3] }, [], { axes: [0, 2] }, 11)).toEqual([1, 3, 1]);
  expect(shapeOf('Unsqueeze', { shape: [3] }, [int64(2, 0)])).toEqual([1, 3, 1]);
  expect(() => shapeOf('Squeeze', { shape: [2] }, [int64(0)])).toThrow('size 2');
});

describe('Slice', () => {
  test('clamps bounds, counts from the end, steps backwards', () => {
    const x = counted(5);
    const slice = (start: number, end: number, step: number) =>
      computed('Slice', [x, int64(start), int64(end), int64(0), int64(step)]).values;
    expect(slice(1, 99, 2)).toEqual([1, 3]);
    expect(slice(-2, 5, 1)).toEqual([3, 4]);
    expect(slice(-1, -99, -2)).toEqual([4, 2, 0]);
    expect(slice(3, 1, 1)).toEqual([]);
  });

  test('takes attributes before opset 10', () => {
    expect(computed('Slice', [counted(2, 3)], { starts: [1], ends: [3], axes: [1] }, 9).values).toEqual([1, 2, 4, 5]);
  });

  test('symbolic sizes pass where the slice takes all', () => {
    const end = 2 ** 53;
    expect(shapeOf('Slice', { shape: ['n', 4] }, [int64(0, 1), int64(end, end)])).toEqual(['n', 3]);
    expect(shapeOf('Slice', { shape: ['n'] }, [int64(-1), int64(end)])).toEqual([1]);
    expect(shapeOf('Slice', { shape: ['n'] }, [int64(1), int64(-1)])).toEqual(['n-2']);
  });
});

test('Pad fills, mirrors, repeats the edge and crops', () => {
  const pad = (mode: string, ...pads: number[]) => computed('Pad', [counted(3), int64(...pads)], { mode }).values;
  expect(pad('constant', 1, 2)).toEqual([0, 0, 1, 2, 0, 0]);
  expect(pad('reflect', 2, 1)).toEqual([2, 1, 0, 1, 2, 1]);
  expect(pad('edge', 1, 1)).toEqual([0, 0, 1, 2, 2]);
  expect(pad('wrap', 1, 1)).toEqual([2, 0, 1, 2, 0]);
  expect(pad('constant', -1, 0)).toEqual([1, 2]);
  expect(computed('Pad', [counted(2)], { pads: [1, 0], value: 0.5 }, 2).values).toEqual([0.5, 0, 1]);
});

test('Concat along any axis; other sizes must agree, names yield to numbers', () => {
  expect(computed('Concat', [counted(2, 1), counted(2, 2)], { axis: -1 }).values).toEqual([0, 0, 1, 1, 2, 3]);
  const infer = (a: Value, b: Value) => operator('Concat', { axis: 1 }).infer([a, b], 1)[0]?.shape;
  expect(infer({ shape: ['n', 'c'] }, { shape: [2, 3] })).toEqual([2, 'c+3']);
  expect(() => infer({ shape: [1, 3] }, { shape: [2, 3] })).toThrow('[1, 3] and [2, 3]');
});

test('Split shares out evenly, the last part smaller, or as told', () => {
  const [a, b] = operator('Split', { num_outputs: 2 }, 18).run([counted(5)], 2);
  expect([a, b].map((t) => t && Array.from(numbersOf(t)))).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
  expect(() => operator('Split', { split: [2, 2] }, 11).run([counted(5)], 2)).toThrow('2, 2');
});

test('Transpose and back is the identity; perm must fit', () => {
  const x = counted(2, 3, 4);
  const turned = operator('Transpose', { perm: [2, 0, 1] }).run([x], 1)[0];
  expect(turned?.shape).toEqual([4, 2, 3]);
  expect(operator('Transpose', { perm: [1, 2, 0] }).run([turned], 1)[0]).toEqual(x);
  expect(() => operator('Transpose', { perm: [0, 0, 1] }).run([x], 1)).toThrow('perm');
});

test('DepthToSpace undoes SpaceToDepth', () => {
  const x = counted(1, 2, 4, 6);
  const [deep] = operator('SpaceToDepth', { blocksize: 2 }).run([x], 1);
  expect(deep?.shape).toEqual([1, 8, 2, 3]);
  expect(operator('DepthToSpace', { blocksize: 2 }).run([deep], 1)[0]).toEqual(x);
  expect(shapeOf('DepthToSpace', { shape: [1, 8, 'h', 3] }, [], { blocksize: 2 })).toEqual([1, 2, 'h*2', 6]);
});

test('Tile, Expand, Gather and ConstantOfShape', () => {
  expect(computed('Tile', [counted(2), int64(2)]).values).toEqual([0, 1, 0, 1]);
  expect(computed('Expand', [counted(2, 1), int64(1, 2)]).values).toEqual([0, 0, 1, 1]);
  expect(computed('Gather', [counted(3, 2), tensor([], [-1], 'int64')])).toEqual({ shape: [2], values: [4, 5] });
  expect(() => computed('Gather', [counted(3, 2), int64(3)])).toThrow('axis 3');
  expect(computed('ConstantOfShape', [int64(2, 0)]).shape).toEqual([2, 0]);
});

test('strings move like numbers', () => {
  const words: Tensor = { type: 'string', shape: [3], data: ['a', 'b', 'c'] };
  expect(operator('Gather').run([words, int64(2, 0)], 1)[0]?.data).toEqual(['c', 'a']);
});

test('arithmetic on shapes becomes constants before anything runs', () => {
  const node = (op: string, attributes = new Map()): Node => ({
    id: op,
    op,
    domain: '',
    inputs: [],
    outputs: ['y'],
    attributes,
  });
  const opsets = new Map([['', 17]]);
  const infer = (op: string, inputs: readonly Value[], attributes = new Map()) =>
    bindNode(node(op, attributes), opsets)?.infer(inputs, 1)[0] ?? {};
  const shape = infer('Shape', [{ type: 'float32', shape: [2, 3, 4] }]);
  const picked = infer('Gather', [shape, known(int64(1))]);
  const doubled = infer('Mul', [picked, known(int64(2))]);
  expect(doubled.constant?.data).toEqual(BigInt64Array.of(6n));
  expect(infer('Shape', [{ shape: ['n', 3] }]).constant).toBeUndefined();
});
