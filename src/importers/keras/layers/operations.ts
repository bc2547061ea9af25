/**
 * Functions applied to Keras tensors, `x + y` and `tf.nn.relu(x)`: Keras 3 writes them as layers called after the operation, Keras 2 as
 * TFOpLambda layers with the name of the TensorFlow function.
 */
import { type Dim, isKnown } from '../../../ir/index.ts';
import { isObject, type Json, member } from '../../json.ts';
import { int } from '../../network-builder.ts';
import { Config } from '../config.ts';
import { asKeras, constant, kerasValue, type LayerReader, type LayerScope, like, only, put } from '../layer-scope.ts';
import { tensorAxis, type Value } from '../value.ts';
import { activationLayers } from './activation.ts';
import { aligned, broadcastShape } from './merge.ts';

/** Operation of two operands, either of which may be a number. */
const binary =
  (op: string): LayerReader =>
  (scope) => {
    const [a, b] = operands(scope);
    const given = [a, b].filter((o): o is Value => typeof o !== 'number');
    const values = aligned(scope, given);
    const shape = broadcastShape(scope, values);
    let next = 0;
    const ids = [a, b].map((o, i) =>
      typeof o === 'number' ? constant(scope, `operand_${i}`, [], [o]) : (values[next++] as Value).id,
    );
    return { ...(values[0] as Value), id: put(scope, op, ids), shape };
  };

/** The two operands, in order. Keras 2 keeps a second one that is a number in the setting `y`, a first one by swapping names. */
function operands(scope: LayerScope): [Value | number, Value | number] {
  const { inputs, call } = scope;
  const [first, second] = inputs as readonly [Value, Value?];
  if (second) return [first, second];
  const listed = call.operands.map((o) => numberIn(o as Json)).filter((n) => n !== undefined);
  const named = ['y', 'x', 'x2', 'x1'].map((key) => numberIn(member(call.settings, key))).find((n) => n !== undefined);
  const number = listed[0] ?? named;
  if (number === undefined) return [first, first];
  const numberFirst = typeof call.operands[0] === 'number' || numberIn(member(call.settings, 'x')) !== undefined;
  return numberFirst ? [number, first] : [first, number];
}

const numberIn = (value: Json | undefined): number | undefined => {
  if (typeof value === 'number') return value;
  if (!isObject(value)) return undefined;
  // NumPy numbers: { class_name: '__numpy__', config: { value: 2.0 } }.
  const config = member(value, 'config');
  return isObject(config) ? numberIn(member(config, 'value')) : undefined;
};

const unary =
  (op: string): LayerReader =>
  (scope) =>
    like(only(scope), put(scope, op, [only(scope).id]));

/** Mean, sum or largest over axes, given with the call or among the layer's settings. */
const reduction =
  (op: string): LayerReader =>
  (scope) => {
    const setting = (key: string): Json | undefined =>
      scope.config.get(key) ?? member(scope.call.settings, key) ?? undefined;
    const given = only(scope);
    const v = given.layout === 'flat-channels-first' ? asKeras(scope, given) : given;
    const axis = setting('axis') ?? positional(scope);
    const stated = axis === undefined ? v.shape.map((_, i) => i) : Array.isArray(axis) ? axis : [axis];
    const axes = stated.map((a) => (typeof a === 'number' ? (a < 0 ? a + v.shape.length : a) : -1));
    if (axes.some((a) => a < 0 || a >= v.shape.length)) throw scope.config.bad('axis', 'axes of the input');
    const keep = setting('keepdims') === true;
    // Without the dropped axes channels are no longer second.
    const x = keep ? v : asKeras(scope, v);
    const list = constant(
      scope,
      'axes',
      [axes.length],
      axes.map((a) => tensorAxis(x, a)),
      'int64',
    );
    const id = put(scope, op, [x.id, list], { keepdims: int(keep ? 1 : 0) });
    const shape = keep
      ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
      : x.shape.filter((_, i) => !axes.includes(i));
    return { ...x, id, shape };
  };

const positional = (scope: LayerScope): Json | undefined => {
  const second = scope.call.operands[1];
  return typeof second === 'number' || Array.isArray(second) ? (second as Json) : undefined;
};

const reshapeOperation: LayerReader = (scope) => {
  const v = asKeras(scope, only(scope));
  const target = scope.config.wholes('newshape') ?? scope.config.wholes('shape') ?? [];
  const sample = target.slice(1);
  if (sample.length === 0 || sample.some((d) => d <= 0) || !isKnown(v.shape.slice(1)))
    throw scope.config.bad('newshape', 'a batch and known sizes');
  const shape = constant(scope, 'shape', [target.length], [0, ...sample], 'int64');
  return kerasValue(put(scope, 'Reshape', [v.id, shape]), [v.shape[0] as Dim, ...sample]);
};

const BY_TENSORFLOW: Readonly<Record<string, LayerReader>> = {
  '__operators__.add': binary('Add'),
  'math.add': binary('Add'),
  'math.subtract': binary('Sub'),
  'math.multiply': binary('Mul'),
  'math.divide': binary('Div'),
  'math.truediv': binary('Div'),
  'math.maximum': binary('Max'),
  'math.minimum': binary('Min'),
  'math.pow': binary('Pow'),
  'math.sigmoid': unary('Sigmoid'),
  'math.tanh': unary('Tanh'),
  'math.exp': unary('Exp'),
  'math.sqrt': unary('Sqrt'),
  'math.abs': unary('Abs'),
  'math.reduce_mean': reduction('ReduceMean'),
  'math.reduce_sum': reduction('ReduceSum'),
  'math.reduce_max': reduction('ReduceMax'),
  'nn.relu': unary('Relu'),
  'nn.relu6': named('relu6'),
  'nn.swish': named('swish'),
  'nn.silu': named('silu'),
  'nn.softmax': named('softmax'),
};

function named(activation: string): LayerReader {
  return (scope) => {
    const config = new Config(scope.file, scope.path, { activation });
    return (activationLayers['Activation'] as LayerReader)({ ...scope, config });
  };
}

/** The operation of a TFOpLambda layer, by its name; a version may stand in front or behind. */
export const tensorflowOperation = (name: string): LayerReader | undefined =>
  Object.hasOwn(BY_TENSORFLOW, name.replace(/^compat\.v1\./, ''))
    ? BY_TENSORFLOW[name.replace(/^compat\.v1\./, '')]
    : undefined;

/** Operations of `keras.ops` under names that no layer has. */
export const operations: Readonly<Record<string, LayerReader>> = {
  Divide: binary('Div'),
  TrueDivide: binary('Div'),
  Power: binary('Pow'),
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Exp: unary('Exp'),
  Sqrt: unary('Sqrt'),
  Absolute: unary('Abs'),
  Negative: unary('Neg'),
  Relu: unary('Relu'),
  Relu6: BY_TENSORFLOW['nn.relu6'] as LayerReader,
  Silu: BY_TENSORFLOW['nn.silu'] as LayerReader,
  HardSwish: unary('HardSwish'),
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
};

/** Operations of `keras.ops` that share their name with a layer: those are called with two operands, not with a list. */
export const sharedNames: Readonly<Record<string, LayerReader>> = {
  Add: binary('Add'),
  Subtract: binary('Sub'),
  Multiply: binary('Mul'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Reshape: reshapeOperation,
};
