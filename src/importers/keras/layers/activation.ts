/** Activations, as layers and as the setting `activation` of others. */
import { displayName } from '../../../base/index.ts';
import type { Attribute } from '../../../ir/index.ts';
import { isObject, type Json, type JsonObject, member } from '../../json.ts';
import { float, int, text } from '../../network-builder.ts';
import { Config } from '../config.ts';
import {
  constant,
  KERAS_DOMAIN,
  type LayerReader,
  type LayerScope,
  like,
  only,
  put,
  scalar,
  take,
  turnedWeight,
} from '../layer-scope.ts';
import { tensorAxis, tensorShape, type Value } from '../value.ts';
import type { RawWeight } from '../weights.ts';

type Activation = (scope: LayerScope, v: Value, suffix: string) => Value;

/** One node with fixed attributes. */
const node =
  (op: string, attributes: Readonly<Record<string, Attribute>> = {}): Activation =>
  (scope, v, suffix) =>
    like(v, put(scope, op, [v.id], attributes, suffix));

const clipped = (scope: LayerScope, v: Value, low: number | undefined, high: number, suffix: string): Value => {
  const bottom = low === undefined ? '' : constant(scope, `${suffix || 'relu'}_min`, [], [low]);
  const top = constant(scope, `${suffix || 'relu'}_max`, [], [high]);
  return like(v, put(scope, 'Clip', [v.id, bottom, top], {}, suffix));
};

const clip =
  (low: number | undefined, high: number): Activation =>
  (scope, v, suffix) =>
    clipped(scope, v, low, high, suffix);

/** x · f(x) by two nodes, for what ONNX has no operator for. */
const timesItself =
  (op: string): Activation =>
  (scope, v, suffix) => {
    const factor = put(scope, op, [v.id], {}, suffix === '' ? op.toLowerCase() : `${suffix}_${op.toLowerCase()}`);
    return like(v, put(scope, 'Mul', [v.id, factor], {}, suffix));
  };

/** Hard sigmoid was max(0, min(1, 0.2 x + 0.5)) before Keras 3, and is max(0, min(1, x / 6 + 0.5)) since. */
const hardSigmoid: Activation = (scope, v, suffix) =>
  node('HardSigmoid', hardSigmoidSlope(scope.kerasMajor))(scope, v, suffix);
export const hardSigmoidSlope = (kerasMajor: number) => ({
  alpha: float(kerasMajor >= 3 ? 1 / 6 : 0.2),
  beta: float(0.5),
});

const softmaxOver =
  (axis: number, op = 'Softmax'): Activation =>
  (scope, v, suffix) => {
    const counted = axis < 0 ? axis + v.shape.length : axis;
    return like(v, put(scope, op, [v.id], { axis: int(tensorAxis(v, counted)) }, suffix));
  };

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['linear', (_scope, v) => v],
  ['relu', node('Relu')],
  ['relu6', clip(0, 6)],
  ['leaky_relu', node('LeakyRelu', { alpha: float(0.2) })],
  ['elu', node('Elu')],
  ['selu', node('Selu')],
  ['celu', node('Celu')],
  ['gelu', node('Gelu')],
  ['gelu_tanh', node('Gelu', { approximate: text('tanh') })],
  ['silu', timesItself('Sigmoid')],
  ['swish', timesItself('Sigmoid')],
  ['hard_sigmoid', hardSigmoid],
  ['hard_swish', node('HardSwish')],
  ['hard_silu', node('HardSwish')],
  ['hard_tanh', clip(-1, 1)],
  ['mish', node('Mish')],
  ['tanh', node('Tanh')],
  ['sigmoid', node('Sigmoid')],
  ['softmax', softmaxOver(-1)],
  ['log_softmax', softmaxOver(-1, 'LogSoftmax')],
  ['softplus', node('Softplus')],
  ['softsign', node('Softsign')],
  ['exponential', node('Exp')],
]);

/** Name of an activation in one of the writings: 'relu', `{class_name: 'function', config: 'relu'}`, `{class_name: 'ReLU', config: {…}}`. */
function activationSetting(value: Json | undefined): { name: string; config?: JsonObject } {
  if (value === undefined || value === null) return { name: 'linear' };
  if (typeof value === 'string') return { name: value };
  if (!isObject(value)) return { name: JSON.stringify(value) };
  const kind = member(value, 'class_name');
  const config = member(value, 'config');
  if (kind === 'function' && typeof config === 'string') return { name: config };
  return { name: typeof kind === 'string' ? kind : JSON.stringify(value), config: isObject(config) ? config : {} };
}

/** The name of a setting such as `activation` or `recurrent_activation`. */
export const activationName = (config: Config, key: string, fallback: string): string =>
  activationSetting(config.get(key) ?? fallback).name;

/** Applies the layer's `activation`, if it has one. The result is called after the layer and the activation. */
export function activated(scope: LayerScope, v: Value, key = 'activation', fallback = 'linear'): Value {
  const { name, config } = activationSetting(scope.config.get(key) ?? fallback);
  return applied(scope, v, name, config, name);
}

