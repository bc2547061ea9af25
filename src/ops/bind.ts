import type { Registry } from '../base/index.ts';
import type { Graph, Node } from '../ir/index.ts';
import { prepared } from './inference.ts';
import type { BoundOp, OpDef } from './op-def.ts';

/** The id an operator is registered under: its name, with its domain where that is not ai.onnx. */
export const opIdOf = ({ op, domain }: Pick<Node, 'op' | 'domain'>): string =>
  domain === '' || domain === 'ai.onnx' ? op : `${domain}::${op}`;

/**
 * The node's operator with its attributes read; `undefined` where the registry does not know the operator, or only in a
 * younger form than the graph's opset. Throws a `UserError` for illegal attributes (without the node's name: the caller adds it).
 */
export function bindWith(registry: Registry<OpDef>, node: Node, opsets: Graph['opsets']): BoundOp | undefined {
  const found = registry.tryGet(opIdOf(node));
  if (!found) return undefined;
  const opset = opsets.get(node.domain === 'ai.onnx' ? '' : node.domain) ?? 1;
  return opset < found.sinceOpset ? undefined : prepared(found.bind(node.attributes, opset), node.id);
}
