import type { TensorId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { lastOutput, notAnOutput } from '../errors.ts';
import { settle } from '../settle.ts';

/** Takes a value off the model's outputs, and the layers that served it alone out of the model. */
export interface RemoveOutputEdit {
  readonly kind: 'remove-output';
  readonly value: TensorId;
}

export const removeOutput: EditKind<RemoveOutputEdit> = {
  id: 'remove-output',
  title: 'Remove an output',
  check: (fields) => ({ kind: 'remove-output', value: fields.name('value') }),
  describe: ({ value }) => `Remove the output ${value}`,
  apply(model, { value }) {
    const { graph } = model;
    if (!graph.outputs.includes(value)) throw notAnOutput(value, graph.outputs);
    const outputs = graph.outputs.filter((id) => id !== value);
    if (outputs.length === 0) throw lastOutput(value);
    return settle(model, { ...model, graph: { ...graph, outputs } });
  },
};
