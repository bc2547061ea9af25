import {
  type Dim,
  type Model,
  type Node,
  type NodeId,
  producersOf,
  type TensorId,
  type TensorInfo,
} from '../../ir/index.ts';
import type { EditContext, EditKind, KnownValue } from '../edit-kind.ts';
import { cannotRemove, noInputAt, nothingLeft } from '../errors.ts';
import { findNodes } from '../find.ts';
import { forgetBehind } from '../forget.ts';
import { type Renaming, readersOf, readsOf, reread } from '../reads.ts';
import { settle } from '../settle.ts';
import { counted } from '../words.ts';

/**
 * Takes layers out. Who read one of their outputs reads instead the nearest value in front of the removed layers that has
 * the same type and shape; layers that served the removed ones alone go too. An output of the model keeps its name: the
 * value that takes its place is renamed, or repeated by an Identity where it must keep its own.
 */
export interface RemoveEdit {
  readonly kind: 'remove';
  readonly nodes: readonly NodeId[];
  /** Which input takes the place of the output, counted from 0, whatever its shape. Absent: the nearest of the same shape. */
  readonly input?: number;
}

export const remove: EditKind<RemoveEdit> = {
  id: 'remove',
  title: 'Remove layers',
  check(fields) {
    const input = fields.index('input');
    return { kind: 'remove', nodes: fields.names('nodes'), ...(input === undefined ? {} : { input }) };
  },
  describe: ({ nodes, input }) =>
    `Remove ${counted(nodes)}${input === undefined ? '' : `, input ${input} takes its place`}`,
  apply(model, { nodes, input }, context) {
    const removed = removedFrom(model, findNodes(model, nodes));
    const places = new Map<TensorId, TensorId>();
    for (const [id, node] of removed.lost)
      places.set(id, input === undefined ? sameShape(id, node, removed, context) : atIndex(node, input, removed));
    return settle(model, without(model, removed, places, context));
  },
};

interface Removed {
  readonly nodes: ReadonlySet<Node>;
  /** The layers that stay, reading as before. */
  readonly kept: readonly Node[];
  /** Outputs of removed layers that somebody else still wants, and who wrote them. */
  readonly lost: ReadonlyMap<TensorId, Node>;
  readonly model: Model;
  readonly writer: ReadonlyMap<TensorId, Node>;
}

function removedFrom(model: Model, nodes: readonly Node[]): Removed {
  const removed = new Set(nodes);
  const kept = model.graph.nodes.filter((node) => !removed.has(node));
  const wanted = new Set<TensorId>([...kept.flatMap(readsOf), ...model.graph.outputs]);
  const lost = new Map<TensorId, Node>();
  for (const node of nodes) for (const id of node.outputs) if (id !== '' && wanted.has(id)) lost.set(id, node);
  const writer = new Map([...producersOf(model.graph)].filter(([, node]) => removed.has(node)));
  return { nodes: removed, kept, lost, model, writer };
}

/** Values in front of the removed layers that feed a node, nearest first; constants are not among them. */
function inFront(node: Node, { model, writer }: Removed): readonly TensorId[] {
  const front = new Set<TensorId>();
  const seen = new Set<Node>([node]);
  for (const at of seen) {
    for (const id of at.inputs) {
      if (id === '' || model.graph.tensors.get(id)?.weight !== undefined) continue;
      const before = writer.get(id);
      if (before) seen.add(before);
      else front.add(id);
    }
  }
  return [...front];
}

function sameShape(id: TensorId, node: Node, removed: Removed, context: EditContext): TensorId {
  const wanted = context.known(id);
  const front = inFront(node, removed);
  const found = front.find((candidate) => isAlike(context.known(candidate), wanted));
  if (found !== undefined) return found;
  const readers = (readersOf(removed.kept).get(id) ?? []).map((reader) => reader.id);
  if (removed.model.graph.outputs.includes(id)) readers.push(`output ${id}`);
  const candidates = front.map((candidate) => ({ id: candidate, shape: context.known(candidate).shape }));
  throw cannotRemove({ node: node.id, value: id, shape: wanted.shape, readers, candidates });
}

const isAlike = (a: KnownValue, b: KnownValue): boolean =>
  (a.type === undefined || b.type === undefined || a.type === b.type) &&
  a.shape !== undefined &&
  b.shape !== undefined &&
  sameDims(a.shape, b.shape);

const sameDims = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

function atIndex(node: Node, index: number, removed: Removed): TensorId {
  const id = node.inputs[index] ?? '';
  if (id === '') throw noInputAt(node.id, index, node.inputs.length);
  const before = removed.writer.get(id);
  return before ? atIndex(before, index, removed) : id;
}

/** What stands for the lost values: `places` says which value takes whose place. */
interface Standing {
  /** What readers read instead. */
  readonly reads: Renaming;
  /** New names of values that become outputs of the model. */
  readonly renamed: Renaming;
  /** Outputs that an Identity writes, and from what. */
  readonly repeated: Renaming;
}

/** An output of the model keeps its name: its source takes it where it is free to, and is repeated otherwise. */
function standingFor({ graph }: Model, removed: Removed, places: Renaming): Standing {
  const renamed = new Map<TensorId, TensorId>();
  const repeated = new Map<TensorId, TensorId>();
  const isFree = new Set(removed.kept.flatMap((node) => node.outputs));
  for (const id of graph.outputs) isFree.delete(id);
  for (const id of graph.outputs) {
    const source = places.get(id);
    if (source === undefined) continue;
    if (isFree.delete(source)) renamed.set(source, id);
    else repeated.set(id, source);
  }
  const reads = new Map(renamed);
  for (const [lost, source] of places) {
    const standing = renamed.get(source) ?? source;
    if (standing !== lost && !repeated.has(lost)) reads.set(lost, standing);
  }
  return { reads, renamed, repeated };
}

function without(model: Model, removed: Removed, places: Renaming, context: EditContext): Model {
  const { reads, renamed, repeated } = standingFor(model, removed, places);
  const changed = [...places].filter(([lost, source]) => !isAlike(context.known(source), context.known(lost)));
  const { graph, weights } = forgetBehind(
    model,
    changed.map(([lost]) => lost),
    'types and shapes',
  );
  const tensors = new Map<TensorId, TensorInfo>(graph.tensors);
  for (const id of graph.outputs) {
    const source = places.get(id);
    if (source !== undefined) tensors.set(id, { id, ...context.known(source) });
  }
  const removedIds = new Set([...removed.nodes].map((node) => node.id));
  const nodes = graph.nodes.flatMap((node) => {
    if (removedIds.has(node.id)) return identities(node, repeated, renamed);
    const reading = reread(node, reads);
    if (!node.outputs.some((id) => renamed.has(id))) return [reading];
    return [{ ...reading, outputs: node.outputs.map((id) => renamed.get(id) ?? id) }];
  });
  return { graph: { ...graph, nodes, tensors }, weights };
}

/** The Identity layers that write a removed layer's outputs; the first has its name. */
function identities(node: Node, repeated: Renaming, renamed: Renaming): readonly Node[] {
  const outputs = node.outputs.filter((id) => repeated.has(id));
  return outputs.map((id, i) => {
    const source = repeated.get(id) as TensorId;
    if (node.op === 'Identity' && node.inputs[0] === source) throw nothingLeft(node.id, id);
    const inputs = [renamed.get(source) ?? source];
    return {
      id: i === 0 ? node.id : `${node.id}/${id}`,
      op: 'Identity',
      domain: '',
      inputs,
      outputs: [id],
      attributes: new Map(),
    };
  });
}
