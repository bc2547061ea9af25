import { capturedBy } from './bodies.ts';
import type { Attribute, Dim, Graph, Model, Node, NodeId, TensorId, TensorInfo } from './graph.ts';
import type { StoredTensor, Tensor, WeightId } from './tensor.ts';
import { encodeWeight } from './weights.ts';

/** Which nodes read each value, in graph order, those whose bodies read it by name too. Graph outputs are not listed: see `Graph.outputs`. */
export function consumersOf(graph: Graph): ReadonlyMap<TensorId, readonly Node[]> {
  const consumers = new Map<TensorId, Node[]>();
  for (const node of graph.nodes) {
    for (const input of readBy(node)) {
      if (input === '') continue;
      const list = consumers.get(input);
      if (list) list.push(node);
      else consumers.set(input, [node]);
    }
  }
  return consumers;
}

/** Every value a node reads, each once, absent inputs left out: its inputs and what its bodies read by name. */
export function readBy(node: Node): Iterable<TensorId> {
  const { inputs } = node;
  const isShort = inputs.length < 6 && inputs.every((id, i) => id !== '' && inputs.indexOf(id) === i);
  return isShort && !hasBodies(node)
    ? inputs
    : [...new Set([...inputs, ...capturedBy(node)])].filter((id) => id !== '');
}

/** Whether graphs lie in the node's attributes (If, Loop, Scan). Calls of local functions are not told from operators here. */
export function hasBodies(node: Node): boolean {
  for (const { kind } of node.attributes.values()) if (kind === 'graph' || kind === 'graphs') return true;
  return false;
}

/** The node with each graph in its attributes replaced by what `change` makes of it; the node itself where nothing changes. */
export function mapBodies(node: Node, change: (body: Model, name: string) => Model): Node {
  let attributes: Map<string, Attribute> | undefined;
  for (const [name, attribute] of node.attributes) {
    const changed = changedBodies(attribute, (body) => change(body, name));
    if (changed === attribute) continue;
    attributes ??= new Map(node.attributes);
    attributes.set(name, changed);
  }
  return attributes ? { ...node, attributes } : node;
}

function changedBodies(attribute: Attribute, change: (body: Model) => Model): Attribute {
  if (attribute.kind === 'graph') {
    const value = change(attribute.value);
    return value === attribute.value ? attribute : { kind: 'graph', value };
  }
  if (attribute.kind !== 'graphs') return attribute;
  const value = attribute.value.map(change);
  return value.every((body, i) => body === attribute.value[i]) ? attribute : { kind: 'graphs', value };
}

/** Which node writes each value. Inputs and constants have none. */
export function producersOf(graph: Graph): ReadonlyMap<TensorId, Node> {
  const producers = new Map<TensorId, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  return producers;
}

/** Every name a graph uses: of values it holds, reads or writes, of its nodes, and those in the bodies of its nodes. */
function namesIn(graph: Graph, names: Set<string> = new Set()): Set<string> {
  for (const id of graph.tensors.keys()) names.add(id);
  for (const node of graph.nodes) {
    names.add(node.id);
    for (const id of node.inputs) names.add(id);
    for (const id of node.outputs) names.add(id);
    mapBodies(node, (body) => {
      namesIn(body.graph, names);
      return body;
    });
  }
  return names;
}

/** Names that a graph uses and does not list: of values around it that it reads, and all in the bodies of its nodes. */
function foreignNames(graph: Graph): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of graph.nodes) {
    for (const id of node.inputs) if (!graph.tensors.has(id)) names.add(id);
    mapBodies(node, (body) => {
      namesIn(body.graph, names);
      return body;
    });
  }
  return names;
}

/**
 * The node with values of the graph around it renamed, in its inputs and in what its bodies read by name. A value of a body's own
 * that is called as the new name makes way. The node itself where nothing changes.
 */
export function renameReads(node: Node, rename: (id: TensorId) => TensorId): Node {
  const captured = capturedBy(node).filter((id) => rename(id) !== id);
  const isRead = node.inputs.some((id) => rename(id) !== id);
  if (!isRead && captured.length === 0) return node;
  const inputs = node.inputs.map(rename);
  if (captured.length === 0) return { ...node, inputs };
  const outer = new Map(captured.map((id) => [id, rename(id)]));
  return { ...mapBodies(node, (body) => renameOuter(body, outer)), inputs };
}

/** A body with names of the graph around it replaced where it reads them. */
function renameOuter(body: Model, outer: ReadonlyMap<TensorId, TensorId>): Model {
  const { graph } = body;
  const own = ownValues(graph);
  const arriving = new Set(outer.values());
  const names = namesIn(graph);
  const renamed = new Map([...outer].filter(([id]) => !own.has(id)));
  for (const id of own) {
    if (!arriving.has(id)) continue;
    let fresh = `${id}_inner`;
    for (let i = 1; names.has(fresh) || arriving.has(fresh); i++) fresh = `${id}_inner_${i}`;
    names.add(fresh);
    renamed.set(id, fresh);
  }
  return renamed.size === 0 ? body : renameValues(body, (id) => renamed.get(id) ?? id);
}

/** Values a graph makes or is given itself: inputs, constants, outputs of its nodes. */
function ownValues(graph: Graph): Set<TensorId> {
  const own = new Set<TensorId>(graph.inputs);
  for (const info of graph.tensors.values()) if (info.weight !== undefined) own.add(info.id);
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') own.add(output);
  return own;
}

