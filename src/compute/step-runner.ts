import { BugError } from '../base/index.ts';
import { allocate, elementCount, isKnown, type Model, type Tensor, type TensorId } from '../ir/index.ts';
import type { FloatRunner, StepRunner } from './backend.ts';

/** Steps on a runner that knows no state: it is fed with each run, and taken from the outputs. */
export function stepRunnerOf(model: Model, state: ReadonlyMap<TensorId, TensorId>, runner: FloatRunner): StepRunner {
  const values = new Map([...state.keys()].map((id) => [id, zeros(model, id)] as const));
  const inside = new Set(state.values());
  return {
    plainNodes: model.graph.nodes,
    async step(feeds) {
      const results = await runner.run(new Map([...feeds, ...values]));
      for (const [input, output] of state) values.set(input, results.get(output) as Tensor);
      return new Map([...results].filter(([id]) => !inside.has(id)));
    },
    readState: async () => new Map([...values].map(([id, tensor]) => [id, { ...tensor, data: tensor.data.slice() }])),
    writeState(given) {
      for (const [id, tensor] of given) {
        if (!values.has(id)) throw new BugError(`'${id}' is no state of this step.`);
        values.set(id, { ...tensor, data: tensor.data.slice() });
      }
    },
    dispose: () => runner.dispose(),
  };
}

function zeros({ graph }: Model, id: TensorId): Tensor {
  const { type, shape } = graph.tensors.get(id) ?? {};
  if (!type || !isKnown(shape)) throw new BugError(`State '${id}' has no known type and shape.`);
  return { type, shape, data: allocate(type, elementCount(shape)) };
}
