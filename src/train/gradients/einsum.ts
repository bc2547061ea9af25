import type { TensorId } from '../../ir/index.ts';
import { expand, reshape } from '../compose.ts';
import { text } from '../emitter.ts';
import type { GradientRule } from './rule.ts';

/** The gradient of an operand is a sum of products too: of the result's gradient and the other operands, over the same indices. */
export const einsum: GradientRule = {
  id: 'Einsum',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const equation = (read.string('equation') ?? '').replaceAll(/\s/g, '');
    const [left = '', right] = equation.split('->');
    const terms = left.split(',');
    if (equation.includes('.')) ctx.refuse('its equation has an ellipsis');
    if (terms.some((term) => new Set(term).size < term.length)) ctx.refuse('its equation takes a diagonal');
    const once = [...left.replaceAll(',', '')].filter((index, _, all) => all.indexOf(index) === all.lastIndexOf(index));
    const output = right ?? once.sort().join('');
    return node.inputs.map((id, i) =>
      ctx.wanted(i, () => {
        const others = terms.filter((_, k) => k !== i);
        const inputs: TensorId[] = [dy, ...node.inputs.filter((_, k) => k !== i)];
        const own = terms[i] as string;
        // Indices of this operand alone were summed: along them the gradient is the same everywhere.
        const found = [...own].filter((index) => output.includes(index) || others.some((term) => term.includes(index)));
        const product = e.emit('Einsum', inputs, {
          equation: text(`${[output, ...others].join(',')}->${found.join('')}`),
        });
        const shape = e.shapeOf(id);
        const kept = shape.map((d, k) => (found.includes(own[k] as string) ? d : 1));
        return expand(e, reshape(e, product, kept), shape);
      }),
    );
  },
};
