import type { NodeId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { lostMeaning, notReplaceable } from '../errors.ts';
import { keptAttributes, replacementsFor } from '../families.ts';
import { findNode } from '../find.ts';
import { putNode } from '../put-node.ts';
import { readersOf } from '../reads.ts';
import { withoutUnused } from '../settle.ts';

/**
 * Puts another operator of the same family in the place of one: AveragePool for MaxPool, Sub for Add. Attributes that both
 * have stay; parameters of the old function (alpha, p) go, and the new one has its defaults.
 */
export interface ReplaceOperatorEdit {
  readonly kind: 'replace-operator';
  readonly node: NodeId;
  /** Of the standard operators, as ONNX spells it. */
  readonly op: string;
}

export const replaceOperator: EditKind<ReplaceOperatorEdit> = {
  id: 'replace-operator',
  title: 'Replace an operator',
  check: (fields) => ({ kind: 'replace-operator', node: fields.name('node'), op: fields.name('op') }),
  describe: ({ node, op }) => `Make ${node} a ${op}`,
  apply(model, { node: id, op }, context) {
    const node = findNode(model, id);
    const choices = replacementsFor(node, model.graph);
    if (!choices.includes(op)) throw notReplaceable(id, node.op, op, choices);
    const { kept, lost } = keptAttributes(node, op, model.graph);
    if (lost.length > 0) throw lostMeaning(id, node.op, op, `${op} has no ${lost.join(', ')} at this opset`);
    const readers = readersOf(model.graph.nodes);
    // Only MaxPool has a second result: where each maximum was found.
    const [first = '', ...others] = node.outputs;
    const read = others.find((output) => readers.has(output) || model.graph.outputs.includes(output));
    if (read !== undefined) throw lostMeaning(id, node.op, op, `'${read}', its second output, is still read`);
    const edited = putNode(model, { ...node, op, attributes: kept, outputs: [first] }, context);
    return withoutUnused(model, edited);
  },
};
