import type { Model, TensorId, TensorInfo } from '../../ir/index.ts';
import type { EditContext, EditKind } from '../edit-kind.ts';
import { constantValue, notBetween, notComputed, unknownType } from '../errors.ts';
import { roleOf } from '../find.ts';
import { Names } from '../names.ts';
import { neededFor, withoutUnused } from '../settle.ts';

/** Keeps what lies between values: everything `outputs` need, back to `inputs` and the model's own inputs. */
export interface ExtractEdit {
  readonly kind: 'extract';
  /** Outputs of the extracted model, in order. */
  readonly outputs: readonly TensorId[];
  /** Values that become inputs, in order; the model's own inputs that are still needed follow. May be empty. */
  readonly inputs: readonly TensorId[];
}

export const extract: EditKind<ExtractEdit> = {
  id: 'extract',
  title: 'Extract between values',
  check: (fields) => ({ kind: 'extract', outputs: fields.names('outputs'), inputs: fields.names('inputs', 0) }),
  describe: ({ inputs, outputs }) =>
    inputs.length === 0
      ? `Extract what computes ${outputs.join(', ')}`
      : `Extract from ${inputs.join(', ')} to ${outputs.join(', ')}`,
  apply(model, { inputs, outputs }, context) {
    const { graph } = model;
    for (const id of inputs)
      if (roleOf(model, id) === 'constant') throw constantValue(id, 'it is kept as it is and cannot become an input');
    for (const id of outputs) {
      const role = inputs.includes(id) ? 'input' : roleOf(model, id);
      if (role !== 'computed') throw notComputed(id, role, 'an output of the extracted model');
    }
    const needed = neededFor(graph, outputs, new Set(inputs));
    for (const id of inputs) if (!needed.values.has(id)) throw notBetween(id, outputs);
    const own = graph.inputs.filter((id) => needed.values.has(id) && !inputs.includes(id));
    const nodes = graph.nodes.filter((node) => needed.nodes.has(node));
    return cut(model, { nodes, inputs: [...inputs, ...own], outputs }, context);
  },
};

/** The model of these nodes alone, with types and shapes at its boundary. Throws `edit/unknown-type` for an input without a type. */
export function cut(
  model: Model,
  part: Pick<Model['graph'], 'nodes' | 'inputs' | 'outputs'>,
  context: EditContext,
): Model {
  const tensors = new Map<TensorId, TensorInfo>(model.graph.tensors);
  for (const id of [...part.inputs, ...part.outputs])
    if (!model.graph.inputs.includes(id)) tensors.set(id, { id, ...context.known(id) });
  for (const id of part.inputs) if (tensors.get(id)?.type === undefined) throw unknownType(id);
  const nodes = part.nodes.map((node) => {
    if (!node.outputs.some((id) => part.inputs.includes(id))) return node;
    return { ...node, outputs: node.outputs.map((id) => (part.inputs.includes(id) ? aside(id, model, tensors) : id)) };
  });
  return withoutUnused(model, { ...model, graph: { ...model.graph, ...part, nodes, tensors } });
}

/** Another name for a result that became an input, where its layer stays for the sake of another result. */
function aside(id: TensorId, model: Model, tensors: Map<TensorId, TensorInfo>): TensorId {
  const name = new Names(model).value(`${id}/unused`);
  tensors.set(name, { ...(tensors.get(id) ?? {}), id: name });
  return name;
}
