import { type Dim, elementCount, numbersOf, type Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, derived, openDims } from '../dims.ts';
import { given, listOf, resultOf, take } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { moveCost, sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';
import { poolCost } from './pool.ts';

/** The ways back from windows to images: MaxUnpool, Col2Im; and GlobalLpPool. */

/** Puts each maximum where it came from; everything else is 0. Positions are those in an output of the size the window implies. */
export const maxUnpool = {
  id: 'MaxUnpool',
  sinceOpset: 9,
  bind(attributes) {
    const read = new AttributeReader('MaxUnpool', attributes);
    const kernel = read.ints('kernel_shape');
    if (!kernel) throw badAttribute('MaxUnpool', 'kernel_shape', 'is missing');
    const strides = read.ints('strides') ?? kernel.map(() => 1);
    const pads = read.ints('pads') ?? [...kernel, ...kernel].map(() => 0);
    const implied = (x: Dims): Dims => {
      if (x.length !== kernel.length + 2)
        throw incompatibleShapes('MaxUnpool', `the window has ${kernel.length} dimensions`, [x]);
      return x.map((d, i) => {
        if (i < 2) return d;
        const [k, s] = [kernel[i - 2] as number, strides[i - 2] as number];
        const cut = (pads[i - 2] as number) + (pads[i - 2 + kernel.length] as number);
        return derived(`(${d}-1)*${s}+${k - cut}`, [d], (n) => (n - 1) * s + k - cut);
      });
    };
    return {
      infer([x, , shape]) {
        if (shape?.constant) return [value(x?.type, listOf(shape.constant))];
        return [value(x?.type, shape ? x?.shape?.map(() => OPEN_SIZE) : x?.shape && implied(x.shape))];
      },
      cost: moveCost,
      run(inputs) {
        const x = given('MaxUnpool', inputs, 0, 'X');
        const small = implied(x.shape) as Shape;
        const map = new Int32Array(elementCount(small)).fill(-1);
        numbersOf(given('MaxUnpool', inputs, 1, 'I')).forEach((to, i) => {
          map[to] = i;
        });
        if (!inputs[2]) return [take(x, small, map)];
        const shape = listOf(inputs[2]);
        const grown = new Int32Array(elementCount(shape)).fill(-1);
        map.forEach((from, i) => {
          if (from >= 0) grown[moved(i, small, shape)] = from;
        });
        return [take(x, shape, grown)];
      },
    };
  },
} as const satisfies OpDef;

/** The flat position, in another shape, of the element with the same coordinates. */
function moved(position: number, from: Shape, to: Shape): number {
  let rest = position;
  let at = 0;
  let stride = 1;
  for (let d = from.length - 1; d >= 0; d--) {
    const size = from[d] as number;
    at += (rest % size) * stride;
    rest = Math.floor(rest / size);
    stride *= to[d] as number;
  }
  return at;
}

/** Adds up columns of window contents, [N, C · window, positions], into images: the transpose of cutting windows out. */
export const col2Im = {
  id: 'Col2Im',
  sinceOpset: 18,
  bind(attributes) {
    const read = new AttributeReader('Col2Im', attributes);
    const perAxis = (name: string, otherwise: number) => (i: number) => read.ints(name)?.[i] ?? otherwise;
    const [dilation, stride, pad] = [perAxis('dilations', 1), perAxis('strides', 1), perAxis('pads', 0)];
    const channelsOf = (rows: Dim, block: readonly number[]): Dim =>
      derived(`${rows}/${elementCount(block)}`, [rows], (n) => n / elementCount(block));
    return {
      infer([x, image, block]) {
        const [batch, rows] = x?.shape ?? [];
        const sizes: Dims | undefined = image?.constant ? listOf(image.constant) : openDims(image?.shape?.[0]);
        if (batch === undefined || rows === undefined || !sizes) return [value(x?.type, undefined)];
        const channels = block?.constant ? channelsOf(rows, listOf(block.constant)) : OPEN_SIZE;
        return [value(x?.type, [batch, channels, ...sizes])];
      },
      cost: ([x]) => ({ kind: 'elementwise', extraOps: sizeOf(x) }),
      run(inputs) {
        const x = given('Col2Im', inputs, 0, 'input');
        const image = listOf(given('Col2Im', inputs, 1, 'image_shape'));
        const block = listOf(given('Col2Im', inputs, 2, 'block_shape'));
        const [batch = 0, rows = 0, positions = 0] = x.shape;
        const cells = elementCount(block);
        const counts = image.map((size, d) => {
          const extent = dilation(d) * ((block[d] as number) - 1) + 1;
          return Math.floor((size + pad(d) + pad(d + image.length) - extent) / stride(d)) + 1;
        });
        if (rows % cells !== 0 || elementCount(counts) !== positions)
          throw incompatibleShapes('Col2Im', 'the columns do not fit the image and the block', [x.shape, image, block]);
        const channels = rows / cells;
        const plane = elementCount(image);
        const values = numbersOf(x);
        const out = new Float64Array(batch * channels * plane);
        for (let cell = 0; cell < cells; cell++)
          for (let p = 0; p < positions; p++) {
            const to = target(cell, p);
            if (to < 0) continue;
            for (let n = 0; n < batch * channels; n++) {
              const at = n * plane + to;
              out[at] = (out[at] as number) + (values[(n * cells + cell) * positions + p] as number);
            }
          }
        return [resultOf(x.type, [batch, channels, ...image], out)];

        /** The pixel that a cell of the window covers at a position; −1: padding. */
        function target(cell: number, position: number): number {
          let [c, p, at, step] = [cell, position, 0, 1];
          for (let d = image.length - 1; d >= 0; d--) {
            const [size, k, count] = [image[d] as number, block[d] as number, counts[d] as number];
            const pixel = (p % count) * stride(d) + (c % k) * dilation(d) - pad(d);
            if (pixel < 0 || pixel >= size) return -1;
            at += pixel * step;
            step *= size;
            [c, p] = [Math.floor(c / k), Math.floor(p / count)];
          }
          return at;
        }
      },
    };
  },
} as const satisfies OpDef;

/** The p-norm over all spatial positions. */
export const globalLpPool = {
  id: 'GlobalLpPool',
  sinceOpset: 2,
  bind(attributes) {
    const p = new AttributeReader('GlobalLpPool', attributes).int('p') ?? 2;
    const shapeOf = (x: Dims): Dims => x.map((d, i) => (i < 2 ? d : 1));
    return {
      infer: ([x]) => [value(x?.type, x?.shape && shapeOf(x.shape))],
      cost: ([x], [y]) => poolCost(x, y, x?.shape.slice(2) ?? [], 1),
      run(inputs) {
        const x = given('GlobalLpPool', inputs, 0);
        const shape = shapeOf(x.shape) as Shape;
        const plane = elementCount(x.shape.slice(2));
        const out = new Float64Array(elementCount(shape));
        numbersOf(x).forEach((v, i) => {
          const at = Math.floor(i / plane);
          out[at] = (out[at] as number) + Math.abs(v) ** p;
        });
        return [
          resultOf(
            x.type,
            shape,
            out.map((v) => v ** (1 / p)),
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;
