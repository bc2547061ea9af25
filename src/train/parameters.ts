import type { Registry } from '../base/index.ts';
import {
  type Graph,
  isKnown,
  type Model,
  type Node,
  type NodeId,
  producersOf,
  type Shape,
  type TensorId,
} from '../ir/index.ts';
import { bindNode, type OpCost, type OpDef, opIdOf, type ShapedValue } from '../ops/index.ts';
import { quantizers } from './gradients/straight-through.ts';

/** A constant of a network that training may change. */
export interface LearnableConstant {
  readonly id: TensorId;
  /** The first layer that reads it. */
  readonly layer: NodeId;
  readonly shape: Shape;
  /** Weight of a convolution, product or recurrent layer: weight decay applies. */
  readonly isWeight: boolean;
  /** All layers that read it: a tied constant has several, and stays if one of them is frozen. */
  readonly layers: readonly NodeId[];
}

const WEIGHTED = new Set<OpCost['kind']>(['conv', 'depthwise', 'dense', 'matmul', 'recurrent']);
/** Operators whose constant second operand is a bias when it is added to their result. */
const BEFORE_BIAS = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum']);
/** Operators through which a stored weight reaches its layer. */
const CARRIERS = new Set([
  'Identity',
  'Reshape',
  'Transpose',
  'Unsqueeze',
  'Squeeze',
  'Cast',
  ...quantizers.map(({ id }) => id),
]);

/**
 * Names of constants by what they hold: several names of one stored weight are one constant, called by the first.
 */
export function canonicalConstants({ tensors }: Graph): ReadonlyMap<TensorId, TensorId> {
  const first = new Map<string, TensorId>();
  const names = new Map<TensorId, TensorId>();
  for (const { id, weight } of tensors.values()) {
    if (weight === undefined) continue;
    if (!first.has(weight)) first.set(weight, id);
    names.set(id, first.get(weight) as TensorId);
  }
  return names;
}

/**
 * The float32 constants that the operators' costs call parameters, in the order of the graph; also a constant that is added to a
 * product (how exporters write a bias), slopes of PRelu and tables that Gather picks rows of. `nodes`: those to look at.
 */
export function learnableConstants(
  { graph }: Pick<Model, 'graph'>,
  nodes: readonly Node[],
  registry: Registry<OpDef>,
): readonly LearnableConstant[] {
  const names = canonicalConstants(graph);
  const producers = producersOf(graph);
  const found = new Map<TensorId, LearnableConstant & { layers: NodeId[] }>();
  for (const node of nodes)
    for (const { input, isWeight } of parametersOf(node, graph, producers, registry)) {
      const id = names.get(sourceOf(input, graph, producers)) ?? '';
      const { type, shape } = graph.tensors.get(id) ?? {};
      if (type !== 'float32' || !isKnown(shape)) continue;
      const known = found.get(id);
      if (known) known.layers.push(node.id);
      else found.set(id, { id, layer: node.id, shape, isWeight: isWeight && shape.length > 1, layers: [node.id] });
    }
  return [...found.values()];
}

/** The stored constant that a value is, perhaps in another form; the value itself where it is none. */
function sourceOf(id: TensorId, graph: Graph, producers: ReadonlyMap<TensorId, Node>): TensorId {
  let at = id;
  for (let node = producers.get(at); node && CARRIERS.has(opIdOf(node)); node = producers.get(at))
    at = node.inputs[0] ?? '';
  return graph.tensors.get(at)?.weight === undefined ? id : at;
}

function parametersOf(
  node: Node,
  graph: Graph,
  producers: ReadonlyMap<TensorId, Node>,
  registry: Registry<OpDef>,
): { input: TensorId; isWeight: boolean }[] {
  const isConstant = (id: TensorId) => graph.tensors.get(sourceOf(id, graph, producers))?.weight !== undefined;
  const [table = '', indices = ''] = node.inputs;
  // A table of embeddings: rows picked by what the network is given.
  if (node.op === 'Gather') return isConstant(table) && !isConstant(indices) ? [{ input: table, isWeight: false }] : [];
  if (node.op === 'PRelu') return [{ input: node.inputs[1] ?? '', isWeight: false }];
  if (node.op === 'Add') {
    const [a = '', b = ''] = node.inputs;
    const bias = [
      [a, b],
      [b, a],
    ].find(([sum = '', of = '']) => isConstant(of) && BEFORE_BIAS.has(producers.get(sum)?.op ?? ''));
    return bias?.[1] === undefined ? [] : [{ input: bias[1], isWeight: false }];
  }
  const bound = bindNode(node, graph.opsets, registry);
  const shaped = (id: TensorId): ShapedValue | undefined => {
    const { type, shape } = graph.tensors.get(id) ?? {};
    return type && isKnown(shape) ? { type, shape, isConstant: isConstant(id) } : undefined;
  };
  const outputs = node.outputs.map(shaped);
  if (!bound || outputs[0] === undefined) return [];
  const {
    kind,
    params = [],
    bias,
  } = bound.cost(
    node.inputs.map(shaped),
    outputs.filter((o) => o !== undefined),
  );
  return params
    .filter((i) => isConstant(node.inputs[i] ?? ''))
    .map((i) => ({ input: node.inputs[i] as TensorId, isWeight: i !== bias && WEIGHTED.has(kind) }));
}
