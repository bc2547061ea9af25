import type { Dim, Shape, Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, derived } from '../dims.ts';
import { given, take, walk } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Rearranges through a six-dimensional view: its sizes in memory order, and which of them come in which order. */
function rearranged(x: Tensor, view: Shape, order: readonly number[], shape: Shape): Tensor {
  const strides = new Array<number>(view.length).fill(1);
  for (let i = view.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (view[i + 1] as number);
  const sizes = order.map((d) => view[d] as number);
  return take(
    x,
    shape,
    walk(
      sizes,
      order.map((d) => strides[d] as number),
    ),
  );
}

const times = (d: Dim, n: number): Dim => derived(`${d}*${n}`, [d], (size) => size * n);
const over = (d: Dim, n: number): Dim => derived(`${d}/${n}`, [d], (size) => size / n);

function need4d(op: string, shape: Dims): readonly [Dim, Dim, Dim, Dim] {
  const [n, c, h, w] = shape;
  if (shape.length !== 4 || n === undefined || c === undefined || h === undefined || w === undefined)
    throw incompatibleShapes(op, 'the input must have four dimensions', [shape]);
  return [n, c, h, w];
}

/** Channels to pixels: [N, C·b², H, W] → [N, C, H·b, W·b]. Mode DCR: block offsets are the slow part of the channel, CRD: the fast. */
export const depthToSpace = {
  id: 'DepthToSpace',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('DepthToSpace', attributes);
    const block = read.int('blocksize');
    if (block === undefined || block < 1) throw badAttribute('DepthToSpace', 'blocksize', 'is missing');
    const mode = read.oneOf('mode', ['DCR', 'CRD']);
    const shapeOf = (from: Dims): Dims => {
      const [n, c, h, w] = need4d('DepthToSpace', from);
      if (typeof c === 'number' && c % block ** 2 !== 0)
        throw incompatibleShapes('DepthToSpace', `channels are not a multiple of ${block}²`, [from]);
      return [n, over(c, block ** 2), times(h, block), times(w, block)];
    };
    return {
      infer: ([x]) => [value(x?.type, x?.shape && shapeOf(x.shape))],
      cost: moveCost,
      run(inputs) {
        const x = given('DepthToSpace', inputs, 0);
        const shape = shapeOf(x.shape) as Shape;
        const [n = 1, c = 1] = shape;
        const [, , h = 1, w = 1] = x.shape;
        return mode === 'DCR'
          ? [rearranged(x, [n, block, block, c, h, w], [0, 3, 4, 1, 5, 2], shape)]
          : [rearranged(x, [n, c, block, block, h, w], [0, 1, 4, 2, 5, 3], shape)];
      },
      quant: { role: 'same-codes' },
      lower(ctx) {
        const [n, c, h, w] = ctx.outputShape() as [number, number, number, number];
        const [rows, columns] = [h / block, w / block];
        if (mode === 'DCR') ctx.rearrange([n, block, block, c, rows, columns], [0, 3, 4, 1, 5, 2]);
        else ctx.rearrange([n, c, block, block, rows, columns], [0, 1, 4, 2, 5, 3]);
      },
    };
  },
} as const satisfies OpDef;

/** Pixels to channels: the inverse of DepthToSpace in DCR mode. */
export const spaceToDepth = {
  id: 'SpaceToDepth',
  sinceOpset: 1,
  bind(attributes) {
    const block = new AttributeReader('SpaceToDepth', attributes).int('blocksize');
    if (block === undefined || block < 1) throw badAttribute('SpaceToDepth', 'blocksize', 'is missing');
    const shapeOf = (from: Dims): Dims => {
      const [n, c, h, w] = need4d('SpaceToDepth', from);
      return [n, times(c, block ** 2), over(h, block), over(w, block)];
    };
    return {
      infer: ([x]) => [value(x?.type, x?.shape && shapeOf(x.shape))],
      cost: moveCost,
      run(inputs) {
        const x = given('SpaceToDepth', inputs, 0);
        const shape = shapeOf(x.shape) as Shape;
        const [n = 1, c = 1] = x.shape;
        const [, , h = 1, w = 1] = shape;
        return [rearranged(x, [n, c, h, block, w, block], [0, 3, 5, 1, 2, 4], shape)];
      },
      quant: { role: 'same-codes' },
      lower(ctx) {
        const [n, c, h, w] = ctx.inputShape(0) as [number, number, number, number];
        ctx.rearrange([n, c, h / block, block, w / block, block], [0, 3, 5, 1, 2, 4]);
      },
    };
  },
} as const satisfies OpDef;
