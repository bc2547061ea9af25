import { type Dim, elementCount, isKnown } from '../../ir/index.ts';
import { int, ints, type NetworkBuilder } from '../network-builder.ts';

/**
 * A value of the Keras network: its shape as Keras has it, and how its tensor lies in our graph. Networks of images run with channels
 * first, as ONNX has them, from one Transpose behind the input on.
 *
 * - `keras`: as Keras has it.
 * - `channels-first`: of three dimensions or more; Keras' last dimension is the tensor's second.
 * - `flat-channels-first`: two dimensions; the second runs over a sample of shape `from` (as Keras has it) with channels first.
 *   What a Flatten gives: the layer behind it sorts its weights instead of the activations.
 */
export interface Value {
  readonly id: string;
  readonly shape: readonly Dim[];
  readonly layout: 'keras' | 'channels-first' | 'flat-channels-first';
  /** Of 'flat-channels-first' only. */
  readonly from?: readonly number[];
}

/** Size in the layer's own order, known or not: a number, or a symbol. */
export const channelsOf = (v: Value): Dim => v.shape.at(-1) as Dim;

/** Sizes between batch and channels. */
export const spatialOf = (v: Value): readonly Dim[] => v.shape.slice(1, -1);

/** The axis of the tensor that is `axis` of Keras' shape. */
export function tensorAxis(v: Value, axis: number): number {
  if (v.layout !== 'channels-first' || axis === 0) return axis;
  return axis === v.shape.length - 1 ? 1 : axis + 1;
}

/** Shape of the tensor itself. */
export const tensorShape = ({ layout, shape }: Value): readonly Dim[] =>
  layout === 'channels-first' ? [shape[0] as Dim, shape.at(-1) as Dim, ...shape.slice(1, -1)] : shape;

/** Whether moving the channels leaves the elements in their order: one channel, or one place. */
export const sameOrder = (shape: readonly Dim[]): boolean => {
  const spatial = shape.slice(1, -1);
  return shape.at(-1) === 1 || (isKnown(spatial) && elementCount(spatial) === 1);
};

/** Puts values into the layout a layer needs. A value that two layers need in another layout is moved once. */
export class Layouts {
  readonly #moved = new Map<string, Value>();

  constructor(readonly builder: NetworkBuilder) {}

  keras(v: Value): Value {
    if (v.layout === 'keras') return v;
    return this.#once(v, 'keras', () => (v.layout === 'channels-first' ? this.#toKeras(v) : this.#unflatten(v)));
  }

  /** Of three dimensions or more. */
  channelsFirst(v: Value): Value {
    if (v.layout === 'channels-first') return v;
    const { shape } = v;
    return this.#once(v, 'channels-first', () => {
      const last = shape.length - 1;
      const perm = [0, last, ...Array.from({ length: last - 1 }, (_, i) => i + 1)];
      const id = this.#transpose(v.id, `${v.id}_channels_first`, perm);
      return { id, shape, layout: 'channels-first' };
    });
  }

  #once(v: Value, layout: Value['layout'], move: () => Value): Value {
    const key = `${layout} ${v.id}`;
    const moved = this.#moved.get(key) ?? move();
    this.#moved.set(key, moved);
    return moved;
  }

  #toKeras(v: Value): Value {
    const rank = v.shape.length;
    const perm = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
    return { id: this.#transpose(v.id, `${v.id}_channels_last`, perm), shape: v.shape, layout: 'keras' };
  }

  #unflatten(v: Value): Value {
    const from = v.from as readonly number[];
    const first = [from.at(-1) as number, ...from.slice(0, -1)];
    const apart = this.#reshape(v.id, `${v.id}_apart`, [0, ...first]);
    const perm = [0, ...from.slice(0, -1).map((_, i) => i + 2), 1];
    const turned = this.#transpose(apart, `${v.id}_channels_last`, perm);
    return { id: this.#reshape(turned, `${v.id}_flat`, [0, elementCount(from)]), shape: v.shape, layout: 'keras' };
  }

  #transpose(from: string, id: string, perm: readonly number[]): string {
    return this.builder.node('Transpose', [from], { id, output: id, attributes: { perm: ints(perm) } });
  }

  /** A 0 keeps the size, a −1 is what is left. */
  #reshape(from: string, id: string, shape: readonly number[]): string {
    const sizes = this.builder.constant(`${id}_shape`, [shape.length], shape, 'int64');
    return this.builder.node('Reshape', [from, sizes], { id, output: id, attributes: { allowzero: int(0) } });
  }
}
