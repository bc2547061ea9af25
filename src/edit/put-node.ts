import { canonicalJson, UserError } from '../base/index.ts';
import {
  type Attribute,
  decodeWeight,
  elementCount,
  functionOf,
  type Graph,
  type Model,
  type Node,
  type TensorId,
} from '../ir/index.ts';
import { type BoundOp, bindNode, type Value } from '../ops/index.ts';
import type { EditContext } from './edit-kind.ts';
import { faultyAttribute, illegalAttribute, shapeText } from './errors.ts';
import { forgetBehind } from './forget.ts';
import { windowFault } from './window-attributes.ts';

/** Constants of more elements than this are not looked at when types and shapes are inferred. */
const SMALL = 64;

/**
 * The model with this node in the place of the one of the same name, which has the same inputs and outputs. Its
 * attributes must be legal (`edit/illegal-attribute`). What is declared behind it is dropped, unless the operator
 * says that type and shape stay what they were.
 */
export function putNode(model: Model, node: Node, context: EditContext): Model {
  const { graph } = model;
  const before = graph.nodes.find((n) => n.id === node.id) as Node;
  const op = boundOf(node, graph);
  const fault = windowFault(node, graph);
  if (fault !== undefined) throw faultyAttribute(node.id, node.op, fault);
  const nodes = graph.nodes.map((n) => (n === before ? node : n));
  const edited: Model = { ...model, graph: { ...graph, nodes } };
  const after = resultsOf(node, op, model, context);
  const empty = after?.find(({ shape }) => shape?.some((dim) => typeof dim === 'number' && !(dim >= 1)));
  if (empty && !node.inputs.some((id) => context.known(id).shape?.includes(0)))
    throw faultyAttribute(node.id, node.op, `its result would be ${shapeText(empty.shape)}, which holds nothing`);
  if (isSame(after, resultsOf(before, boundOf(before, graph), model, context))) return edited;
  return forgetBehind(
    edited,
    node.outputs.filter((id) => id !== ''),
    'types and shapes',
  );
}

/** The node's operator; `undefined` where it is unknown or the model's own. Throws `edit/illegal-attribute`. */
export function boundOf(node: Node, graph: Graph): BoundOp | undefined {
  if (functionOf(node, graph)) return undefined;
  try {
    return bindNode(node, graph.opsets);
  } catch (thrown) {
    throw thrown instanceof UserError ? illegalAttribute(node.id, node.op, thrown) : thrown;
  }
}

/** What is known of a node's outputs; `undefined` where its operator is unknown or its inputs do not fit. */
function resultsOf(
  node: Node,
  op: BoundOp | undefined,
  model: Model,
  context: EditContext,
): readonly Value[] | undefined {
  const inputs = node.inputs.map((id) => (id === '' ? undefined : knownOf(id, model, context)));
  try {
    return op?.infer(inputs, node.outputs.length);
  } catch (thrown) {
    // Shapes that do not fit are reported by inference, which names the first layer where they break.
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}

/** Whether all outputs are known and have the same types and shapes. */
function isSame(a: readonly Value[] | undefined, b: readonly Value[] | undefined): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every(({ type, shape }, i) => {
    const isKnown = type !== undefined && shape !== undefined;
    return isKnown && type === b[i]?.type && canonicalJson(shape) === canonicalJson(b[i]?.shape ?? null);
  });
}

function knownOf(id: TensorId, { graph, weights }: Model, context: EditContext): Value {
  const weight = graph.tensors.get(id)?.weight;
  const stored = weight === undefined ? undefined : weights.get(weight);
  if (!stored) return context.known(id);
  const isSmall = elementCount(stored.shape) <= SMALL;
  return { type: stored.type, shape: stored.shape, ...(isSmall ? { constant: decodeWeight(stored) } : {}) };
}

/** A map that notes which attributes an operator asks for. */
class AskedAttributes extends Map<string, Attribute> {
  readonly asked = new Set<string>();

  override get(name: string): Attribute | undefined {
    this.asked?.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.asked?.add(name);
    return super.has(name);
  }
}

/** Names of the attributes that the node's operator reads; `undefined` where the operator is unknown. */
export function knownAttributes(node: Node, graph: Graph): ReadonlySet<string> | undefined {
  const called = functionOf(node, graph);
  if (called) return new Set([...called.attributes, ...called.defaults.keys()]);
  const attributes = new AskedAttributes(node.attributes);
  attributes.asked.clear();
  return boundOf({ ...node, attributes }, graph) ? attributes.asked : undefined;
}
