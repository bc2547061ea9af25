import type { Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, splitAt, sumOf } from '../dims.ts';
import { joined, reshaped, take } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

function concatDims(shapes: readonly Dims[], axis: number): Dims {
  const [first = []] = shapes;
  const at = axisIn('Concat', axis, first.length);
  for (const shape of shapes) {
    const fits = shape.length === first.length;
    const differs = (d: (typeof shape)[number], i: number) =>
      i !== at && typeof d === 'number' && typeof first[i] === 'number' && d !== first[i];
    if (!fits || shape.some(differs))
      throw incompatibleShapes('Concat', `only dimension ${at} may differ`, [first, shape]);
  }
  return first.map((d, i) => {
    if (i === at) return sumOf(shapes.map((s) => s[at] as (typeof s)[number]));
    // A number known from any operand holds for all.
    return shapes.map((s) => s[i]).find((size) => typeof size === 'number') ?? d;
  });
}

/** Tensors behind each other along one axis. */
export const concat = {
  id: 'Concat',
  sinceOpset: 4,
  bind(attributes) {
    const axis = new AttributeReader('Concat', attributes).int('axis') ?? 1;
    return {
      infer(inputs) {
        const shapes = inputs.map((v) => v?.shape).filter((s) => s !== undefined);
        if (shapes.length === 0) return [value(inputs[0]?.type, undefined)];
        const dims = concatDims(shapes, axis);
        if (shapes.length === inputs.length) return [value(inputs[0]?.type, dims)];
        const at = axisIn('Concat', axis, dims.length);
        return [
          value(
            inputs.find((v) => v?.type)?.type,
            dims.map((d, i) => (i === at ? OPEN_SIZE : d)),
          ),
        ];
      },
      cost: moveCost,
      run(inputs) {
        const parts = inputs.filter((t) => t !== undefined);
        const shape = concatDims(
          parts.map((p) => p.shape),
          axis,
        ) as Shape;
        const at = axisIn('Concat', axis, shape.length);
        const all = joined(parts);
        const [outer] = splitAt(shape, at);
        if (outer === 1) return [reshaped(all, shape)];
        const map = new Int32Array(all.data.length);
        let to = 0;
        for (let o = 0; o < outer; o++) {
          let start = 0;
          for (const { data } of parts) {
            const run = data.length / outer;
            for (let i = 0; i < run; i++) map[to++] = start + o * run + i;
            start += data.length;
          }
        }
        return [take(all, shape, map)];
      },
      quant: { role: 'same-codes' },
      lower: (ctx) => ctx.concat(axisIn('Concat', axis, ctx.outputShape().length)),
    };
  },
} as const satisfies OpDef;
