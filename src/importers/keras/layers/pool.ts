/** Pools over windows and over all places, and layers that change the number of places. */
import type { Dim } from '../../../ir/index.ts';
import { isList } from '../../json.ts';
import { int, text } from '../../network-builder.ts';
import type { Config } from '../config.ts';
import { constant, imageInput, kerasValue, type LayerReader, like, put } from '../layer-scope.ts';
import { spatialOf, type Value } from '../value.ts';
import { placeWindow, sized } from './window.ts';

const pool =
  (op: 'MaxPool' | 'AveragePool', rank: number): LayerReader =>
  (scope) => {
    const { config } = scope;
    const { x, done } = imageInput(scope);
    // Keras 1 and 2 called the size of one-dimensional pools pool_length for a while.
    const kernel = config.perAxis('pool_size', rank, 2);
    const strides = config.get('strides') === undefined ? kernel : config.perAxis('strides', rank);
    const dilations = kernel.map(() => 1);
    const padding = config.oneOf('padding', ['valid', 'same']);
    const { attributes, output } = placeWindow(spatialOf(x), { kernel, strides, dilations, padding });
    const id = put(scope, op, [x.id], attributes);
    return done({ id, shape: [x.shape[0] as Dim, ...output, x.shape.at(-1) as Dim], layout: 'channels-first' });
  };

const globalPool =
  (op: 'GlobalMaxPool' | 'GlobalAveragePool'): LayerReader =>
  (scope) => {
    const { x, done } = imageInput(scope);
    const pooled = put(scope, op, [x.id]);
    const batch = x.shape[0] as Dim;
    const channels = x.shape.at(-1) as Dim;
    if (scope.config.flag('keepdims', false))
      return done({ id: pooled, shape: [batch, ...spatialOf(x).map(() => 1), channels], layout: 'channels-first' });
    return kerasValue(put(scope, 'Flatten', [pooled], { axis: int(1) }, 'flat'), [batch, channels]);
  };

/** Numbers before and after each axis: one for all, one per axis, or a pair per axis. */
function margins(config: Config, key: string, rank: number): [before: number, after: number][] {
  const value = config.get(key) ?? 1;
  const list = isList(value) ? value : (Array(rank).fill(value) as (typeof value)[]);
  // A one-dimensional margin may be the pair itself.
  const axes = rank === 1 && list.length === 2 ? [list] : list;
  const pairs = axes.map((axis) => {
    const pair = isList(axis) ? axis : [axis, axis];
    const [before, after] = pair;
    const legal = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
    if (pair.length !== 2 || !legal(before) || !legal(after))
      throw config.bad(key, `${rank} numbers or pairs of numbers`);
    return [before, after] as [number, number];
  });
  if (pairs.length !== rank) throw config.bad(key, `${rank} numbers or pairs of numbers`);
  return pairs;
}

const grown = (x: Value, axes: readonly (readonly [number, number])[], sign: 1 | -1, id: string): Value => {
  const spatial = spatialOf(x).map((n, i) => {
    const [before, after] = axes[i] as readonly [number, number];
    return sized(n, (m) => m + sign * (before + after), `${sign > 0 ? '+' : '-'}${before + after}`);
  });
  return { id, shape: [x.shape[0] as Dim, ...spatial, x.shape.at(-1) as Dim], layout: 'channels-first' };
};

const zeroPadding =
  (rank: number): LayerReader =>
  (scope) => {
    const axes = margins(scope.config, 'padding', rank);
    const { x, done } = imageInput(scope);
    const pads = [0, 0, ...axes.map(([before]) => before), 0, 0, ...axes.map(([, after]) => after)];
    const id = put(scope, 'Pad', [x.id, constant(scope, 'pads', [pads.length], pads, 'int64')], {
      mode: text('constant'),
    });
    return done(grown(x, axes, 1, id));
  };

/** As far as a slice reaches when nothing is cut off at the end. */
const OPEN_END = 2 ** 31 - 1;

const cropping =
  (rank: number): LayerReader =>
  (scope) => {
    const axes = margins(scope.config, 'cropping', rank);
    const { x, done } = imageInput(scope);
    const list = (name: string, values: readonly number[]) => constant(scope, name, [values.length], values, 'int64');
    const starts = list(
      'starts',
      axes.map(([before]) => before),
    );
    const ends = list(
      'ends',
      axes.map(([, after]) => (after === 0 ? OPEN_END : -after)),
    );
    const id = put(scope, 'Slice', [
      x.id,
      starts,
      ends,
      list(
        'axes',
        axes.map((_, i) => i + 2),
      ),
    ]);
    return done(grown(x, axes, -1, id));
  };

const upSampling =
  (rank: number): LayerReader =>
  (scope) => {
    const factors = scope.config.perAxis('size', rank, 2);
    const { x, done } = imageInput(scope);
    const interpolation = scope.config.oneOf('interpolation', ['nearest', 'bilinear']);
    const scales = constant(scope, 'scales', [rank + 2], [1, 1, ...factors]);
    const nearest = {
      mode: text('nearest'),
      coordinate_transformation_mode: text('asymmetric'),
      nearest_mode: text('floor'),
    };
    const linear = { mode: text('linear'), coordinate_transformation_mode: text('half_pixel') };
    const id = put(scope, 'Resize', [x.id, '', scales], interpolation === 'nearest' ? nearest : linear);
    const spatial = spatialOf(x).map((n, i) => sized(n, (m) => m * (factors[i] as number), `*${factors[i]}`));
    return done({ ...like(x, id), shape: [x.shape[0] as Dim, ...spatial, x.shape.at(-1) as Dim] });
  };

export const pools: Readonly<Record<string, LayerReader>> = {
  MaxPooling1D: pool('MaxPool', 1),
  MaxPooling2D: pool('MaxPool', 2),
  MaxPooling3D: pool('MaxPool', 3),
  MaxPool1D: pool('MaxPool', 1),
  MaxPool2D: pool('MaxPool', 2),
  MaxPool3D: pool('MaxPool', 3),
  AveragePooling1D: pool('AveragePool', 1),
  AveragePooling2D: pool('AveragePool', 2),
  AveragePooling3D: pool('AveragePool', 3),
  AvgPool1D: pool('AveragePool', 1),
  AvgPool2D: pool('AveragePool', 2),
  AvgPool3D: pool('AveragePool', 3),
  GlobalMaxPooling1D: globalPool('GlobalMaxPool'),
  GlobalMaxPooling2D: globalPool('GlobalMaxPool'),
  GlobalMaxPooling3D: globalPool('GlobalMaxPool'),
  GlobalMaxPool1D: globalPool('GlobalMaxPool'),
  GlobalMaxPool2D: globalPool('GlobalMaxPool'),
  GlobalAveragePooling1D: globalPool('GlobalAveragePool'),
  GlobalAveragePooling2D: globalPool('GlobalAveragePool'),
  GlobalAveragePooling3D: globalPool('GlobalAveragePool'),
  GlobalAvgPool1D: globalPool('GlobalAveragePool'),
  GlobalAvgPool2D: globalPool('GlobalAveragePool'),
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
};
