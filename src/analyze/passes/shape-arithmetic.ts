import { type Model, Rewrite, tensorOf } from '../../ir/index.ts';
import { inferValues } from '../infer-shapes.ts';
import { reshapeNumbers } from '../partial-dims.ts';
import { lookAt } from './look.ts';
import { reshapeTarget } from './merge-layouts.ts';
import { removeDead } from './remove-dead.ts';

/**
 * Gives a Reshape whose target is computed from sizes (Shape → Gather → Concat) a constant one, where at most one size stays open:
 * a size that is the same axis of the input is 0, another one −1.
 */
export function fixReshapes(model: Model): Model {
  const look = lookAt(model);
  const open = model.graph.nodes.filter(
    (node) => node.op === 'Reshape' && node.domain === '' && node.inputs[1] && !look.constant(node.inputs[1]),
  );
  if (open.length === 0) return model;
  const values = inferValues(model, { warn() {} });
  const rewrite = new Rewrite(model);
  for (const node of open) {
    const [x = '', sizes = ''] = node.inputs;
    const partial = values.partial(sizes);
    const target =
      (partial && reshapeNumbers(node, look.shape(x), partial)) ?? reshapeTarget(look.shape(node.outputs[0]));
    if (!target) continue;
    const constant = rewrite.constant(`${sizes}_known`, tensorOf('int64', [target.length], target));
    rewrite.replace(node.id, { ...node, inputs: [x, constant] });
  }
  return rewrite.changes === 0 ? model : removeDead(rewrite.done());
}
