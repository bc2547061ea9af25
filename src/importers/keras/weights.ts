/** Where a layer's weights come from: the two ways Keras lays them out in HDF5, or nowhere. */
import { type Dim, elementCount } from '../../ir/index.ts';
import { missingWeights, weightShape } from '../errors.ts';
import { placeholder } from '../placeholder.ts';
import type { Hdf5Array, Hdf5Group } from './hdf5.ts';

/** What a layer expects. */
export interface WeightSpec {
  /** As Keras calls it: 'kernel', 'moving_mean'. */
  readonly name: string;
  /** Symbols stand for sizes only the file knows. */
  readonly shape: readonly Dim[];
  /** About which number the elements of an untrained network lie; default 0. */
  readonly centre?: number;
}

/** A weight as Keras holds it. */
export interface RawWeight {
  readonly shape: readonly number[];
  read(): Float32Array;
}

/** The weights of one layer, or of a part of one. */
export interface LayerWeights {
  /** The weights asked for, in that order. Throws `importers/keras-no-weights` or `importers/keras-weight-shape`. */
  take(specs: readonly WeightSpec[]): readonly RawWeight[];
  /** A layer inside this one: `attribute` is the name of the Python attribute that holds it, `named` what its path then holds. */
  part(attribute: string, named?: string): LayerWeights;
  /** Those of a model's layers, in the order of its configuration. */
  layers(list: readonly { readonly name: string; readonly kind: string }[]): readonly LayerWeights[];
}

function checked(file: string, layer: string, spec: WeightSpec, raw: RawWeight): RawWeight {
  const fits =
    raw.shape.length === spec.shape.length && spec.shape.every((d, i) => typeof d === 'string' || d === raw.shape[i]);
  if (!fits) throw weightShape(file, layer, spec.name, spec.shape, raw.shape);
  return raw;
}

/** No weights in the file: those of an untrained network, of the shapes the layers need. */
export function noWeights(file: string, layer = ''): LayerWeights {
  const inside = (name: string) => noWeights(file, layer === '' ? name : `${layer}/${name}`);
  return {
    take: (specs) =>
      specs.map(({ name, shape, centre = 0 }) => {
        const known = shape.filter((d) => typeof d === 'number');
        if (known.length < shape.length || !Number.isSafeInteger(elementCount(known)))
          throw missingWeights(file, layer, name, 'its shape does not follow from the sizes the file states');
        return { shape: known, read: () => placeholder(`${layer}/${name}`, known, centre) };
      }),
    part: inside,
    layers: (list) => list.map(({ name }) => inside(name)),
  };
}

/**
 * Keras 3 (`model.weights.h5`): groups follow the Python objects, `layers/conv2d_1/vars/0`. A group under `layers` is called after
 * the layer's class and numbered; its `vars` say the layer's own name, which decides where it is there.
 */
export function weightsOfKeras3(file: string, group: Hdf5Group | undefined, layer: string): LayerWeights {
  return {
    take(specs) {
      const vars = group?.group('vars');
      return specs.map((spec, i) => {
        const array = vars?.array(String(i));
        if (!array)
          throw missingWeights(file, layer, spec.name, `'${group?.path ?? '/'}/vars/${i}' is not in the file`);
        return checked(file, layer, spec, array);
      });
    },
    part: (attribute) => weightsOfKeras3(file, group?.group(attribute), `${layer}/${attribute}`),
    layers(list) {
      // Keras 2.12 and 2.13 called the container after a private attribute.
      const container = group?.group('layers') ?? group?.group('_layer_checkpoint_dependencies');
      const byName = new Map<string, Hdf5Group>();
      for (const key of container?.names ?? []) {
        const child = container?.group(key);
        const name = child?.group('vars')?.text('name');
        if (child && name !== undefined) byName.set(name, child);
      }
      const used = new Map<string, number>();
      return list.map(({ name, kind }) => {
        const base = snakeCase(kind);
        const count = used.get(base) ?? 0;
        used.set(base, count + 1);
        const key = count === 0 ? base : `${base}_${count}`;
        return weightsOfKeras3(file, byName.get(name) ?? container?.group(key), name);
      });
    },
  };
}

/** 'Conv2D' → 'conv2d', 'BatchNormalization' → 'batch_normalization', as `keras.src.utils.naming.to_snake_case` does. */
export const snakeCase = (kind: string): string =>
  kind
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

interface Entry {
  /** 'bidirectional/forward_lstm/lstm_cell/kernel:0', in parts. */
  readonly path: readonly string[];
  readonly array: Hdf5Array;
}

/** Whole-model `.h5`: a group per layer, which lists its weights in `weight_names`, parts and nested models among them. */
export function weightsOfLegacy(file: string, root: Hdf5Group): LayerWeights {
  return {
    take: () => [],
    part: () => weightsOfLegacy(file, root),
    layers: (list) => list.map(({ name }) => entriesOf(file, name, listed(file, name, root.group(name)))),
  };
}

function listed(file: string, layer: string, group: Hdf5Group | undefined): Entry[] {
  return (group?.texts('weight_names') ?? []).map((name) => {
    const array = group?.array(name);
    if (!array) throw missingWeights(file, layer, name, `'${group?.path}/${name}' is listed but not in the file`);
    return { path: name.split('/').map((part) => part.replace(/:\d+$/, '')), array };
  });
}

function entriesOf(file: string, layer: string, entries: readonly Entry[]): LayerWeights {
  return {
    take: (specs) =>
      specs.map((spec, i) => {
        // Names differ between versions (depthwise_kernel, kernel); the order does not.
        const inOrder = entries.length === specs.length ? entries[i] : undefined;
        const entry = entries.find((e) => e.path.at(-1) === spec.name) ?? inOrder;
        if (!entry) throw missingWeights(file, layer, spec.name, `no weight of group '${layer}' has this name`);
        return checked(file, layer, spec, entry.array);
      }),
    part: (attribute, named = attribute) => {
      const inside = entries.filter((e) => e.path.some((p) => p === named || p.startsWith(`${named}_`)));
      return entriesOf(file, layer, inside.length > 0 ? inside : entries);
    },
    layers: (list) =>
      list.map(({ name }) =>
        entriesOf(
          file,
          `${layer}/${name}`,
          entries.filter((e) => e.path.includes(name)),
        ),
      ),
  };
}
