import { attributeOf, capturedBy, type Model, type Node, producersOf, Rewrite, type TensorId } from '../../ir/index.ts';
import { numbersOperand } from './constant-operand.ts';

/** Removes Identity and inference-time Dropout, then every node that no output depends on. */
export function removeDead(model: Model): Model {
  return dropUnread(bypass(model));
}

/** Whether the node's first output is its first input, unchanged, when the network runs. */
function isPassThrough(model: Model, node: Node): boolean {
  if (node.domain !== '') return false;
  if (node.op === 'Identity') return true;
  if (node.op !== 'Dropout' || node.outputs.slice(1).some((id) => isRead(model, id))) return false;
  const training = node.inputs[2] ?? '';
  if (training === '') return (attributeOf(node.attributes, 'is_test', 'int') ?? 1) !== 0;
  return numbersOperand(model, training)?.[0] === 0;
}

/** Whether a node or an output reads the value: the mask of a Dropout is named even where nobody does. */
const isRead = ({ graph }: Model, id: TensorId): boolean =>
  id !== '' && (graph.outputs.includes(id) || graph.nodes.some((node) => node.inputs.includes(id)));

/** One at a time where an output must keep its name: each step changes the producer the next one would look at. */
function bypass(model: Model): Model {
  let current = model;
  for (;;) {
    const rewrite = new Rewrite(current);
    const producers = producersOf(current.graph);
    const touched = new Set<TensorId>();
    for (const node of current.graph.nodes) {
      const [from] = node.inputs;
      const [to] = node.outputs;
      if (!isPassThrough(current, node) || from === undefined || to === undefined) continue;
      if (!current.graph.outputs.includes(to)) {
        rewrite.redirect(to, from);
        rewrite.replace(node.id);
        continue;
      }
      // An output keeps its name: its producer writes it under that name instead.
      const producer = producers.get(from);
      if (!producer || touched.size > 0 || current.graph.outputs.includes(from) || isPassThrough(current, producer))
        continue;
      touched.add(from);
      rewrite.replace(producer.id, { ...producer, outputs: producer.outputs.map((id) => (id === from ? to : id)) });
      rewrite.redirect(from, to);
      rewrite.replace(node.id);
    }
    if (rewrite.changes === 0) return current;
    current = rewrite.done();
  }
}

function dropUnread(model: Model): Model {
  const { graph } = model;
  const needed = new Set<TensorId>(graph.outputs);
  const rewrite = new Rewrite(model);
  for (const node of [...graph.nodes].reverse()) {
    const isRead = node.outputs.some((id) => id !== '' && needed.has(id));
    if (isRead) for (const id of [...node.inputs, ...capturedBy(node)]) needed.add(id);
    else rewrite.replace(node.id);
  }
  return rewrite.done();
}
