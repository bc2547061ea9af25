import { type LayerKind, type Model, type Node, type NodeId, readBy, type TensorId } from '../ir/index.ts';
import { constantValues } from './constant-values.ts';
import { layerCosts } from './layer-costs.ts';
import { bindNode, operatorName } from './operator-of.ts';
import { type Look, lookAt } from './passes/look.ts';

/** What runs as one: the node it is named after, and those computed with it. */
export interface HardwareLayer {
  readonly layer: NodeId;
  /** In graph order, `layer` among them. */
  readonly nodes: readonly NodeId[];
  /** Of the node it is named after; absent where its cost is not known. */
  readonly kind?: LayerKind;
  /** Operators in it, in graph order: 'Conv + BatchNormalization + Relu'. */
  readonly title: string;
}

/** The network as it executes: layers, and which hands a value to which. */
export interface ExecutionGraph {
  readonly layers: readonly HardwareLayer[];
  /** Indices of `layers`; −1 is the network's input as `from`, its output as `to`. `tensor`: the value as the second layer reads it. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly tensor: TensorId }[];
}

/** Layers of several nodes while they are merged. */
interface Group {
  readonly primary: Node;
  readonly nodes: Node[];
  /** Value it ends with. */
  out: TensorId;
  isActivated: boolean;
}

/** Merges, in order: each joins a layer with the only reader of what it ends with. */
interface Rule {
  readonly primary: (group: Group) => boolean;
  readonly secondary: (group: Group, model: Model, look: Look) => boolean;
  readonly activates?: boolean;
}

const WEIGHTED: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
const POOLS: ReadonlySet<string> = new Set(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool']);

const isA = (group: Group, ops: ReadonlySet<string>): boolean =>
  group.primary.domain === '' && ops.has(group.primary.op);
const isWeighted = (group: Group): boolean => isA(group, WEIGHTED) && !group.isActivated;
const NORM: ReadonlySet<string> = new Set(['BatchNormalization']);
const ADD: ReadonlySet<string> = new Set(['Add', 'Sum']);
const PAD: ReadonlySet<string> = new Set(['Pad']);

const isClamp = (group: Group, { graph }: Model): boolean => bindNode(group.primary, graph)?.quant?.role === 'clamp';
const addsConstant = ({ primary }: Group, look: Look): boolean =>
  primary.inputs.some((id) => look.constant(id) !== undefined);

/**
 * Sequence matters (methods D.14): normalizations and biases before activations, activations before sums, so that Conv + Add + Relu
 * becomes one layer and Conv + Relu + Add two.
 */
const RULES: readonly Rule[] = [
  { primary: (a) => isA(a, PAD), secondary: (b) => isWeighted(b) || isA(b, POOLS) },
  { primary: isWeighted, secondary: (b, _, look) => isA(b, ADD) && addsConstant(b, look) },
  { primary: isWeighted, secondary: (b) => isA(b, NORM) },
  {
    primary: (a) => isWeighted(a) || isA(a, ADD) || isA(a, POOLS) || isA(a, NORM),
    secondary: isClamp,
    activates: true,
  },
  { primary: isWeighted, secondary: (b, _, look) => isA(b, ADD) && !addsConstant(b, look) },
];

/**
 * Groups nodes as usual compilers and accelerators run them (methods D.14): a layer with its bias, its BatchNormalization, its clamping
 * activation, the sum of a residual connection and the padding before it, each only where it is the single reader. Nodes that
 * cost nothing (Reshape, Identity, what is computed before running) vanish. Needs `inferShapes` first.
 */
export function executionGraph(model: Model): ExecutionGraph {
  const look = lookAt(model);
  const costs = new Map(layerCosts(model).map((cost) => [cost.node, cost.kind]));
  const constant = constantValues(model.graph);
  const groupOf = new Map<NodeId, Group>();
  for (const node of model.graph.nodes) {
    const isFree = costs.get(node.id) === 'free' || node.outputs.every((id) => id === '' || constant.has(id));
    if (isFree) continue;
    groupOf.set(node.id, { primary: node, nodes: [node], out: node.outputs[0] ?? '', isActivated: false });
  }
  for (const rule of RULES) for (const node of model.graph.nodes) merge(rule, node, model, look, groupOf);
  const places = new Map(model.graph.nodes.map((node, i) => [node.id, i]));
  const groups = [...new Set(groupOf.values())];
  const layers = groups.map((group): HardwareLayer => {
    const nodes = group.nodes.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
    const kind = costs.get(group.primary.id);
    return {
      layer: group.primary.id,
      nodes: nodes.map((node) => node.id),
      ...(kind ? { kind } : {}),
      title: nodes.map(operatorName).join(' + '),
    };
  });
  return { layers, edges: edgesOf(model, groups, groupOf) };
}

function merge(rule: Rule, node: Node, model: Model, look: Look, groupOf: Map<NodeId, Group>): void {
  const first = groupOf.get(node.id);
  // A layer is looked at once, by its last node.
  if (!first || !node.outputs.includes(first.out) || !rule.primary(first)) return;
  const reader = look.onlyReader(first.out);
  const second = reader && groupOf.get(reader.id);
  if (!second || second === first || second.primary !== reader || !rule.secondary(second, model, look)) return;
  if (!second.primary.inputs.includes(first.out)) return;
  // A Pad is named after the layer it pads for; everything else after what comes first.
  const [host, guest] = isA(first, PAD) ? [second, first] : [first, second];
  host.nodes.push(...guest.nodes);
  host.out = second.out;
  host.isActivated ||= guest.isActivated || rule.activates === true;
  for (const { id } of guest.nodes) groupOf.set(id, host);
}

function edgesOf(
  { graph }: Model,
  groups: readonly Group[],
  groupOf: ReadonlyMap<NodeId, Group>,
): ExecutionGraph['edges'] {
  const index = new Map(groups.map((group, i) => [group, i]));
  const constant = constantValues(graph);
  const found = new Map<TensorId, readonly number[]>();
  /** Layers a value comes from, through nodes that cost nothing. */
  const sourcesOf = (id: TensorId): readonly number[] => found.get(id) ?? (constant.has(id) ? [] : [-1]);
  for (const node of graph.nodes) {
    const group = groupOf.get(node.id);
    const own = group && index.get(group);
    const through = own === undefined ? [...new Set([...readBy(node)].flatMap(sourcesOf))] : [own];
    for (const id of node.outputs) if (id !== '' && !constant.has(id)) found.set(id, through);
  }
  const edges: { from: number; to: number; tensor: TensorId }[] = [];
  const add = (tensor: TensorId, to: number, seen: Set<number>) => {
    for (const from of sourcesOf(tensor)) {
      if (seen.has(from) || (from === to && to >= 0)) continue;
      seen.add(from);
      edges.push({ from, to, tensor });
    }
  };
  for (const [to, group] of groups.entries()) {
    const seen = new Set<number>();
    for (const node of group.nodes) for (const id of readBy(node)) add(id, to, seen);
  }
  for (const id of graph.outputs) add(id, -1, new Set());
  return edges;
}
