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
  return { perm, entrances, nodes };
}

/** Whether somebody outside needs the value as it is: an output of the network, or a reader that is no Transpose. */
const isNeeded = (id: TensorId, { nodes }: Region, look: Look): boolean =>
  look.outputs.has(id) || look.readers(id).some((reader) => !nodes.has(reader.id) && !permutation(reader, look));

/** Transposes outside that undo this one: they vanish. */
const undoing = (id: TensorId, { nodes, perm }: Region, look: Look): number => {
  const key = inverse(perm).join();
  return look.readers(id).filter((r) => !nodes.has(r.id) && permutation(r, look)?.join() === key).length;
};

/** Whether every reader of a Transpose is inside, so that it goes. */
const isSpared = (id: TensorId, { nodes }: Region, look: Look): boolean =>
  !look.outputs.has(id) && look.readers(id).every((reader) => nodes.has(reader.id));

/** Leaves out layers at the far end for which it does not pay to be inside. */
function prune(region: Region, look: Look): void {
  const { nodes, entrances } = region;
  const queue = [...nodes.values()].reverse();
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (!nodes.has(node.id)) continue;
    const outputs = node.outputs.filter((id) => id !== '');
    if (outputs.some((id) => look.readers(id).some((reader) => nodes.has(reader.id)))) continue;
    let loss = 0;
    for (const id of outputs) loss += undoing(id, region, look) - (isNeeded(id, region, look) ? 1 : 0);
    const sources = [...new Set(node.inputs)];
    for (const id of sources) {
      if (entrances.has(id)) loss += isSpared(id, region, look) ? 1 : 0;
      else if (isInside(id, region, look)) loss += isNeeded(id, region, look) ? 0 : 1;
    }
    if (loss > 0) continue;
    nodes.delete(node.id);
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
        if (id !== '') gain += undoing(id, region, look) - (isNeeded(id, region, look) ? 1 : 0);
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
  const visit = (node: Node | undefined) => {
    if (!node || !nodes.has(node.id) || part.has(node.id)) return;
    part.set(node.id, number);
    members.push(node);
  };
  for (const node of members) {
    for (const id of node.inputs) {
      visit(look.producer(id));
      if (entrances.has(id)) look.readers(id).forEach(visit);
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
