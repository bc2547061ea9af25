import { type Attribute, capturedBy, type Model, type Node, type TensorId, type TensorInfo } from '../ir/index.ts';
import { nameTaken } from './errors.ts';

/** Everything a node reads, through its inputs and from inside its bodies; each value once. */
export const readsOf = (node: Node): readonly TensorId[] => [
  ...new Set([...node.inputs.filter((id) => id !== ''), ...capturedBy(node)]),
];

/** The nodes that read each value, bodies included, in graph order. */
export function readersOf(nodes: readonly Node[]): ReadonlyMap<TensorId, readonly Node[]> {
  const readers = new Map<TensorId, Node[]>();
  for (const node of nodes) {
    for (const id of readsOf(node)) {
      const list = readers.get(id);
      if (list) list.push(node);
      else readers.set(id, [node]);
    }
  }
  return readers;
}

export type Renaming = ReadonlyMap<TensorId, TensorId>;

/** The node reading the new name wherever it read an old one, inside its bodies too. The node itself where it reads none. */
export function reread(node: Node, renamed: Renaming): Node {
  const inputs = node.inputs.some((id) => renamed.has(id))
    ? node.inputs.map((id) => renamed.get(id) ?? id)
    : node.inputs;
  if (!capturedBy(node).some((id) => renamed.has(id))) return inputs === node.inputs ? node : { ...node, inputs };
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) attributes.set(name, rereadAttribute(attribute, renamed, node));
  return { ...node, inputs, attributes };
}

function rereadAttribute(attribute: Attribute, renamed: Renaming, node: Node): Attribute {
  if (attribute.kind === 'graph') return { kind: 'graph', value: rereadBody(attribute.value, renamed, node) };
  if (attribute.kind === 'graphs')
    return { kind: 'graphs', value: attribute.value.map((body) => rereadBody(body, renamed, node)) };
  return attribute;
}

function rereadBody(body: Model, renamed: Renaming, node: Node): Model {
  const { graph } = body;
  const own = writtenIn(body);
  const outer = new Map([...renamed].filter(([from]) => !own.has(from)));
  for (const to of outer.values()) if (own.has(to)) throw nameTaken(to, `a value inside layer '${node.id}'`);
  if (outer.size === 0) return body;
  const follow = (id: TensorId): TensorId => outer.get(id) ?? id;
  const tensors = new Map<TensorId, TensorInfo>();
  for (const info of graph.tensors.values()) tensors.set(follow(info.id), { ...info, id: follow(info.id) });
  const nodes = graph.nodes.map((inner) => reread(inner, outer));
  return { ...body, graph: { ...graph, nodes, tensors, outputs: graph.outputs.map(follow) } };
}

/** Values that a graph has of its own: inputs, constants, and what its nodes write. */
export function writtenIn({ graph }: Model): ReadonlySet<TensorId> {
  const own = new Set<TensorId>(graph.inputs);
  for (const info of graph.tensors.values()) if (info.weight !== undefined) own.add(info.id);
  for (const node of graph.nodes) for (const id of node.outputs) if (id !== '') own.add(id);
  return own;
}
