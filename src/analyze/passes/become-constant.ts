import type { Rewrite, Tensor, TensorId } from '../../ir/index.ts';

/** Makes a value that nodes computed a constant, under its own name. */
export function becomeConstant(rewrite: Rewrite, id: TensorId, tensor: Tensor): void {
  const weight = rewrite.constant(id, tensor);
  rewrite.declare({ id, type: tensor.type, shape: tensor.shape, weight });
}
