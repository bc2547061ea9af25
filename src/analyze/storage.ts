import {
  elementCount,
  type Graph,
  isKnown,
  type Node,
  type NodeId,
  readBy,
  storedBytes,
  type TensorId,
} from '../ir/index.ts';
import { constantValues } from './constant-values.ts';
import { bindNode } from './operator-of.ts';

/** Memory of one or more values: a value with its views and those computed in its place. */
export interface Storage {
  /** The first value that lies in it. */
  readonly tensor: TensorId;
  readonly tensors: readonly TensorId[];
  readonly bytes: number;
  /** Ticks: index among the running nodes; −1 for inputs, one past the last node for outputs. */
  readonly firstTick: number;
  readonly lastTick: number;
}

export interface StoragePlan {
  readonly storages: readonly Storage[];
  /** The nodes that run, in order: a tick each. */
  readonly nodes: readonly NodeId[];
}

/** The same bytes under another shape. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout']);

interface Draft {
  readonly tensors: TensorId[];
  readonly bytes: number;
  readonly firstTick: number;
  lastTick: number;
}

/**
 * Which memory every run-time value lies in and how long it is needed (methods F.2). Views share their source's memory;
 * an element-wise layer writes over an input that nobody needs afterwards. Inputs are freed after their last reader,
 * outputs are kept to the end. `undefined` if the shape of a value is unknown.
 *
 * `bytesPerElement`: the width activations will have; left out, the graph's own element types.
 */
export function planStorage(graph: Graph, bytesPerElement?: number): StoragePlan | undefined {
  const plans = known.get(graph) ?? new Map<number | undefined, StoragePlan | undefined>();
  known.set(graph, plans);
  if (!plans.has(bytesPerElement)) plans.set(bytesPerElement, plan(graph, bytesPerElement));
  return plans.get(bytesPerElement);
}

/** Graphs are immutable: each is planned once per width. */
const known = new WeakMap<Graph, Map<number | undefined, StoragePlan | undefined>>();

function plan(graph: Graph, bytesPerElement: number | undefined): StoragePlan | undefined {
  const constant = constantValues(graph);
  const running = graph.nodes.filter((node) => node.outputs.some((id) => id !== '' && !constant.has(id)));
  const lastUse = lastUses(graph, running);
  const drafts: Draft[] = [];
  const draftOf = new Map<TensorId, Draft>();
  const add = (id: TensorId, bytes: number, tick: number) => {
    const draft = { tensors: [id], bytes, firstTick: tick, lastTick: Math.max(tick, lastUse.get(id) ?? tick) };
    drafts.push(draft);
    draftOf.set(id, draft);
  };
  for (const id of graph.inputs) {
    const bytes = bytesOf(graph, id, bytesPerElement);
    if (bytes === undefined) return undefined;
    add(id, bytes, -1);
  }
  for (const [tick, node] of running.entries()) {
    for (const id of node.outputs) {
      if (id === '' || constant.has(id)) continue;
      const bytes = bytesOf(graph, id, bytesPerElement);
      if (bytes === undefined) return undefined;
      const host = hostOf(node, id, bytes, tick, graph, draftOf);
      if (host === undefined) {
        add(id, bytes, tick);
        continue;
      }
      host.tensors.push(id);
      host.lastTick = Math.max(host.lastTick, tick, lastUse.get(id) ?? tick);
      draftOf.set(id, host);
    }
  }
  const storages = drafts.map((d) => ({ ...d, tensor: d.tensors[0] as TensorId }));
  return { storages, nodes: running.map((n) => n.id) };
}

function lastUses(graph: Graph, running: readonly Node[]): ReadonlyMap<TensorId, number> {
  const last = new Map<TensorId, number>();
  running.forEach((node, tick) => {
    for (const id of readBy(node)) last.set(id, tick);
  });
  for (const id of graph.outputs) last.set(id, running.length);
  return last;
}

function bytesOf(graph: Graph, id: TensorId, bytesPerElement: number | undefined): number | undefined {
  const info = graph.tensors.get(id);
  if (!info || !isKnown(info.shape)) return undefined;
  const count = elementCount(info.shape);
  return bytesPerElement === undefined
    ? storedBytes(info.type ?? 'float32', count)
    : Math.ceil(count * bytesPerElement);
}

/** Memory the output can lie in: its source's for a view, that of a dying operand for an element-wise layer. */
function hostOf(
  node: Node,
  output: TensorId,
  bytes: number,
  tick: number,
  graph: Graph,
  draftOf: ReadonlyMap<TensorId, Draft>,
): Draft | undefined {
  if (output !== node.outputs[0]) return undefined;
  if (VIEWS.has(node.op) && node.domain === '') return draftOf.get(node.inputs[0] ?? '');
  if (!isElementwise(node, graph)) return undefined;
  for (const id of node.inputs) {
    const draft = draftOf.get(id);
    if (draft !== undefined && draft.lastTick <= tick && draft.bytes === bytes) return draft;
  }
  return undefined;
}

/** Output element i needs only element i of the operands that have the output's shape. */
function isElementwise(node: Node, graph: Graph): boolean {
  const op = bindNode(node, graph);
  if (op === undefined) return false;
  // Only what computes new values of its own may do so element by element.
  if (op.quant && op.quant.role !== 'computes') return op.quant.role === 'clamp';
  const value = (id: TensorId) => {
    const info = graph.tensors.get(id);
    return id !== '' && info && isKnown(info.shape)
      ? { type: info.type ?? 'float32', shape: info.shape, isConstant: info.weight !== undefined }
      : undefined;
  };
  const outputs = node.outputs.map(value).filter((v) => v !== undefined);
  return op.cost(node.inputs.map(value), outputs).kind === 'elementwise';
}
