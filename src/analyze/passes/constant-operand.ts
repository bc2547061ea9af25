import {
  type Model,
  type Node,
  numbersOf,
  type Rewrite,
  type Tensor,
  type TensorId,
  tensorOf,
  weightOf,
} from '../../ir/index.ts';

/** The elements of a constant of the graph; `undefined` for an absent operand and for run-time values. */
export function constantOperand({ graph, weights }: Model, id: TensorId | undefined): Tensor | undefined {
  const weight = id === undefined || id === '' ? undefined : graph.tensors.get(id)?.weight;
  return weight === undefined ? undefined : weightOf(weights, weight);
}

/** The same as numbers. */
export function numbersOperand(model: Model, id: TensorId | undefined): ArrayLike<number> | undefined {
  const tensor = constantOperand(model, id);
  return tensor && tensor.type !== 'string' ? numbersOf(tensor) : undefined;
}

/** Makes a value that nodes computed a constant, under its own name. */
export function becomeConstant(rewrite: Rewrite, id: TensorId, tensor: Tensor): void {
  const weight = rewrite.constant(id, tensor);
  rewrite.declare({ id, type: tensor.type, shape: tensor.shape, weight });
}

/**
 * A weight with every output channel multiplied by its own factor. The channel of element i is
 * floor(i / inner) mod channels: `inner` is the product of the dimensions behind the channel's.
 */
export function scaledChannels(weight: Tensor, factors: ArrayLike<number>, inner: number): Tensor {
  const source = numbersOf(weight);
  const values = new Float64Array(source.length);
  for (let i = 0; i < values.length; i++)
    values[i] = (source[i] as number) * (factors[Math.floor(i / inner) % factors.length] as number);
  return tensorOf(weight.type, weight.shape, values);
}

/** The single reader of a value that is no graph output: what may be fused into its producer. */
export function onlyReader(
  id: TensorId,
  consumers: ReadonlyMap<TensorId, readonly Node[]>,
  outputs: readonly TensorId[],
): Node | undefined {
  const readers = consumers.get(id);
  return readers?.length === 1 && !outputs.includes(id) ? readers[0] : undefined;
}
