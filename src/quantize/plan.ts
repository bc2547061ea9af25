import { UserError } from '../base/index.ts';
import { consumersOf, type Graph, type Model, type Node, type NodeId, type TensorId, weightOf } from '../ir/index.ts';
import { type BoundOp, bindNode, type QuantTraits } from '../ops/index.ts';
import { nothingToQuantize, notQuantizable } from './errors.ts';

/** One node that runs on activations, with what the quantizer knows of it. */
export interface QuantNode {
  readonly node: Node;
  readonly bound: BoundOp;
  readonly traits: QuantTraits;
  /** Inputs that are not constants. */
  readonly activations: readonly TensorId[];
}

/** What becomes of each value of a network when it is quantized: which share codes, which vanish into a fused clamp. */
export interface QuantPlan {
  readonly nodes: readonly QuantNode[];
  readonly producers: ReadonlyMap<TensorId, QuantNode>;
  /** Values that exist only as accumulators, because their one reader is a clamp that is fused → the clamp's output. */
  readonly fused: ReadonlyMap<TensorId, TensorId>;
  /** Every value that becomes codes → the first value of the group that shares one quantization. */
  readonly groupOf: ReadonlyMap<TensorId, TensorId>;
  /** Values computed anew (not moved or picked), and inputs: where thresholds are measured. In graph order. */
  readonly roots: readonly TensorId[];
}

const plans = new WeakMap<Graph, QuantPlan>();

/** Throws `quantize/no-integer-form` naming the first layer that cannot become integer. Kept per graph. */
export function planQuantization(model: Model): QuantPlan {
  const known = plans.get(model.graph);
  if (known) return known;
  const plan = makePlan(model);
  plans.set(model.graph, plan);
  return plan;
}

/**
 * Layers whose bit widths can be chosen: those with weights, in graph order. Throws a `UserError` naming the layer that has
 * no integer form, and why.
 */
export function quantizableLayers(model: Model): readonly NodeId[] {
  const layers = planQuantization(model).nodes.filter((n) => n.traits.role === 'weighted');
  if (layers.length === 0) throw nothingToQuantize();
  return layers.map((n) => n.node.id);
}

/** Bounds of a clamp: from its attributes, or from constant inputs. */
export function clampBounds(model: Model, { node, traits }: QuantNode): readonly [number, number] {
  if (traits.role !== 'clamp') return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bound = (index: number | undefined, otherwise: number): number => {
    const id = index === undefined ? undefined : node.inputs[index];
    const weight = id ? model.graph.tensors.get(id)?.weight : undefined;
    return weight === undefined ? otherwise : Number(weightOf(model.weights, weight).data[0]);
  };
  return [bound(traits.lowInput, traits.low), bound(traits.highInput, traits.high)];
}

function makePlan(model: Model): QuantPlan {
  const { graph } = model;
  const nodes = graph.nodes.flatMap((node) => quantNode(model, node) ?? []);
  const producers = new Map<TensorId, QuantNode>();
  for (const n of nodes) for (const output of n.node.outputs) producers.set(output, n);
  const fused = fusedClamps(graph, nodes, producers);
  const groups = new Groups();
  const roots: TensorId[] = [];
  const addRoot = (id: TensorId) => {
    groups.add(id);
    if (!fused.has(id)) roots.push(id);
  };
  for (const id of graph.inputs) addRoot(id);
  for (const n of nodes) {
    if (n.traits.role === 'dropped') continue;
    const [output = ''] = n.node.outputs;
    if (n.traits.role !== 'same-codes') addRoot(output);
    else for (const out of n.node.outputs) if (out !== '') for (const input of n.activations) groups.join(out, input);
  }
  const groupOf = new Map<TensorId, TensorId>();
  for (const id of groups.members()) if (!fused.has(id)) groupOf.set(id, groups.find(id));
  return { nodes, producers, fused, groupOf, roots };
}

function quantNode({ graph }: Model, node: Node): QuantNode | undefined {
  const activations = node.inputs.filter((id) => id !== '' && graph.tensors.get(id)?.weight === undefined);
  if (activations.length === 0) return undefined;
  let bound: BoundOp | undefined;
  try {
    bound = bindNode(node, graph.opsets);
  } catch (cause) {
    if (cause instanceof UserError) throw notQuantizable(node, cause.message);
    throw cause;
  }
  if (!bound) throw notQuantizable(node, 'the operator is not known to this tool');
  const traits = bound.quant;
  if (!traits || (bound.lower === undefined && traits.role !== 'dropped' && traits.role !== 'clamp'))
    throw notQuantizable(node, 'the operator has no integer form');
  if (traits.role === 'weighted') {
    const weight = node.inputs[traits.weight] ?? '';
    if (graph.tensors.get(weight)?.weight === undefined)
      throw notQuantizable(node, 'both of its factors are computed at run time');
  }
  if (traits.role === 'dropped' && !node.outputs.every((id) => graph.outputs.includes(id)))
    throw notQuantizable(node, 'it has no integer form, and can only be left out as the last layer of the network');
  return { node, bound, traits, activations };
}

/** A clamp is fused where it is the only reader of a value that a node computes, and the network does not output that value. */
function fusedClamps(
  graph: Graph,
  nodes: readonly QuantNode[],
  producers: ReadonlyMap<TensorId, QuantNode>,
): ReadonlyMap<TensorId, TensorId> {
  const consumers = consumersOf(graph);
  const fused = new Map<TensorId, TensorId>();
  for (const { node, traits, activations } of nodes) {
    if (traits.role !== 'clamp') continue;
    const [input = ''] = activations;
    const producer = producers.get(input);
    const computed = producer?.traits.role === 'weighted' || producer?.traits.role === 'computes';
    const alone = consumers.get(input)?.length === 1 && !graph.outputs.includes(input);
    if (computed && alone) fused.set(input, node.outputs[0] ?? '');
  }
  return fused;
}

/** Disjoint sets of values; the representative is the first one added. */
class Groups {
  readonly #parent = new Map<TensorId, TensorId>();

  add(id: TensorId): void {
    if (!this.#parent.has(id)) this.#parent.set(id, id);
  }

  find(id: TensorId): TensorId {
    const parent = this.#parent.get(id) ?? id;
    if (parent === id) return id;
    const root = this.find(parent);
    this.#parent.set(id, root);
    return root;
  }

  join(a: TensorId, b: TensorId): void {
    this.add(b);
    this.add(a);
    const [x, y] = [this.find(a), this.find(b)];
    if (x !== y) this.#parent.set(x, y);
  }

  members(): Iterable<TensorId> {
    return this.#parent.keys();
  }
}
