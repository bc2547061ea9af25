import type { Attribute, DataType, Dim } from '../../ir/index.ts';
import type { NetworkBuilder } from '../network-builder.ts';
import type { Config } from './config.ts';
import type { Call } from './topology.ts';
import type { Layouts, Value } from './value.ts';
import type { LayerWeights, RawWeight, WeightSpec } from './weights.ts';

/** What a layer is read from, and what it writes to. */
export interface LayerScope {
  readonly file: string;
  /** Class as the file has it: 'Conv2D'. */
  readonly kind: string;
  /** Names of the models the layer lies in, then its own: 'encoder/conv2d'. */
  readonly path: string;
  /** The path, with a number for further calls of the same layer. */
  readonly name: string;
  /** Weights the layer has made already, for further calls. */
  readonly made: Map<string, string>;
  readonly config: Config;
  readonly inputs: readonly Value[];
  readonly call: Call;
  readonly builder: NetworkBuilder;
  readonly layouts: Layouts;
  readonly source: LayerWeights;
  /** Version of Keras that wrote the file: some defaults changed with 3. */
  readonly kerasMajor: number;
  warn(code: string, message: string): void;
}

/** Domain of operators that stand for layers this tool does not know. */
export const KERAS_DOMAIN = 'keras';

/** Reads one call of a layer: adds its nodes and returns its outputs. */
export type LayerReader = (scope: LayerScope) => Value | readonly Value[];

/** The only input, or the first of several. */
export const only = (scope: LayerScope): Value => scope.inputs[0] as Value;

/** Adds a node called after the layer. `suffix`: for layers of several nodes; the node that gives the layer its name has none. */
export function put(
  scope: LayerScope,
  op: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  suffix = '',
): string {
  const id = suffix === '' ? scope.name : `${scope.name}_${suffix}`;
  return scope.builder.node(op, inputs, { id, attributes });
}

export const constant = (
  scope: LayerScope,
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
  type?: DataType,
): string => scope.builder.constant(`${scope.name}/${name}`, shape, values, type);

/** A single number as a constant. */
export const scalar = (scope: LayerScope, name: string, value: number): string => constant(scope, name, [], [value]);

export const take = (scope: LayerScope, specs: readonly WeightSpec[]): readonly RawWeight[] => scope.source.take(specs);

/** A weight as it is. */
export const weight = (scope: LayerScope, name: string, raw: RawWeight): string =>
  computedWeight(scope, name, raw.shape, () => raw.read());

/** A weight computed at its first use. Layers that are called twice share it, by its name. */
export function computedWeight(
  scope: LayerScope,
  name: string,
  shape: readonly number[],
  read: () => Float32Array,
  key = name,
): string {
  const id = scope.made.get(key) ?? scope.builder.weight(`${scope.path}/${name}`, shape, read);
  scope.made.set(key, id);
  return id;
}

/** A weight turned round: seen as `view` (default: its own shape), its axes put in the order of `perm`, seen as `shape`. */
export function turnedWeight(
  scope: LayerScope,
  name: string,
  raw: RawWeight,
  turn: { readonly view?: readonly number[]; readonly perm: readonly number[]; readonly shape?: readonly number[] },
): string {
  const view = turn.view ?? raw.shape;
  const shape = turn.shape ?? turn.perm.map((axis) => view[axis] as number);
  const read = () => permuted(raw.read(), view, turn.perm);
  return computedWeight(scope, name, shape, read, `${name} ${view} ${turn.perm} ${shape}`);
}

/** Elements in the order of permuted axes: result axis `i` is axis `perm[i]`. */
export function permuted(data: Float32Array, shape: readonly number[], perm: readonly number[]): Float32Array {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((n, d) => n * d, 1));
  const sizes = perm.map((axis) => shape[axis] as number);
  const steps = perm.map((axis) => strides[axis] as number);
  const out = new Float32Array(data.length);
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from] as number;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (sizes[axis] as number)) break;
      from -= (sizes[axis] as number) * (steps[axis] as number);
      index[axis] = 0;
    }
  }
  return out;
}

/** A value in Keras' own order. */
export const asKeras = (scope: LayerScope, v: Value): Value => scope.layouts.keras(v);

/** The same tensor layout and shape, another tensor. */
export const like = (v: Value, id: string): Value => ({ ...v, id });

export const kerasValue = (id: string, shape: readonly Dim[]): Value => ({ id, shape, layout: 'keras' });

/**
 * A value with channels first, whatever `data_format` the layer has: for 'channels_first' Keras' own order is ONNX' already.
 * `done` takes the layer's result back into Keras' order.
 */
export function imageInput(scope: LayerScope, v: Value = only(scope)): { x: Value; done: (y: Value) => Value } {
  if (scope.config.oneOf('data_format', ['channels_last', 'channels_first']) === 'channels_last')
    return { x: scope.layouts.channelsFirst(v), done: (y) => y };
  const { id, shape } = scope.layouts.keras(v);
  const [batch, channels, ...spatial] = shape as readonly [Dim, Dim, ...Dim[]];
  return {
    x: { id, shape: [batch, ...spatial, channels], layout: 'channels-first' },
    done: (y) => {
      const [n, ...rest] = y.shape as readonly [Dim, ...Dim[]];
      if (y.layout !== 'channels-first') return y;
      return kerasValue(y.id, [n, rest.at(-1) as Dim, ...rest.slice(0, -1)]);
    },
  };
}
