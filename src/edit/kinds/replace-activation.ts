import { type Graph, type Node, type NodeId, producersOf, type TensorId } from '../../ir/index.ts';
import type { ActivationChoice } from '../activations.ts';
import { activationFrom, activationNodes, activationText, withBuilt } from '../builder.ts';
import type { EditKind } from '../edit-kind.ts';
import { notAnActivation } from '../errors.ts';
import { findNode } from '../find.ts';
import { Names } from '../names.ts';
import { readersOf } from '../reads.ts';
import { withoutUnused } from '../settle.ts';

/**
 * Puts another activation in the place of one, which may be one layer (Relu, Clip, PRelu) or a product with its own gate
 * (Mul of x and Sigmoid or HardSigmoid of x; `node` is then the Mul). Layer and result keep their names.
 */
export interface ReplaceActivationEdit {
  readonly kind: 'replace-activation';
  readonly node: NodeId;
  readonly activation: ActivationChoice;
}

export const replaceActivation: EditKind<ReplaceActivationEdit> = {
  id: 'replace-activation',
  title: 'Replace an activation',
  check: (fields) => ({
    kind: 'replace-activation',
    node: fields.name('node'),
    activation: activationFrom(fields.inner('activation')),
  }),
  describe: ({ node, activation }) => `Replace ${node} by ${activationText(activation)}`,
  apply(model, { node: id, activation }, context) {
    const node = findNode(model, id);
    const found = activationAt(node, model.graph);
    if (!found) throw notAnActivation(id, node.op);
    const [y = ''] = node.outputs;
    const built = activationNodes(model, activation, new Names(model), {
      stem: id,
      x: found.x,
      y,
      known: context.known(found.x),
    });
    const last = built.nodes.length - 1;
    const made = built.nodes.map((n, i) => (i === last ? { ...n, id } : n));
    const withTables = withBuilt(model, built);
    const nodes = withTables.graph.nodes.flatMap((n) => (n === node ? made : n === found.gate ? [] : [n]));
    return withoutUnused(model, { ...withTables, graph: { ...withTables.graph, nodes } });
  },
};

/** Operators that apply one function to every element of their first input; further inputs are its parameters. */
const ACTIVATIONS: ReadonlySet<string> = new Set(
  'Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid Tanh HardSwish Swish Elu Celu Selu Gelu Mish Softplus Softsign ThresholdedRelu Identity'.split(
    ' ',
  ),
);
const GATES: ReadonlySet<string> = new Set(['Sigmoid', 'HardSigmoid']);

interface FoundActivation {
  /** What it works on. */
  readonly x: TensorId;
  /** The layer that computes its gate, which nothing else reads. */
  readonly gate?: Node;
}

/** The activation that ends in this node; `undefined` where there is none. */
export function activationAt(node: Node, graph: Graph): FoundActivation | undefined {
  const isStandard = node.domain === '' || node.domain === 'ai.onnx';
  const [x = ''] = node.inputs;
  if (isStandard ? ACTIVATIONS.has(node.op) : node.domain === 'com.microsoft' && node.op === 'Gelu') return { x };
  if (!isStandard || node.op !== 'Mul') return undefined;
  const producers = producersOf(graph);
  for (const [gated, other] of [node.inputs, [...node.inputs].reverse()]) {
    const gate = producers.get(gated ?? '');
    if (!gate || !GATES.has(gate.op) || gate.inputs[0] !== other) continue;
    const isOwn = readersOf(graph.nodes).get(gated as string)?.length === 1 && !graph.outputs.includes(gated as string);
    return isOwn ? { x: other as TensorId, gate } : undefined;
  }
  return undefined;
}
