import { UserError } from '../base/index.ts';
import type { Graph, Node } from '../ir/index.ts';
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
export const isRandom = (node: Node): boolean => RANDOM.test(node.op);
