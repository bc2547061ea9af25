import type { Model, Node, TensorId } from '../../ir/index.ts';
import type { ActivationChoice } from '../activations.ts';
import { activationFrom, activationNodes, activationText, withBuilt } from '../builder.ts';
import type { EditKind } from '../edit-kind.ts';
import { constantValue } from '../errors.ts';
import { roleOf } from '../find.ts';
import { Names } from '../names.ts';
import { reread } from '../reads.ts';

/**
 * Puts an activation behind a value: everything that read the value reads the activation's result. An output of the
 * model keeps its name, which the activation writes from then on.
 */
export interface InsertActivationEdit {
  readonly kind: 'insert-activation';
  readonly value: TensorId;
  readonly activation: ActivationChoice;
}

export const insertActivation: EditKind<InsertActivationEdit> = {
  id: 'insert-activation',
  title: 'Insert an activation',
  check: (fields) => ({
    kind: 'insert-activation',
    value: fields.name('value'),
    activation: activationFrom(fields.inner('activation')),
  }),
  describe: ({ value, activation }) => `Insert ${activationText(activation)} behind ${value}`,
  apply(model, { value, activation }, context) {
    const role = roleOf(model, value);
    if (role === 'constant') throw constantValue(value, 'an activation works on what the network computes');
    const names = new Names(model);
    const known = context.known(value);
    const isOutput = model.graph.outputs.includes(value) && role === 'computed';
    const other = names.value(isOutput ? `${value}/before_${activation.id}` : `${value}/${activation.id}`);
    const [x, y] = isOutput ? [other, value] : [value, other];
    const built = activationNodes(model, activation, names, { stem: value, x, y, known });
    const withTables = withBuilt(model, built);
    const tensors = new Map(withTables.graph.tensors).set(other, { id: other, ...known });
    const prepared = { ...withTables, graph: { ...withTables.graph, tensors } };
    return isOutput
      ? behindOutput(prepared, value, other, built.nodes)
      : behindInner(prepared, value, other, built.nodes);
  },
};

/** The writer of an output writes `inner` instead; the nodes make the output from it. */
function behindOutput(model: Model, output: TensorId, inner: TensorId, made: readonly Node[]): Model {
  const { graph } = model;
  const nodes = graph.nodes.flatMap((node) => {
    if (!node.outputs.includes(output)) return [node];
    return [{ ...node, outputs: node.outputs.map((id) => (id === output ? inner : id)) }, ...made];
  });
  return { ...model, graph: { ...graph, nodes } };
}

/** Whoever read `value` reads `result`. */
function behindInner(model: Model, value: TensorId, result: TensorId, made: readonly Node[]): Model {
  const { graph } = model;
  const renamed = new Map([[value, result]]);
  const isInput = graph.inputs.includes(value);
  const nodes = graph.nodes.flatMap((node) => {
    const reading = reread(node, renamed);
    return node.outputs.includes(value) ? [reading, ...made] : [reading];
  });
  const outputs = graph.outputs.map((id) => (id === value ? result : id));
  return { ...model, graph: { ...graph, nodes: isInput ? [...made, ...nodes] : nodes, outputs } };
}