/** The model with every value called by another name; the new names must not collide. Stored weights keep their ids. */
export function renameValues(model: Model, rename: (id: TensorId) => TensorId): Model {
  const { graph } = model;
  const name = (id: TensorId) => (id === '' ? '' : rename(id));
  const nodes = graph.nodes.map((node) => {
    const renamed = renameReads(node, name);
    return node.outputs.some((id) => name(id) !== id) ? { ...renamed, outputs: renamed.outputs.map(name) } : renamed;
  });
  const tensors = new Map<TensorId, TensorInfo>();
  for (const [id, info] of graph.tensors) tensors.set(name(id), name(id) === id ? info : { ...info, id: name(id) });
  const inputs = graph.inputs.map(name);
  const outputs = graph.outputs.map(name);
  return { ...model, graph: { ...graph, inputs, outputs, nodes, tensors } };
}

/**
 * Collects changes to a model and applies them at once. Reading goes to the model as it was; `done()` gives the new one.
 * Values that nothing reads any more are left out of the result, weights too; what the bodies of nodes (If branches, Loop
 * bodies) read by name counts as read, and is renamed with the rest.
 */
export class Rewrite {
  readonly #model: Model;
  readonly #tensors = new Map<TensorId, TensorInfo>();
  readonly #weights = new Map<WeightId, StoredTensor>();
  readonly #replaced = new Map<NodeId, readonly Node[]>();
  readonly #renamed = new Map<TensorId, TensorId>();
  readonly #given = new Set<string>();
  #foreign: ReadonlySet<string> | undefined;
  #nodes: ReadonlySet<NodeId> | undefined;
  #changes = 0;

  constructor(model: Model) {
    this.#model = model;
  }

  /** How many changes were asked for; 0 means `done()` returns the model itself. */
  get changes(): number {
    return this.#changes;
  }

  /** Puts `nodes` in the place of a node; none removes it. */
  replace(id: NodeId, ...nodes: readonly Node[]): void {
    this.#replaced.set(id, nodes);
    this.#changes++;
  }

  /** Every reader of `from`, graph outputs included, reads `to` instead. */
  redirect(from: TensorId, to: TensorId): void {
    this.#renamed.set(from, to);
    this.#changes++;
  }

  /** Adds a constant under a fresh name made from `hint`; returns the name. */
  constant(hint: string, tensor: Tensor): TensorId {
    const id = this.freshTensor(hint);
    this.#tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    this.#weights.set(id, encodeWeight(id, tensor));
    this.#changes++;
    return id;
  }

  /** Adds a constant whose elements are stored already, under a fresh name made from `hint`; returns the name. */
  stored(hint: string, stored: StoredTensor): TensorId {
    const id = this.freshTensor(hint);
    this.#tensors.set(id, { id, type: stored.type, shape: stored.shape, weight: id });
    this.#weights.set(id, stored);
    this.#changes++;
    return id;
  }

  /** Declares a value; give `weight` to keep an existing constant's elements. */
  declare(info: TensorInfo): void {
    this.#tensors.set(info.id, info);
    this.#given.add(info.id);
    this.#changes++;
  }

  setShape(id: TensorId, shape: readonly Dim[]): void {
    const info = this.#tensors.get(id) ?? this.#model.graph.tensors.get(id);
    this.declare({ ...(info ?? { id }), shape });
  }

  /** A value name that is not taken, in the graph or a body in it: `hint`, or `hint_1`, `hint_2` …; it is taken then. */
  freshTensor(hint: string): TensorId {
    const { graph, weights } = this.#model;
    this.#foreign ??= foreignNames(graph);
    const { tensors } = graph;
    const isTaken = (name: string) =>
      tensors.has(name) || this.#given.has(name) || weights.has(name) || this.#foreign?.has(name);
    let id = hint;
    for (let i = 1; isTaken(id); i++) id = `${hint}_${i}`;
    this.#given.add(id);
    return id;
  }

  /** A node name that is not taken, made as `freshTensor` makes them. */
  freshNode(hint: string): NodeId {
    this.#nodes ??= new Set(this.#model.graph.nodes.map((node) => node.id));
    let id = this.freshTensor(hint);
    while (this.#nodes.has(id)) id = this.freshTensor(hint);
    return id;
  }

  done(): Model {
    if (this.#changes === 0) return this.#model;
    const { graph, weights } = this.#model;
    const follow = (id: TensorId): TensorId => {
      let at = id;
      for (let next = this.#renamed.get(at); next !== undefined; next = this.#renamed.get(at)) at = next;
      return at;
    };
    const kept = graph.nodes.flatMap((node) => this.#replaced.get(node.id) ?? [node]);
    const nodes = this.#renamed.size === 0 ? kept : kept.map((node) => renameReads(node, follow));
    const outputs = graph.outputs.map(follow);
    const used = new Set<TensorId>([...graph.inputs, ...outputs]);
    for (const node of nodes) {
      for (const id of readBy(node)) used.add(id);
      for (const id of node.outputs) used.add(id);
    }
    const tensors = new Map<TensorId, TensorInfo>();
    const held = new Map<WeightId, StoredTensor>();
    const keep = (info: TensorInfo) => {
      if (!used.has(info.id)) return;
      tensors.set(info.id, info);
      const stored =
        info.weight === undefined ? undefined : (this.#weights.get(info.weight) ?? weights.get(info.weight));
      if (stored && info.weight !== undefined) held.set(info.weight, stored);
    };
    for (const info of graph.tensors.values()) keep(this.#tensors.get(info.id) ?? info);
    for (const info of this.#tensors.values()) if (!tensors.has(info.id)) keep(info);
    return { graph: { ...graph, nodes, outputs, tensors }, weights: held };
  }
}
