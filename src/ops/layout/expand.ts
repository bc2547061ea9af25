import type { Shape } from '../../ir/index.ts';
import { broadcastDims, derived, openDims, stridesOf } from '../dims.ts';
import { broadcastTo, given, listOf, take, walk } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Broadcasts a tensor to (the broadcast of its own and) the given shape. */
export const expand = {
  id: 'Expand',
  sinceOpset: 8,
  bind: () => ({
    infer([x, shape]) {
      if (x?.shape && shape?.constant) return [value(x.type, broadcastDims('Expand', x.shape, listOf(shape.constant)))];
      const rank = shape?.shape?.[0];
      const known = x?.shape !== undefined && typeof rank === 'number';
      return [value(x?.type, known ? openDims(Math.max(rank, x.shape.length)) : undefined)];
    },
    cost: moveCost,
    run(inputs) {
      const x = given('Expand', inputs, 0);
      const shape = broadcastDims('Expand', x.shape, listOf(given('Expand', inputs, 1, 'shape'))) as Shape;
      return [broadcastTo(x, shape)];
    },
    quant: { role: 'same-codes' },
  }),
} as const satisfies OpDef;

/** Repeats a tensor `repeats[i]` times along dimension i. */
export const tile = {
  id: 'Tile',
  sinceOpset: 6,
  bind: () => ({
    infer([x, repeats]) {
      if (!x?.shape || !repeats?.constant) return [value(x?.type, openDims(x?.shape?.length ?? repeats?.shape?.[0]))];
      const times = listOf(repeats.constant);
      if (times.length !== x.shape.length)
        throw incompatibleShapes('Tile', 'there must be one repeat per dimension', [x.shape, times]);
      return [
        value(
          x.type,
          x.shape.map((d, i) => (times[i] === 1 ? d : derived(`${d}*${times[i]}`, [d], (n) => n * (times[i] ?? 1)))),
        ),
      ];
    },
    cost: moveCost,
    run(inputs) {
      const x = given('Tile', inputs, 0);
      const times = listOf(given('Tile', inputs, 1, 'repeats'));
      // Seen as [times₀, size₀, times₁, size₁, …]: the repeats are dimensions of stride 0.
      const strides = stridesOf(x.shape);
      const view = x.shape.flatMap((d, i) => [times[i] ?? 1, d]);
      const map = walk(
        view,
        strides.flatMap((s) => [0, s]),
      );
      return [
        take(
          x,
          x.shape.map((d, i) => d * (times[i] ?? 1)),
          map,
        ),
      ];
    },
    quant: { role: 'same-codes' },
  }),
} as const satisfies OpDef;
