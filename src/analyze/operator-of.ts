import { UserError } from '../base/index.ts';
import { type FunctionDef, functionOf, type Graph, type Node } from '../ir/index.ts';
import { type BoundOp, bindNode as bindOperator, opIdOf } from '../ops/index.ts';
import { nodeFailed } from './errors.ts';

/** Nodes are immutable, so an operator with its attributes read serves every pass; kept as long as the node is. */
const bound = new WeakMap<Node, { readonly opsets: Graph['opsets']; readonly op: BoundOp | undefined }>();

/** The node's operator with its attributes read; `undefined` where it is unknown. Illegal attributes name the node. */
export function bindNode(node: Node, graph: Graph): BoundOp | undefined {
  const known = bound.get(node);
  if (known && known.opsets === graph.opsets) return known.op;
  try {
    const op = bindOperator(node, graph.opsets);
    bound.set(node, { opsets: graph.opsets, op });
    return op;
  } catch (error) {
    throw error instanceof UserError ? nodeFailed(node, error) : error;
  }
}

/** Name of a node's operator for tables and messages: with its domain where that is not ai.onnx. */
export const operatorName = (node: Node): string => opIdOf(node);

const RANDOM = /^(Random|Bernoulli|Multinomial)/;

/** Whether two runs of the node differ: such nodes are never computed ahead. */
export const isRandomOperator = (node: Node, op: BoundOp | undefined): boolean =>
  op?.isRandom === true || RANDOM.test(node.op);

/** The same, for a node of a graph. */
export const isRandom = (node: Node, graph: Graph): boolean => isRandomOperator(node, bindNode(node, graph));

/** The local function a node calls, if it calls one: looked up only where the model has any. */
export const calledFunction = (node: Node, graph: Graph): FunctionDef | undefined =>
  graph.functions === undefined ? undefined : functionOf(node, graph);
