/** Normalizations with stored and with run-time statistics, and scaling of inputs. */
import { type Dim, elementCount } from '../../../ir/index.ts';
import { unknownChannels } from '../../errors.ts';
import { float, int, ints } from '../../network-builder.ts';
import {
  asKeras,
  computedWeight,
  constant,
  type LayerReader,
  type LayerScope,
  like,
  only,
  put,
  scalar,
  take,
  weight,
} from '../layer-scope.ts';
import { channelsOf, tensorAxis, type Value } from '../value.ts';
import type { RawWeight, WeightSpec } from '../weights.ts';

/** The axis counted from the front. */
const frontAxis = (scope: LayerScope, v: Value, axis: number): number => {
  const counted = axis < 0 ? axis + v.shape.length : axis;
  if (counted >= 0 && counted < v.shape.length) return counted;
  throw scope.config.bad('axis', `an axis of a value with ${v.shape.length} dimensions`);
};

const sizeAt = (scope: LayerScope, v: Value, axis: number): number => {
  const size = v.shape[axis];
  if (typeof size === 'number') return size;
  throw unknownChannels(scope.file, scope.path);
};

/** Scale and shift as far as the layer has them; Keras leaves out those it does not use, ONNX needs both. */
function scaleAndShift(scope: LayerScope, size: number, more: readonly WeightSpec[] = []) {
  const { config } = scope;
  const specs: WeightSpec[] = [
    ...(config.flag('scale', true) ? [{ name: 'gamma', shape: [size], centre: 1 }] : []),
    ...(config.flag('center', true) ? [{ name: 'beta', shape: [size] }] : []),
    ...more,
  ];
  const raw = take(scope, specs);
  const named = (name: string, filler: number): string => {
    const at = specs.findIndex((s) => s.name === name);
    if (at >= 0) return weight(scope, name, raw[at] as RawWeight);
    return constant(scope, name, [size], Array(size).fill(filler) as number[]);
  };
  return { gamma: named('gamma', 1), beta: named('beta', 0), named };
}

/** A value that has `axis` second, as ONNX normalizes it, and the way back. */
function withSecond(scope: LayerScope, v: Value, axis: number): { x: Value; done: (id: string) => Value } {
  const rank = v.shape.length;
  if (rank > 2 && axis === rank - 1) {
    const x = scope.layouts.channelsFirst(v);
    return { x, done: (id) => like(x, id) };
  }
  const x = asKeras(scope, v);
  if (axis === 1) return { x, done: (id) => like(x, id) };
  const order = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
  const perm = [order[0] as number, axis, ...order.slice(1)];
  const back = perm.map((_, i) => perm.indexOf(i));
  const moved = put(scope, 'Transpose', [x.id], { perm: ints(perm) }, 'axis_second');
  return {
    x: { ...x, id: moved, shape: perm.map((i) => x.shape[i] as Dim) },
    done: (id) => like(x, put(scope, 'Transpose', [id], { perm: ints(back) }, 'axis_back')),
  };
}

const batchNormalization: LayerReader = (scope) => {
  const v = only(scope);
  // Keras 2 writes the axis as a list.
  const axis = frontAxis(scope, v, scope.config.wholes('axis')?.[0] ?? -1);
  const size = sizeAt(scope, v, axis);
  const { gamma, beta, named } = scaleAndShift(scope, size, [
    { name: 'moving_mean', shape: [size] },
    { name: 'moving_variance', shape: [size], centre: 1 },
  ]);
  const epsilon = float(scope.config.number('epsilon', 1e-3));
  // Behind a Flatten the statistics would have to be put in another order.
  const { x, done } = withSecond(scope, v.layout === 'flat-channels-first' ? asKeras(scope, v) : v, axis);
  const inputs = [x.id, gamma, beta, named('moving_mean', 0), named('moving_variance', 1)];
  return done(put(scope, 'BatchNormalization', inputs, { epsilon }));
};

const layerNormalization: LayerReader = (scope) => {
  const { config } = scope;
  const v = asKeras(scope, only(scope));
  const axes = (config.wholes('axis') ?? [-1]).map((a) => frontAxis(scope, v, a)).sort((a, b) => a - b);
  const first = axes[0] as number;
  // ONNX normalizes over all axes from one on.
  if (axes.length !== v.shape.length - first) throw config.bad('axis', 'the last axes');
  const shape = axes.map((a) => sizeAt(scope, v, a));
  const size = elementCount(shape);
  const specs: WeightSpec[] = [
    ...(config.flag('scale', true) ? [{ name: 'gamma', shape, centre: 1 }] : []),
    ...(config.flag('center', true) ? [{ name: 'beta', shape }] : []),
  ];
  const raw = take(scope, specs);
  const gammaAt = specs.findIndex((s) => s.name === 'gamma');
  const betaAt = specs.findIndex((s) => s.name === 'beta');
  const gamma =
    gammaAt >= 0
      ? weight(scope, 'gamma', raw[gammaAt] as RawWeight)
      : constant(scope, 'gamma', shape, Array(size).fill(1) as number[]);
  const beta = betaAt >= 0 ? [weight(scope, 'beta', raw[betaAt] as RawWeight)] : [];
  const attributes = { axis: int(first - v.shape.length), epsilon: float(config.number('epsilon', 1e-3)) };
  return like(v, put(scope, 'LayerNormalization', [v.id, gamma, ...beta], attributes));
};

