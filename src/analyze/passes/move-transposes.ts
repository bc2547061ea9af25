import { type Attribute, type Model, type Node, type NodeId, Rewrite, type TensorId } from '../../ir/index.ts';
import { beforeTranspose, inverse, isLayoutFree } from './layout-free.ts';
import { type Look, lookAt } from './look.ts';
import { permutation } from './merge-layouts.ts';
import { removeDead } from './remove-dead.ts';

/**
 * Moves Transposes behind layers that do not care for the order of axes (element by element, Concat, Pad, Slice, reductions), where
 * fewer are left: they cancel, or one stands for several. Never leaves more than there were.
 */
export function moveTransposes(model: Model): Model {
  const look = lookAt(model);
  const orders = new Map<string, readonly number[]>();
  for (const node of model.graph.nodes) {
    const perm = permutation(node, look);
    if (perm?.some((axis, i) => axis !== i)) orders.set(perm.join(), perm);
  }
  let current = model;
  for (const perm of orders.values()) current = moveThrough(current, perm);
  return current;
}

/** Layers to be computed on values before their Transpose, and the values that can be had so. */
interface Region {
  readonly perm: readonly number[];
  /** Transposes by their output. */
  readonly entrances: ReadonlyMap<TensorId, Node>;
  readonly nodes: Map<NodeId, Node>;
  /** Readers outside of each value of the region that has been asked for. */
  readonly outside: Map<TensorId, Outside>;
}

interface Outside {
  /** That are no Transposes. */
  plain: number;
  /** Transposes that undo this one: they vanish. */
  readonly undoing: number;
  all: number;
}

/** Counted once, then kept up to date by `leave`: a value may have thousands of readers. */
function outsideOf(id: TensorId, { nodes, perm, outside }: Region, look: Look): Outside {
  const known = outside.get(id);
  if (known) return known;
  const key = inverse(perm).join();
  let [plain, undoing, all] = [0, 0, 0];
  for (const reader of look.readers(id)) {
    if (nodes.has(reader.id)) continue;
    const order = permutation(reader, look);
    all++;
    if (!order) plain++;
    else if (order.join() === key) undoing++;
  }
  const counted = { plain, undoing, all };
  outside.set(id, counted);
  return counted;
}

/** Puts a layer outside. */
function leave(node: Node, region: Region): void {
  region.nodes.delete(node.id);
  for (const id of new Set(node.inputs)) {
    const readers = region.outside.get(id);
    if (!readers) continue;
    readers.plain++;
    readers.all++;
  }
}

function moveThrough(model: Model, perm: readonly number[]): Model {
  const look = lookAt(model);
  const region = regionOf(model, perm, look);
  prune(region, look);
  const nodes = profitable(region, look);
  return nodes.size === 0 ? model : removeDead(moved(model, { ...region, nodes }, look));
}

function regionOf({ graph }: Model, perm: readonly number[], look: Look): Region {
  const key = perm.join();
  const entrances = new Map<TensorId, Node>();
  const nodes = new Map<NodeId, Node>();
  const inside = new Set<TensorId>();
  const isMoved = (id: TensorId) => inside.has(id) || entrances.has(id);
  for (const node of graph.nodes) {
    if (permutation(node, look)?.join() === key) {
      // What is transposed a second time is no beginning.
      if (!inside.has(node.inputs[0] as TensorId)) entrances.set(node.outputs[0] as TensorId, node);
    } else if (isLayoutFree(node, graph, perm.length, isMoved, look)) {
      nodes.set(node.id, node);
      for (const id of node.outputs) inside.add(id);
    }
  }
  return { perm, entrances, nodes, outside: new Map() };
}

/** Whether somebody outside needs the value as it is: an output of the network, or a reader that is no Transpose. */
const isNeeded = (id: TensorId, region: Region, look: Look): boolean =>
  look.outputs.has(id) || outsideOf(id, region, look).plain > 0;

/** Whether every reader of a Transpose is inside, so that it goes. */
const isSpared = (id: TensorId, region: Region, look: Look): boolean =>
  !look.outputs.has(id) && outsideOf(id, region, look).all === 0;

/** Leaves out layers at the far end for which it does not pay to be inside. */
function prune(region: Region, look: Look): void {
  const { nodes, entrances } = region;
  const queue = [...nodes.values()].reverse();
  for (const node of queue) {
    if (!nodes.has(node.id)) continue;
    const outputs = node.outputs.filter((id) => id !== '');
    if (outputs.some((id) => outsideOf(id, region, look).all < look.readers(id).length)) continue;
    let loss = 0;
    for (const id of outputs) loss += outsideOf(id, region, look).undoing - (isNeeded(id, region, look) ? 1 : 0);
    const sources = [...new Set(node.inputs)];
    for (const id of sources) {
      if (entrances.has(id)) loss += isSpared(id, region, look) ? 1 : 0;
      else if (isInside(id, region, look)) loss += isNeeded(id, region, look) ? 0 : 1;
    }
    if (loss > 0) continue;
    leave(node, region);
    for (const id of sources) {
      const before = look.producer(id);
      if (before && nodes.has(before.id)) queue.push(before);
    }
  }
}

