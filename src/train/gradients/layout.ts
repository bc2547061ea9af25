import type { TensorId } from '../../ir/index.ts';
import { reshape } from '../compose.ts';
import type { GradientRule } from './rule.ts';

/** Operators that give the same elements another shape: the gradient gets the input's. */
const sameElements = (id: string): GradientRule => ({
  id,
  gradients: (ctx) => [ctx.wanted(0, () => reshape(ctx.e, ctx.dy, ctx.e.shapeOf(ctx.node.inputs[0] as TensorId)))],
});

export const sameElementOperators: readonly GradientRule[] = [
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Dropout',
].map(sameElements);
