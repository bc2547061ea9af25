import type { StepBackend } from '../compute/index.ts';
import { type NodeId, numbersOf, type Tensor, type TensorId } from '../ir/index.ts';
import type { StepGraph } from './step-graph.ts';

/** Where numbers first left the range in a step. */
export interface Where {
  readonly node?: NodeId;
  readonly op?: string;
  readonly parameter?: string;
}

/**
 * Runs a step that gave no numbers once more, as an ordinary graph that returns all that its layers computed, and names the first layer
 * whose result is infinite or not a number; where all are finite, the parameter whose gradient is not. `state`: as it was before the step,
 * for such a step changes no parameter.
 */
export async function divergenceIn(
  step: StepGraph,
  state: ReadonlyMap<TensorId, Tensor>,
  feeds: ReadonlyMap<TensorId, Tensor>,
  backend: StepBackend,
): Promise<Where> {
  const { model, activations, gradients } = step;
  const outputs = [...new Set([...activations.map(({ value }) => value), ...gradients.values()])];
  const runner = await backend.prepareSteps({ ...model, graph: { ...model.graph, outputs } }, new Map());
  try {
    const values = await runner.step(new Map([...state, ...feeds]));
    const broken = (id: TensorId): boolean => !allFinite(values.get(id));
    const layer = activations.find(({ value }) => broken(value));
    if (layer) return { node: layer.layer, op: layer.op };
    const found = [...gradients].find(([, gradient]) => broken(gradient));
    return found ? { parameter: found[0] } : {};
  } finally {
    runner.dispose();
  }
}

function allFinite(tensor: Tensor | undefined): boolean {
  if (tensor?.type !== 'float32') return true;
  for (const value of numbersOf(tensor)) if (!Number.isFinite(value)) return false;
  return true;
}
