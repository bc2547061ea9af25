import {
  type Attributes,
  elementCount,
  isKnown,
  type Model,
  mapBodies,
  type Node,
  type NodeId,
  storedBytes,
  type TensorInfo,
} from '../../ir/index.ts';
import { layerCosts, totals } from '../layer-costs.ts';
import { bindNode, operatorName } from '../operator-of.ts';
import { lookAt } from './look.ts';
import type { Pass, PassContext } from './pass.ts';

/** What a pass did to a node. */
export interface Change {
  readonly pass: string;
  readonly node: NodeId;
  readonly op: string;
  readonly what: 'removed' | 'changed' | 'added';
  /** For a removed node: the one that does its work now. */
  readonly into?: NodeId;
  readonly reason: string;
}

/** Size of a network, before or after a pass. */
export interface Figures {
  readonly nodes: number;
  /** Absent where the cost of a layer is not known. */
  readonly macs?: number;
  readonly params: number;
  /** Of all constants. */
  readonly storedBytes: number;
}

/** Runs a pass, in the bodies of nodes too where it may, and fills in the shapes of what it made. */
export function runPass(pass: Pass, model: Model, ctx: PassContext): Model {
  const after = pass.run(model, ctx);
  const whole = pass.inBodies ? inBodies(pass, after, ctx) : after;
  return whole === model ? model : completeShapes(whole);
}

function inBodies(pass: Pass, model: Model, ctx: PassContext): Model {
  let isChanged = false;
  // Reasons are told of the nodes of the network itself.
  const quiet = { ...ctx, note() {} };
  const nodes = model.graph.nodes.map((node) => {
    const changed = mapBodies(node, (body) => inBodies(pass, pass.run(body, quiet), quiet));
    isChanged ||= changed !== node;
    return changed;
  });
  return isChanged ? { ...model, graph: { ...model.graph, nodes } } : model;
}

/** Types and shapes of values that have none yet: those of new nodes, from their inputs. Others are left as they are. */
function completeShapes(model: Model): Model {
  const { graph } = model;
  const look = lookAt(model);
  let tensors: Map<string, TensorInfo> | undefined;
  const infoOf = (id: string) => (tensors ?? graph.tensors).get(id);
  const value = (id: string) => {
    if (id === '') return undefined;
    const { type, shape } = infoOf(id) ?? {};
    const isSmall = isKnown(shape) && elementCount(shape) <= MOST_READ;
    const constant = isSmall ? look.constant(id) : undefined;
    return { ...(type ? { type } : {}), ...(shape ? { shape } : {}), ...(constant ? { constant } : {}) };
  };
  for (const node of graph.nodes) {
    if (node.outputs.every((id) => id === '' || (infoOf(id)?.shape && infoOf(id)?.type))) continue;
    const op = bindNode(node, graph);
    if (!op || op.inferBodies) continue;
    const results = op.infer(node.inputs.map(value), node.outputs.length);
    for (const [i, id] of node.outputs.entries()) {
      const { type, shape } = results[i] ?? {};
      if (id === '' || (!type && !shape)) continue;
      tensors ??= new Map(graph.tensors);
      tensors.set(id, { ...(type ? { type } : {}), ...(shape ? { shape } : {}), ...tensors.get(id), id });
    }
  }
  return tensors ? { ...model, graph: { ...graph, tensors } } : model;
}

const MOST_READ = 4096;

export function figuresOf(model: Model): Figures {
  const costs = layerCosts(model);
  const { macs, params, weightBytes, nodes } = totals(model, costs);
  return { nodes, ...(macs === undefined ? {} : { macs }), params, storedBytes: weightBytes };
}

/** What a pass was told about single nodes while it ran. */
export type Notes = ReadonlyMap<NodeId, { readonly reason: string; readonly into?: NodeId }>;

/** What a pass did, node by node: in the order of the network before it, then what it added. */
export function changesBy(pass: Pass, before: Model, after: Model, notes: Notes): Change[] {
  const left = new Map(after.graph.nodes.map((node) => [node.id, node]));
  const known = new Set(before.graph.nodes.map((node) => node.id));
  const writers = lookAt(after);
  const changes: Change[] = [];
  for (const node of before.graph.nodes) {
    const now = left.get(node.id);
    if (now && !isChanged(node, now, after)) continue;
    const note = notes.get(node.id);
    const into = note?.into ?? (now ? undefined : heirOf(node, before, left, writers.producer, after));
    changes.push({
      pass: pass.id,
      node: node.id,
      op: operatorName(node),
      what: now ? 'changed' : 'removed',
      ...(into === undefined ? {} : { into }),
      reason: note?.reason ?? (now ? pass.changes : pass.removes),
    });
  }
  for (const node of after.graph.nodes)
    if (!known.has(node.id))
      changes.push({ pass: pass.id, node: node.id, op: operatorName(node), what: 'added', reason: pass.changes });
  return changes;
}

/** Whether a node is another one than before: by operator, attributes, constants or results, not by the names of what it reads. */
function isChanged(before: Node, after: Node, { graph }: Model): boolean {
  if (before === after) return false;
  if (before.op !== after.op || before.domain !== after.domain || before.inputs.length !== after.inputs.length)
    return true;
  if (!haveEqualAttributes(before.attributes, after.attributes)) return true;
  if (before.outputs.join('\0') !== after.outputs.join('\0')) return true;
  return after.inputs.some((id, i) => id !== before.inputs[i] && graph.tensors.get(id)?.weight !== undefined);
}

function haveEqualAttributes(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, attribute] of a) if (b.get(name) !== attribute) return false;
  return true;
}

/** The node that does a removed node's work: the one that writes its result now, or its only reader where that was changed. */
function heirOf(
  node: Node,
  before: Model,
  left: ReadonlyMap<NodeId, Node>,
  producer: (id: string) => Node | undefined,
  after: Model,
): NodeId | undefined {
  for (const id of node.outputs) {
    const writer = producer(id);
    if (id !== '' && writer) return writer.id;
  }
  const reader = lookAt(before).onlyReader(node.outputs[0]);
  const now = reader && left.get(reader.id);
  return reader && now && isChanged(reader, now, after) ? reader.id : undefined;
}

/** Bytes of all constants of a network. */
export function bytesStored({ graph, weights }: Model): number {
  let bytes = 0;
  for (const { weight } of graph.tensors.values()) {
    const stored = weight === undefined ? undefined : weights.get(weight);
    if (stored) bytes += storedBytes(stored.type, elementCount(stored.shape));
  }
  return bytes;
}
