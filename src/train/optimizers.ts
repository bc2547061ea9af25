import type { TensorId } from '../ir/index.ts';
import { type Emitter, int, type NamedAttributes, real } from './emitter.ts';
import type { Optimizer } from './recipe.ts';

/** How an optimizer is written into a step. */
export interface OptimizerNodes {
  /** Names of what it remembers of each parameter, all zeros at first. */
  readonly states: readonly string[];
  /** New value and new states of one parameter. */
  update(
    e: Emitter,
    inputs: { param: TensorId; gradient: TensorId; states: readonly TensorId[]; rates: TensorId; scale: TensorId },
    weightDecay: number,
  ): readonly TensorId[];
}

const written = (op: string, states: readonly string[], attributes: NamedAttributes): OptimizerNodes => ({
  states,
  update: (e, { param, gradient, states: held, rates, scale }, weightDecay) =>
    e.trainAll(op, [param, gradient, ...held, rates, scale], 1 + states.length, {
      ...attributes,
      weight_decay: real(weightDecay),
    }),
});

export function optimizerNodes(optimizer: Optimizer): OptimizerNodes {
  switch (optimizer.id) {
    case 'sgd':
      return written('SgdUpdate', ['velocity'], {
        momentum: real(optimizer.momentum),
        nesterov: int(optimizer.nesterov ? 1 : 0),
      });
    case 'adam':
    case 'adamw':
      return written('AdamUpdate', ['m', 'v'], {
        beta1: real(optimizer.beta1),
        beta2: real(optimizer.beta2),
        epsilon: real(optimizer.epsilon),
        decoupled: int(optimizer.id === 'adamw' ? 1 : 0),
      });
    case 'rmsprop':
      return written('RmsPropUpdate', ['square', 'velocity'], {
        decay: real(optimizer.decay),
        momentum: real(optimizer.momentum),
        epsilon: real(optimizer.epsilon),
      });
  }
}
