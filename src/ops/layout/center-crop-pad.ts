import { elementCount, type Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, stridesOf } from '../dims.ts';
import { given, listOf, take } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Crops or pads with zeros to the wanted sizes, keeping the middle; what cannot be halved is taken or added at the end. */
export const centerCropPad = {
  id: 'CenterCropPad',
  sinceOpset: 18,
  bind(attributes) {
    const stated = new AttributeReader('CenterCropPad', attributes).ints('axes');
    const axesFor = (rank: number) =>
      stated?.map((a) => axisIn('CenterCropPad', a, rank)) ?? Array.from({ length: rank }, (_, i) => i);
    const shapeOf = (from: Dims, sizes: Dims): Dims => {
      const axes = axesFor(from.length);
      if (axes.length !== sizes.length)
        throw incompatibleShapes('CenterCropPad', `${sizes.length} sizes for ${axes.length} axes`, [from]);
      return from.map((d, i) => (axes.includes(i) ? (sizes[axes.indexOf(i)] ?? d) : d));
    };
    return {
      infer([x, sizes]) {
        if (!x?.shape) return [value(x?.type, undefined)];
        const known = sizes?.constant ? listOf(sizes.constant) : axesFor(x.shape.length).map(() => OPEN_SIZE);
        return [value(x.type, shapeOf(x.shape, known))];
      },
      cost: moveCost,
      run(inputs) {
        const x = given('CenterCropPad', inputs, 0);
        const shape = shapeOf(x.shape, listOf(given('CenterCropPad', inputs, 1, 'shape'))) as Shape;
        const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
        const shift = shape.map((size, d) => {
          const less = (x.shape[d] as number) - size;
          return less >= 0 ? Math.floor(less / 2) : -Math.floor(-less / 2);
        });
        const map = Int32Array.from({ length: elementCount(shape) }, (_, i) => {
          let at = 0;
          for (let d = 0; d < shape.length; d++) {
            const source = (Math.floor(i / (to[d] as number)) % (shape[d] as number)) + (shift[d] as number);
            if (source < 0 || source >= (x.shape[d] as number)) return -1;
            at += source * (from[d] as number);
          }
          return at;
        });
        return [take(x, shape, map)];
      },
    };
  },
} as const satisfies OpDef;