const isInside = (id: TensorId, { nodes }: Region, look: Look): boolean => {
  const producer = look.producer(id);
  return producer !== undefined && nodes.has(producer.id);
};

/** Of the connected parts of a region those that leave fewer Transposes. */
function profitable(region: Region, look: Look): Map<NodeId, Node> {
  const { nodes, entrances } = region;
  const part = new Map<NodeId, number>();
  const good = new Map<NodeId, Node>();
  for (const start of nodes.values()) {
    if (part.has(start.id)) continue;
    const members = connected(start, region, look, part);
    const sources = new Set<TensorId>();
    let gain = 0;
    for (const node of members) {
      for (const id of node.inputs) if (entrances.has(id)) sources.add(id);
      for (const id of node.outputs)
        if (id !== '') gain += outsideOf(id, region, look).undoing - (isNeeded(id, region, look) ? 1 : 0);
    }
    for (const id of sources) gain += isSpared(id, region, look) ? 1 : 0;
    if (gain > 0) for (const node of members) good.set(node.id, node);
  }
  return good;
}

/** The layers of a region that hang together, by values between them or a Transpose they share. */
function connected(start: Node, { nodes, entrances }: Region, look: Look, part: Map<NodeId, number>): Node[] {
  const members = [start];
  const number = part.size;
  part.set(start.id, number);
  const shared = new Set<TensorId>();
  const visit = (node: Node | undefined) => {
    if (!node || !nodes.has(node.id) || part.has(node.id)) return;
    part.set(node.id, number);
    members.push(node);
  };
  for (const node of members) {
    for (const id of node.inputs) {
      visit(look.producer(id));
      if (!entrances.has(id) || shared.has(id)) continue;
      shared.add(id);
      look.readers(id).forEach(visit);
    }
    for (const id of node.outputs) look.readers(id).forEach(visit);
  }
  return members;
}

function moved(model: Model, region: Region, look: Look): Model {
  const { graph } = model;
  const { perm, nodes, entrances } = region;
  const rewrite = new Rewrite(model);
  const names = new Map<TensorId, TensorId>();
  const nameOf = (id: TensorId) => names.get(id) ?? entrances.get(id)?.inputs[0];
  const transpose = (id: NodeId, from: TensorId, to: TensorId, order: readonly number[]): Node => {
    const attributes = new Map<string, Attribute>([['perm', { kind: 'ints', value: order }]]);
    return { id, op: 'Transpose', domain: '', inputs: [from], outputs: [to], attributes };
  };
  for (const node of graph.nodes) {
    const before = names.get(node.inputs[0] ?? '');
    const order = permutation(node, look);
    if (nodes.has(node.id)) {
      const changed = beforeTranspose(node, perm, nameOf, graph, look, rewrite);
      const outputs = node.outputs.map((id) => (id === '' ? '' : freshFor(id, perm, model, rewrite)));
      node.outputs.forEach((id, i) => {
        if (id !== '') names.set(id, outputs[i] as TensorId);
      });
      const needed = node.outputs.filter((id) => id !== '' && isNeeded(id, region, look));
      const after = needed.map((id) =>
        transpose(rewrite.freshNode(`${node.id}_transpose`), names.get(id) as TensorId, id, perm),
      );
      rewrite.replace(node.id, { ...changed, outputs }, ...after);
    } else if (order && before !== undefined) {
      const whole = order.map((axis) => perm[axis] as number);
      const [to = ''] = node.outputs;
      const isNothing = whole.every((axis, i) => axis === i);
      if (isNothing && !look.outputs.has(to)) {
        rewrite.redirect(to, before);
        rewrite.replace(node.id);
      } else if (isNothing)
        rewrite.replace(node.id, { ...node, op: 'Identity', inputs: [before], attributes: new Map() });
      else rewrite.replace(node.id, transpose(node.id, before, to, whole));
    }
  }
  return rewrite.done();
}

/** A name for a value before its Transpose, declared with the sizes it has there. */
function freshFor(id: TensorId, perm: readonly number[], { graph }: Model, rewrite: Rewrite): TensorId {
  const info = graph.tensors.get(id);
  const fresh = rewrite.freshTensor(`${id}_before`);
  const shape = info?.shape && inverse(perm).map((axis) => info.shape?.[axis] ?? 1);
  rewrite.declare({ id: fresh, ...(info?.type ? { type: info.type } : {}), ...(shape ? { shape } : {}) });
  return fresh;
}
