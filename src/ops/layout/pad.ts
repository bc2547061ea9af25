import { type Dim, elementCount, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, derived, openDims, stridesOf } from '../dims.ts';
import { given, listOf, scalarOf, take } from '../elements.ts';
import { moveCost, value } from '../inference.ts';
import type { LowerContext } from '../lower-context.ts';
import type { OpDef } from '../op-def.ts';

type Mode = 'constant' | 'reflect' | 'edge' | 'wrap';

/** Pads of all dimensions, begins then ends, from those given for `axes`. */
function spread(pads: readonly number[], axes: readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return [...pads];
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    const at = axisIn('Pad', axis, rank);
    all[at] = pads[i] as number;
    all[at + rank] = pads[i + axes.length] as number;
  });
  return all;
}

const paddedDims = (shape: Dims, pads: readonly number[]): Dims =>
  shape.map((d, i) => {
    const more = (pads[i] as number) + (pads[i + shape.length] as number);
    return more === 0 ? d : derived(`${d}+${more}`, [d], (size) => size + more);
  });

/** Where position `at` (relative to the input's first element) comes from; −1 is the constant. */
function source(at: number, size: number, mode: Mode): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((at % size) + size) % size;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

function padded(x: Tensor, pads: readonly number[], mode: Mode, fill: number): Tensor {
  const shape = paddedDims(x.shape, pads) as Shape;
  const strides = stridesOf(x.shape);
  const sources = shape.map((size: Dim, d) => {
    const [begin, end] = [pads[d] as number, pads[d + shape.length] as number];
    // Negative pads crop first: what is left is what is mirrored, repeated or extended.
    const cropped = Math.max(0, -begin);
    const left = Math.max(0, (x.shape[d] as number) - cropped - Math.max(0, -end));
    return Array.from({ length: size as number }, (_, i) => {
      const from = source(i - Math.max(0, begin), left, mode);
      return from < 0 ? from : from + cropped;
    });
  });
  const map = new Int32Array(elementCount(shape));
  const outStrides = stridesOf(shape);
  for (let i = 0; i < map.length; i++) {
    let rest = i;
    let at = 0;
    for (let d = 0; d < shape.length; d++) {
      const index = Math.floor(rest / (outStrides[d] as number));
      rest -= index * (outStrides[d] as number);
      const from = sources[d]?.[index] as number;
      if (from < 0) {
        at = -1;
        break;
      }
      at += from * (strides[d] as number);
    }
    map[i] = at;
  }
  return take(x, shape, map, fill);
}

/** Pads and value are attributes before opset 11, inputs since; axes since opset 18. Negative pads crop. */
export const pad = {
  id: 'Pad',
  sinceOpset: 2,
  bind(attributes, opset) {
    const read = new AttributeReader('Pad', attributes);
    const mode = read.oneOf<Mode>('mode', ['constant', 'reflect', 'edge', 'wrap']);
    const fixed = read.ints('pads') ?? [];
    const fixedFill = read.float('value') ?? 0;
    const padsOf = (inputs: readonly (Tensor | undefined)[], rank: number) =>
      opset < 11 ? fixed : spread(listOf(given('Pad', inputs, 1, 'pads')), inputs[3] && listOf(inputs[3]), rank);
    return {
      infer([x, pads, fill, axes]) {
        const known = opset < 11 || (pads?.constant !== undefined && (axes === undefined || axes.constant));
        if (!x?.shape || !known) return [value(x?.type, openDims(x?.shape?.length))];
        const constants = [undefined, pads?.constant, fill?.constant, axes?.constant];
        return [value(x.type, paddedDims(x.shape, padsOf(constants, x.shape.length)))];
      },
      cost: moveCost,
      run(inputs) {
        const x = given('Pad', inputs, 0, 'data');
        const fill = opset < 11 ? fixedFill : inputs[2] ? scalarOf(inputs[2]) : 0;
        return [padded(x, padsOf(inputs, x.shape.length), mode, fill)];
      },
      quant: { role: 'same-codes' },
      ...(mode === 'constant'
        ? {
            lower(ctx: LowerContext) {
              const rank = ctx.inputShape(0).length;
              const constants = ctx.node.inputs.map((_, i) => ctx.constant(i));
              const pads = padsOf(constants, rank);
              const fill = opset < 11 || !constants[2] ? fixedFill : scalarOf(constants[2]);
              ctx.pad(pads.slice(0, rank), pads.slice(rank), fill);
            },
          }
        : {}),
    };
  },
} as const satisfies OpDef;
