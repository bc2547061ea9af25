import type { TensorId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { alreadyOutput, notComputed } from '../errors.ts';
import { roleOf } from '../find.ts';

/** Makes a value that a layer computes an output of the model, after those it has. */
export interface AddOutputEdit {
  readonly kind: 'add-output';
  readonly value: TensorId;
}

export const addOutput: EditKind<AddOutputEdit> = {
  id: 'add-output',
  title: 'Make a value an output',
  check: (fields) => ({ kind: 'add-output', value: fields.name('value') }),
  describe: ({ value }) => `Make ${value} an output`,
  apply(model, { value }, context) {
    const { graph } = model;
    if (graph.outputs.includes(value)) throw alreadyOutput(value);
    const role = roleOf(model, value);
    if (role !== 'computed') throw notComputed(value, role, 'an output');
    const tensors = new Map(graph.tensors).set(value, { id: value, ...context.known(value) });
    return { ...model, graph: { ...graph, tensors, outputs: [...graph.outputs, value] } };
  },
};
