import type { Dim, Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, derived, stridesOf } from '../dims.ts';
import { given, listOf, take, walk } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Equal parts; where the size is not a multiple the last is smaller. */
function equalParts(size: Dim, parts: number, mayDiffer: boolean): Dim[] {
  const isEven = typeof size !== 'number' && parts > 1 && !mayDiffer;
  return Array.from({ length: parts }, (_, i) =>
    derived(isEven || i < parts - 1 ? `${size}/${parts}` : `${size}-${i}*(${size}/${parts})`, [size], (n) => {
      const each = Math.ceil(n / parts);
      return Math.max(0, Math.min(each, n - i * each));
    }),
  );
}

/** Sizes are an attribute before opset 13, the second input since; without them the parts are equal. */
export const split = {
  id: 'Split',
  sinceOpset: 2,
  bind(attributes, opset) {
    const read = new AttributeReader('Split', attributes);
    const axis = read.int('axis') ?? 0;
    const fixed = read.ints('split');
    const sizesOf = (size: Dim, input: Tensor | undefined, outputCount: number): readonly Dim[] => {
      const sizes = (opset >= 13 && input ? listOf(input) : fixed) ?? equalParts(size, outputCount, opset >= 18);
      const total = sizes.reduce<number>((n, s) => n + (typeof s === 'number' ? s : 0), 0);
      if (typeof size === 'number' && total !== size)
        throw incompatibleShapes('Split', `parts of ${sizes.join(', ')} do not add up to ${size}`, [[size]]);
      return sizes;
    };
    return {
      infer([x, sizes], outputCount) {
        if (!x?.shape) return Array.from({ length: outputCount }, () => value(x?.type, undefined));
        const { shape } = x;
        const at = axisIn('Split', axis, shape.length);
        const isOpen = sizes !== undefined && sizes.constant === undefined;
        const parts: readonly Dim[] = isOpen
          ? new Array<Dim>(outputCount).fill(OPEN_SIZE)
          : sizesOf(shape[at] as Dim, sizes?.constant, outputCount);
        return parts.map((size) =>
          value(
            x.type,
            shape.map((d, i) => (i === at ? size : d)),
          ),
        );
      },
      cost: moveCost,
      run(inputs, outputCount) {
        const x = given('Split', inputs, 0);
        const at = axisIn('Split', axis, x.shape.length);
        const strides = stridesOf(x.shape);
        let start = 0;
        return sizesOf(x.shape[at] as number, inputs[1], outputCount).map((size) => {
          const shape = x.shape.map((d, i) => (i === at ? (size as number) : d));
          const part = take(x, shape, walk(shape, strides, start * (strides[at] as number)));
          start += size as number;
          return part;
        });
      },
      quant: { role: 'same-codes' },
      lower(ctx) {
        const shape = ctx.inputShape(0);
        const at = axisIn('Split', axis, shape.length);
        const sizes = sizesOf(shape[at] as number, ctx.constant(1), ctx.node.outputs.length);
        let start = 0;
        sizes.forEach((size, output) => {
          const starts = shape.map((_, i) => (i === at ? start : 0));
          if (ctx.node.outputs[output])
            ctx.slice(
              starts,
              shape.map(() => 1),
              output,
            );
          start += size as number;
        });
      },
    };
  },
} as const satisfies OpDef;
