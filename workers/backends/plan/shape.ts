import type { TensorId } from '../../../src/ir/index.ts';
import type { NodeView, PlannerTable, View } from './fast-node.ts';

export const shapePlanners: PlannerTable = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Identity: reshaped,
  Dropout: reshaped,
  Cast: reshaped,
  CastLike: reshaped,
};

/** Operators whose output has its input's elements in its input's order. */
function reshaped(view: NodeView): View | undefined {
  const { inputs, outputs } = view.node;
  if (!view.isActivation(0) || outputs.slice(1).some((id) => id !== '') || !view.floatShape(outputs[0]))
    return undefined;
  return view.floatShape(inputs[0]) && !trains(view) ? { viewOf: inputs[0] as TensorId } : undefined;
}

/** A Dropout told to drop. */
const trains = (view: NodeView): boolean => view.node.op === 'Dropout' && view.has(2);
