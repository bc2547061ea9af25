import {
  type DataType,
  type Dim,
  decodeWeight,
  elementCount,
  type Model,
  type Shape,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
} from '../ir/index.ts';
import type { Value } from '../ops/index.ts';

/** Constants of more elements than this are not followed through shape arithmetic: no shape is that long. */
export const FOLLOWED_ELEMENTS = 4096;

/** What is known of the values of a graph before it runs. */
export interface Values {
  get(id: TensorId): Value | undefined;
  /** Elements of a value that only partly follow from known sizes: see `partial-dims.ts`. */
  partial(id: TensorId): PartialTensor | undefined;
}

/** A list (or one number) of integers of which some are only names of sizes, or not known at all. */
export interface PartialTensor {
  readonly shape: Shape;
  readonly elements: readonly (Dim | undefined)[];
}

/** A stored constant as inference sees it; its elements are read when they are asked for, and only where it is small. */
class StoredValue implements Value {
  readonly type: DataType;
  readonly shape: Shape;
  readonly #stored: StoredTensor;

  constructor(stored: StoredTensor) {
    this.type = stored.type;
    this.shape = stored.shape;
    this.#stored = stored;
  }

  get constant(): Tensor {
    return decodeWeight(this.#stored);
  }
}

/** Complex numbers have a size, but no operator here computes with them. */
const storedValue = (stored: StoredTensor): Value =>
  elementCount(stored.shape) <= FOLLOWED_ELEMENTS && !stored.type.startsWith('complex')
    ? new StoredValue(stored)
    : { type: stored.type, shape: stored.shape };

/** What the file says of a value. */
export function declaredOf(info: TensorInfo | undefined): Value {
  return {
    ...(info?.type ? { type: info.type } : {}),
    ...(info?.shape ? { shape: info.shape } : {}),
  };
}

/** The working state of inference: values of one graph as they become known, and behind them those of the graph around it. */
export class GraphValues implements Values {
  readonly #model: Model;
  readonly #outer: Values | undefined;
  readonly #known = new Map<TensorId, Value>();
  readonly #partial = new Map<TensorId, PartialTensor>();

  constructor(model: Model, outer?: Values) {
    this.#model = model;
    this.#outer = outer;
    for (const id of model.graph.inputs) this.#known.set(id, declaredOf(model.graph.tensors.get(id)));
  }

  get(id: TensorId): Value | undefined {
    const known = this.#known.get(id);
    if (known) return known;
    const weight = this.#model.graph.tensors.get(id)?.weight;
    const stored = weight === undefined ? undefined : this.#model.weights.get(weight);
    if (!stored) return this.#outer?.get(id);
    return storedValue(stored);
  }

  set(id: TensorId, value: Value): void {
    this.#known.set(id, value);
  }

  partial(id: TensorId): PartialTensor | undefined {
    return this.#partial.get(id) ?? (this.#known.has(id) ? undefined : this.#outer?.partial(id));
  }

  setPartial(id: TensorId, partial: PartialTensor): void {
    this.#partial.set(id, partial);
  }
}
