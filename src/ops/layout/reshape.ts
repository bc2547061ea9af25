import { type Dim, elementCount, isKnown, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, derived, openDims, productOf } from '../dims.ts';
import { given, listOf, reshaped } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { freeCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Operators that give the same elements another shape. */

/**
 * The shape a Reshape target means: 0 copies the input's size (unless `allowZero`), −1 is what remains. Sizes that are
 * names cancel where both sides have them. Throws `ops/incompatible-shapes`.
 */
export function reshapeTarget(from: Dims, target: readonly number[], allowZero: boolean): Dims {
  const to: Dim[] = target.map((d, i) => (d === 0 && !allowZero ? (from[i] ?? 0) : d));
  const open = to.indexOf(-1);
  if (open >= 0)
    to[open] = remaining(
      from,
      to.filter((_, i) => i !== open),
      target,
    );
  if (isKnown(from) && isKnown(to) && elementCount(from) !== elementCount(to))
    throw incompatibleShapes('Reshape', 'the shapes hold different numbers of elements', [from, target]);
  return to;
}

function remaining(from: Dims, others: Dims, target: readonly number[]): Dim {
  const names = from.filter((d): d is string => typeof d === 'string');
  const unmatched: string[] = [];
  for (const other of others) {
    if (typeof other === 'number') continue;
    const at = names.indexOf(other);
    if (at >= 0) names.splice(at, 1);
    else unmatched.push(other);
  }
  const factor = from.reduce<number>((n, d) => (typeof d === 'number' ? n * d : n), 1);
  const divisor = others.reduce<number>((n, d) => (typeof d === 'number' ? n * d : n), 1);
  if (names.length === 0 && unmatched.length === 0) {
    if (divisor === 0 ? factor !== 0 : factor % divisor !== 0)
      throw incompatibleShapes('Reshape', 'the shapes hold different numbers of elements', [from, target]);
    return divisor === 0 ? 0 : factor / divisor;
  }
  if (unmatched.length === 0 && factor % divisor === 0) return productOf([factor / divisor, ...names]);
  const spelling = `${productOf([factor, ...names])}/(${productOf([divisor, ...unmatched])})`;
  return derived(spelling, [...names, ...unmatched], () => factor / divisor);
}

export const reshape = {
  id: 'Reshape',
  sinceOpset: 5,
  bind(attributes) {
    const allowZero = new AttributeReader('Reshape', attributes).flag('allowzero');
    return {
      infer([x, target]) {
        if (target?.constant === undefined) return [value(x?.type, openDims(target?.shape?.[0]))];
        const sizes = listOf(target.constant);
        if (x?.shape) return [value(x.type, reshapeTarget(x.shape, sizes, allowZero))];
        return [value(x?.type, sizes.every((d) => d > 0) ? sizes : undefined)];
      },
      cost: freeCost,
      run(inputs) {
        const x = given('Reshape', inputs, 0, 'data');
        const target = listOf(given('Reshape', inputs, 1, 'shape'));
        return [reshaped(x, reshapeTarget(x.shape, target, allowZero) as Shape)];
      },
      quant: { role: 'same-codes' },
      lower: (ctx) => ctx.rearrange(),
    };
  },
} as const satisfies OpDef;

export const flatten = {
  id: 'Flatten',
  sinceOpset: 1,
  bind(attributes) {
    const axis = new AttributeReader('Flatten', attributes).int('axis') ?? 1;
    const shapeOf = (from: Dims): Dims => {
      // The axis may also lie behind the last dimension.
      const at = axis === from.length ? axis : axisIn('Flatten', axis, from.length);
      return [productOf(from.slice(0, at)), productOf(from.slice(at))];
    };
    return {
      infer: ([x]) => [value(x?.type, x?.shape && shapeOf(x.shape))],
      cost: freeCost,
      run(inputs) {
        const x = given('Flatten', inputs, 0);
        return [reshaped(x, shapeOf(x.shape) as Shape)];
      },
      quant: { role: 'same-codes' },
      lower: (ctx) => ctx.rearrange(),
    };
  },
} as const satisfies OpDef;

/** Squeeze and Unsqueeze: axes are an attribute before opset 13, the second input since. */
function axesOperator<Id extends string>(
  id: Id,
  shapeOf: (from: Dims, axes: readonly number[] | undefined) => Dims | undefined,
) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes, opset) {
      const attribute = new AttributeReader(id, attributes).ints('axes');
      const axesOf = (input: Tensor | undefined) => (opset >= 13 && input ? listOf(input) : attribute);
      return {
        infer([x, axes]) {
          const unknown = axes !== undefined && axes.constant === undefined;
          return [value(x?.type, unknown || !x?.shape ? undefined : shapeOf(x.shape, axesOf(axes?.constant)))];
        },
        cost: freeCost,
        run(inputs) {
          const x = given(id, inputs, 0, 'data');
          return [reshaped(x, shapeOf(x.shape, axesOf(inputs[1])) as Shape)];
        },
        quant: { role: 'same-codes' },
        lower: (ctx) => ctx.rearrange(),
      };
    },
  } as const satisfies OpDef;
}

export const squeeze = axesOperator('Squeeze', (from, axes) => {
  // Which sizes are 1 must be known.
  if (axes === undefined) return isKnown(from) ? from.filter((d) => d !== 1) : undefined;
  const gone = new Set(axes.map((a) => axisIn('Squeeze', a, from.length)));
  for (const axis of gone) {
    const size = from[axis];
    if (typeof size === 'number' && size !== 1)
      throw incompatibleShapes('Squeeze', `dimension ${axis} has size ${size}, only size 1 can be removed`, [from]);
  }
  return from.filter((_, i) => !gone.has(i));
});

export const unsqueeze = axesOperator('Unsqueeze', (from, axes = []) => {
  const rank = from.length + axes.length;
  const added = new Set(axes.map((a) => axisIn('Unsqueeze', a, rank)));
  const rest = [...from];
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : (rest.shift() ?? 1)));
});