function applied(scope: LayerScope, v: Value, name: string, config: JsonObject | undefined, suffix: string): Value {
  const simple = name.replace(/^.*>/, '');
  if (config && simple in activationLayers) {
    const layer = activationLayers[simple] as LayerReader;
    const inner = { ...scope, config: new Config(scope.file, scope.path, config), inputs: [v] };
    return layer({ ...inner, name: `${scope.name}_${simple.toLowerCase()}` }) as Value;
  }
  const activation = ACTIVATIONS.get(simple);
  return activation ? activation(scope, v, suffix) : unknown(scope, v, simple, suffix);
}

/** A function that is not known: it stays in the graph under its name, and keeps the shape as activations do. */
function unknown(scope: LayerScope, v: Value, name: string, suffix: string): Value {
  const id = suffix === '' ? scope.name : `${scope.name}_${suffix}`;
  const y = like(v, scope.builder.node(name, [v.id], { id, domain: KERAS_DOMAIN }));
  scope.builder.describe(y.id, tensorShape(y));
  scope.warn(
    'importers/keras-unknown-activation',
    `Activation '${displayName(name)}' of layer '${displayName(scope.path)}' is not known: it is shown, but has no cost and cannot be run.`,
  );
  return y;
}

/**
 * Keras' ReLU: `max_value` from there up, x from `threshold` up, `negative_slope` · (x − threshold) below.
 * Source: `keras.layers.ReLU`.
 */
const relu: LayerReader = (scope) => {
  const { config } = scope;
  const v = only(scope);
  const high = config.optionalNumber('max_value');
  const slope = config.optionalNumber('negative_slope') ?? config.optionalNumber('alpha') ?? 0;
  const threshold = config.number('threshold', 0);
  if (slope === 0 && threshold === 0)
    return high === undefined ? node('Relu')(scope, v, '') : clipped(scope, v, 0, high, '');
  const last = high === undefined ? '' : 'open';
  const bent = threshold === 0 ? leaky(scope, v, slope, last) : bentAt(scope, v, slope, threshold, last);
  return high === undefined ? bent : clipped(scope, bent, undefined, high, '');
};

const leaky = (scope: LayerScope, v: Value, slope: number, suffix: string): Value =>
  like(v, put(scope, 'LeakyRelu', [v.id], { alpha: float(slope) }, suffix));

function bentAt(scope: LayerScope, v: Value, slope: number, threshold: number, suffix: string): Value {
  const at = scalar(scope, 'threshold', threshold);
  const above = put(scope, 'GreaterOrEqual', [v.id, at], {}, 'above');
  const shifted = put(scope, 'Sub', [v.id, at], {}, 'shifted');
  const below = put(scope, 'Mul', [shifted, scalar(scope, 'slope', slope)], {}, 'below');
  return like(v, put(scope, 'Where', [above, v.id, below], {}, suffix));
}

/** One slope per element of a sample, or per channel where `shared_axes` are the others. */
const prelu: LayerReader = (scope) => {
  const v = only(scope);
  const shared = scope.config.wholes('shared_axes') ?? [];
  const shape = v.shape.slice(1).map((d, i) => (shared.includes(i + 1) ? 1 : d));
  const [alpha] = take(scope, [{ name: 'alpha', shape }]) as [RawWeight];
  const last = shape.length - 1;
  const perm = v.layout === 'channels-first' ? [last, ...shape.slice(0, -1).map((_, i) => i)] : shape.map((_, i) => i);
  const input = v.layout === 'flat-channels-first' ? scope.layouts.keras(v) : v;
  return like(input, put(scope, 'PRelu', [input.id, turnedWeight(scope, 'alpha', alpha, { perm })]));
};

const softmax: LayerReader = (scope) => {
  const axes = scope.config.wholes('axis') ?? [-1];
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) throw scope.config.bad('axis', 'one axis');
  return softmaxOver(axis)(scope, only(scope), '');
};

const named: LayerReader = (scope) => {
  const { name, config } = activationSetting(scope.config.get('activation'));
  const y = applied(scope, only(scope), name, config, '');
  return y === only(scope) ? node('Identity')(scope, y, '') : y;
};

export const activationLayers: Readonly<Record<string, LayerReader>> = {
  Activation: named,
  ReLU: relu,
  LeakyReLU: (scope) => {
    const slope = scope.config.optionalNumber('negative_slope') ?? scope.config.optionalNumber('alpha') ?? 0.3;
    return leaky(scope, only(scope), slope, '');
  },
  ThresholdedReLU: (scope) =>
    node('ThresholdedRelu', { alpha: float(scope.config.number('theta', 1)) })(scope, only(scope), ''),
  ELU: (scope) => node('Elu', { alpha: float(scope.config.number('alpha', 1)) })(scope, only(scope), ''),
  PReLU: prelu,
  Softmax: softmax,
};
