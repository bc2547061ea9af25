import { messageOf, UserError } from '../base/index.ts';
import type { Node } from '../ir/index.ts';

export const unsupportedOperator = (node: Node, opset: number | undefined) =>
  new UserError(
    'compute/unsupported-operator',
    `Layer '${node.id}' uses ${node.domain === '' ? '' : `${node.domain} `}${node.op}, which the plain backend cannot run${opset === undefined ? '' : ` (opset ${opset})`}.`,
    'Run the model with onnxruntime, or export it without this operator.',
    { node: node.id, op: node.op, domain: node.domain },
  );

/** An error of an operator, with the node it happened in. */
export function inNode(node: Node, thrown: unknown): unknown {
  if (!(thrown instanceof UserError)) return thrown;
  const facts = { ...thrown.facts, node: node.id };
  return new UserError(thrown.code, `Layer '${node.id}': ${messageOf(thrown)}`, thrown.hint, facts, { cause: thrown });
}

export const missingFeed = (input: string, given: readonly string[]) =>
  new UserError(
    'compute/missing-feed',
    `No value was given for the model's input '${input}'.`,
    `Give one for each input; given were: ${given.join(', ') || 'none'}.`,
    { input, given },
  );

export const unknownValue = (id: string) =>
  new UserError('compute/unknown-value', `The model has no value '${id}'.`, 'Ask for a value the graph computes.', {
    id,
  });

export const disposedRunner = () =>
  new UserError('compute/disposed', 'This runner was disposed of.', 'Prepare the model again.');

export const recursiveFunction = (node: Node) =>
  new UserError(
    'compute/recursive-function',
    `Layer '${node.id}' calls the model's own function ${node.op} from inside that function.`,
    'Export the model again: ONNX functions may not call themselves.',
    { node: node.id, op: node.op },
  );

export const notATensor = (id: string) =>
  new UserError(
    'compute/not-a-tensor',
    `The value '${id}' is a sequence or an empty optional, not a tensor.`,
    'Ask for a tensor: one of its elements, for instance.',
    { id },
  );