const groupNormalization: LayerReader = (scope) => {
  const { config } = scope;
  const v = only(scope);
  const axis = frontAxis(scope, v, config.whole('axis', -1));
  const size = sizeAt(scope, v, axis);
  const stated = config.whole('groups', 32);
  const groups = stated === -1 ? size : stated;
  if (groups <= 0 || size % groups !== 0) throw config.bad('groups', `a divisor of the ${size} channels`);
  const { gamma, beta } = scaleAndShift(scope, size);
  const { x, done } = withSecond(scope, v.layout === 'flat-channels-first' ? asKeras(scope, v) : v, axis);
  const attributes = { num_groups: int(groups), epsilon: float(config.number('epsilon', 1e-3)) };
  return done(put(scope, 'GroupNormalization', [x.id, gamma, beta], attributes));
};

/** Of Euclidean length 1 along the axes; lengths below 1e-6 count as 1e-6. */
const unitNormalization: LayerReader = (scope) => {
  const given = only(scope);
  const v = given.layout === 'flat-channels-first' ? asKeras(scope, given) : given;
  const axes = (scope.config.wholes('axis') ?? [-1]).map((a) => tensorAxis(v, frontAxis(scope, v, a)));
  const list = constant(scope, 'axes', [axes.length], axes, 'int64');
  const length = put(scope, 'ReduceL2', [v.id, list], { keepdims: int(1) }, 'length');
  const safe = put(scope, 'Max', [length, scalar(scope, 'shortest', 1e-6)], {}, 'safe_length');
  return like(v, put(scope, 'Div', [v.id, safe]));
};

/** One number, or one per channel, shaped to fit the value. */
function perChannel(scope: LayerScope, v: Value, key: string, fallback: number): string {
  const values = scope.config.numbers(key) ?? [fallback];
  if (values.length === 1) return constant(scope, key, [], values);
  if (values.length !== channelsOf(v)) throw scope.config.bad(key, 'one number, or one per channel');
  const after = v.layout === 'channels-first' ? v.shape.length - 2 : 0;
  return constant(scope, key, [values.length, ...(Array(after).fill(1) as number[])], values);
}

const rescaling: LayerReader = (scope) => {
  const given = only(scope);
  const v = given.layout === 'flat-channels-first' ? asKeras(scope, given) : given;
  const scaled = put(scope, 'Mul', [v.id, perChannel(scope, v, 'scale', 1)]);
  const offset = scope.config.numbers('offset') ?? [0];
  if (offset.every((o) => o === 0)) return like(v, scaled);
  return like(v, put(scope, 'Add', [scaled, perChannel(scope, v, 'offset', 0)], {}, 'offset'));
};

/** (x − mean) / max(√variance, ε), by the settings or by the statistics that `adapt` stored. Source: `keras.layers.Normalization`. */
const normalization: LayerReader = (scope) => {
  const { config } = scope;
  const v = asKeras(scope, only(scope));
  // Null is one statistic for all; without the setting it is the last axis.
  const overAxes = 'axis' in config.values ? config.wholes('axis') : [-1];
  const axes = (overAxes ?? []).map((a) => frontAxis(scope, v, a));
  const kept = axes.map((a) => sizeAt(scope, v, a));
  const shape = v.shape.map((_, i) => (axes.includes(i) ? sizeAt(scope, v, i) : 1));
  const stated = { mean: config.numbers('mean'), variance: config.numbers('variance') };
  const read = statistics(scope, kept, stated);
  const spread = (values: ArrayLike<number>) =>
    Float32Array.from({ length: elementCount(shape) }, (_, i) => values[values.length === 1 ? 0 : i] as number);
  const mean = computedWeight(scope, 'mean', shape, () => spread(read.mean()));
  const deviation = computedWeight(scope, 'deviation', shape, () =>
    spread(Array.from(read.variance(), (x) => Math.max(Math.sqrt(x), 1e-7))),
  );
  if (config.flag('invert', false)) {
    const grown = put(scope, 'Mul', [v.id, deviation], {}, 'scaled');
    return like(v, put(scope, 'Add', [grown, mean]));
  }
  const centred = put(scope, 'Sub', [v.id, mean], {}, 'centred');
  return like(v, put(scope, 'Div', [centred, deviation]));
};

function statistics(
  scope: LayerScope,
  shape: readonly number[],
  stated: { readonly mean: readonly number[] | undefined; readonly variance: readonly number[] | undefined },
): { mean(): ArrayLike<number>; variance(): ArrayLike<number> } {
  const { mean, variance } = stated;
  const count = elementCount(shape);
  const fits = (list: readonly number[]) => list.length === 1 || list.length === count;
  if (mean && variance && fits(mean) && fits(variance)) return { mean: () => mean, variance: () => variance };
  const [m, v] = take(scope, [
    { name: 'mean', shape },
    { name: 'variance', shape, centre: 1 },
  ]) as [RawWeight, RawWeight];
  return { mean: () => m.read(), variance: () => v.read() };
}

export const normalizations: Readonly<Record<string, LayerReader>> = {
  BatchNormalization: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: unitNormalization,
  Rescaling: rescaling,
  Normalization: normalization,
};
