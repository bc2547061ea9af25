/** Layers that arrange elements anew, and those that do nothing at inference. */
import { type Dim, elementCount, isKnown } from '../../../ir/index.ts';
import { unknownChannels } from '../../errors.ts';
import { int, ints } from '../../network-builder.ts';
import { asKeras, constant, kerasValue, type LayerReader, type LayerScope, like, only, put } from '../layer-scope.ts';
import { sameOrder, type Value } from '../value.ts';

/** At inference the layer hands its input on; it stays in the graph, so that the layers are those of the file. */
const nothing: LayerReader = (scope) => like(only(scope), put(scope, 'Identity', [only(scope).id]));

const flatten: LayerReader = (scope) => {
  const v = only(scope);
  if (v.shape.length <= 2) return flattenShort(scope, v);
  // With channels first Keras puts them last before it flattens.
  const channelsFirst = scope.config.oneOf('data_format', ['channels_last', 'channels_first']) === 'channels_first';
  if (channelsFirst) return flattenChannelsFirst(scope, asKeras(scope, v));
  const sample = v.shape.slice(1);
  const known = isKnown(sample);
  const x = v.layout === 'channels-first' && !known ? asKeras(scope, v) : v;
  const id = put(scope, 'Flatten', [x.id], { axis: int(1) });
  const shape: Dim[] = [v.shape[0] as Dim, known ? elementCount(sample) : sample.join('*')];
  if (x.layout !== 'channels-first' || !known || sameOrder(v.shape)) return kerasValue(id, shape);
  return { id, shape, layout: 'flat-channels-first', from: sample };
};

function flattenShort(scope: LayerScope, v: Value): Value {
  if (v.shape.length === 2) return like(v, put(scope, 'Identity', [v.id]));
  const axes = constant(scope, 'axes', [1], [1], 'int64');
  return kerasValue(put(scope, 'Unsqueeze', [v.id, axes]), [v.shape[0] as Dim, 1]);
}

function flattenChannelsFirst(scope: LayerScope, v: Value): Value {
  const perm = [0, ...v.shape.slice(2).map((_, i) => i + 2), 1];
  const turned = put(scope, 'Transpose', [v.id], { perm: ints(perm) }, 'channels_last');
  const sample = v.shape.slice(1);
  const size = isKnown(sample) ? elementCount(sample) : sample.join('*');
  return kerasValue(put(scope, 'Flatten', [turned], { axis: int(1) }), [v.shape[0] as Dim, size]);
}

/** A Reshape that keeps the batch. */
function reshaped(scope: LayerScope, id: string, sizes: readonly number[], suffix = ''): string {
  const shape = constant(
    scope,
    suffix === '' ? 'shape' : `${suffix}_shape`,
    [sizes.length + 1],
    [0, ...sizes],
    'int64',
  );
  return put(scope, 'Reshape', [id, shape], {}, suffix);
}

const reshape: LayerReader = (scope) => {
  const { config } = scope;
  const v = only(scope);
  const sample = v.shape.slice(1);
  const target = config.wholes('target_shape');
  if (!target) throw config.bad('target_shape', 'whole numbers');
  const sizes: readonly Dim[] = resolved(scope, sample, target);
  const x = v.layout === 'channels-first' && sameOrder(v.shape) ? v : asKeras(scope, v);
  const shape = [v.shape[0] as Dim, ...sizes];
  // One place, or one channel: with channels first the elements are in the same order.
  if (shape.length > 2 && sameOrder(shape) && isKnown(sizes)) {
    const first = [sizes.at(-1) as number, ...sizes.slice(0, -1)];
    return { id: reshaped(scope, x.id, first), shape, layout: 'channels-first' };
  }
  const written = sizes.map((d, i) => (typeof d === 'number' ? d : (target[i] as number)));
  return kerasValue(reshaped(scope, x.id, written), shape);
};

/** The target with its −1 computed, where the input's size is known. */
function resolved(scope: LayerScope, sample: readonly Dim[], target: readonly number[]): Dim[] {
  const open = target.filter((d) => d === -1).length;
  const fixed = elementCount(target.filter((d) => d !== -1));
  if (open > 1 || target.some((d) => d < -1 || d === 0))
    throw scope.config.bad('target_shape', 'sizes above 0, one of them −1');
  if (!isKnown(sample)) return target.map((d) => (d === -1 ? `${scope.name}_size` : d));
  const count = elementCount(sample);
  if (open === 0 ? fixed !== count : count % fixed !== 0)
    throw scope.config.bad('target_shape', `a shape of the ${count} elements that come in`);
  return target.map((d) => (d === -1 ? count / fixed : d));
}

const permute: LayerReader = (scope) => {
  const v = asKeras(scope, only(scope));
  const dims = scope.config.wholes('dims') ?? [];
  const legal = dims.length === v.shape.length - 1 && [...dims].sort((a, b) => a - b).every((d, i) => d === i + 1);
  if (!legal) throw scope.config.bad('dims', `the numbers 1 to ${v.shape.length - 1} in some order`);
  const perm = [0, ...dims];
  return kerasValue(
    put(scope, 'Transpose', [v.id], { perm: ints(perm) }),
    perm.map((i) => v.shape[i] as Dim),
  );
};

const repeatVector: LayerReader = (scope) => {
  const v = asKeras(scope, only(scope));
  const count = scope.config.positive('n');
  const apart = put(scope, 'Unsqueeze', [v.id, constant(scope, 'axes', [1], [1], 'int64')], {}, 'apart');
  const id = put(scope, 'Tile', [apart, constant(scope, 'repeats', [3], [1, count, 1], 'int64')]);
  return kerasValue(id, [v.shape[0] as Dim, count, v.shape[1] as Dim]);
};

/** Applied to every step of a sequence: batch and steps become one dimension, and two again. */
export function perStep(scope: LayerScope, v: Value, inner: (step: Value) => Value): Value {
  const x = asKeras(scope, v);
  const [batch, steps, ...rest] = x.shape as readonly [Dim, Dim, ...Dim[]];
  if (!isKnown(rest) || typeof steps !== 'number') throw unknownChannels(scope.file, scope.path);
  const merged = constant(scope, 'merged_shape', [rest.length + 1], [-1, ...rest], 'int64');
  const step = put(scope, 'Reshape', [x.id, merged], {}, 'merged');
  const y = asKeras(scope, inner(kerasValue(step, [`${batch}*${steps}`, ...rest])));
  const out = y.shape.slice(1);
  if (!isKnown(out)) throw unknownChannels(scope.file, scope.path);
  const apart = constant(scope, 'apart_shape', [out.length + 2], [-1, steps, ...out], 'int64');
  return kerasValue(put(scope, 'Reshape', [y.id, apart], {}, 'apart'), [batch, steps, ...out]);
}

export const arrangements: Readonly<Record<string, LayerReader>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  Dropout: nothing,
  SpatialDropout1D: nothing,
  SpatialDropout2D: nothing,
  SpatialDropout3D: nothing,
  GaussianDropout: nothing,
  GaussianNoise: nothing,
  AlphaDropout: nothing,
  ActivityRegularization: nothing,
  Identity: nothing,
  // Augmentation does nothing at inference.
  RandomFlip: nothing,
  RandomRotation: nothing,
  RandomZoom: nothing,
  RandomTranslation: nothing,
  RandomContrast: nothing,
  RandomBrightness: nothing,
};
