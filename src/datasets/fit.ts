/** How an array's shape answers to an input's: how many samples it holds, and whether its axes must be moved. */
import { elementCount, type Shape } from '../ir/index.ts';

export interface Fit {
  readonly count: number;
  /** 'moved': channels last in the array, first in the input, or the reverse; 'reshaped': same number of elements only. */
  readonly how: 'as-is' | 'channels-first' | 'channels-last' | 'reshaped';
}

const squeezed = (shape: Shape): Shape => shape.filter((d) => d !== 1);
const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

/**
 * Whether `has` holds samples of shape `wants` (its leading 1 or batch included); `undefined` where it does not.
 *
 * Accepted, in this order: [N, ...wants]; [N·b, ...rest] for wants = [b, ...rest]; one sample without its batch;
 * the same with axes of size 1 added or left out; pictures with their channels at the other end; flat rows [N, k].
 * `layout`: where the channels of pictures lie in the array, if the user says so.
 */
export function fitOf(has: Shape, wants: Shape, layout?: Layout): Fit | undefined {
  const told = layout && pictureFit(has, wants, layout);
  if (told !== undefined) return told || undefined;
  const [batch = 1, ...rest] = wants;
  const size = elementCount(wants);
  if (same(has.slice(1), wants) && has.length > wants.length) return { count: has[0] as number, how: 'as-is' };
  if (wants.length > 0 && has.length === wants.length && same(has.slice(1), rest) && (has[0] as number) % batch === 0)
    return { count: (has[0] as number) / batch, how: 'as-is' };
  if (wants.length > 0 && batch === 1 && same(has, rest) && rest.length > 1) return { count: 1, how: 'as-is' };
  if (wants.length === 0 && has.length === 0) return { count: 1, how: 'as-is' };
  if (has.length === 0) return undefined;
  const [count = 0, ...row] = has;
  if (batch !== 1) return undefined;
  if (same(squeezed(row), squeezed(wants))) return { count, how: 'as-is' };
  const moved = movedChannels(row, rest);
  if (moved) return { count, how: moved };
  if (elementCount(row) === size && (row.length === 1 || squeezed(rest).length === 1))
    return { count, how: 'reshaped' };
  return undefined;
}

/** Where the channels of pictures lie: [N, C, H, W] or [N, H, W, C]. */
export type Layout = 'NCHW' | 'NHWC';

/** The layout of an input of pictures; ONNX's own where the shape does not tell. Undefined: no pictures. */
export function layoutOf(wants: Shape): Layout | undefined {
  const [batch, a = 0, , c = 0] = wants;
  if (wants.length !== 4 || batch !== 1) return undefined;
  return c <= MOST_CHANNELS && a > MOST_CHANNELS ? 'NHWC' : 'NCHW';
}

/** With the layout of the array told by the user: the fit, `false` where it does not fit so, undefined where neither is of pictures. */
function pictureFit(has: Shape, wants: Shape, layout: Layout): Fit | false | undefined {
  const inside = layoutOf(wants);
  const row = has.length === 3 ? has : has.slice(-3);
  if (inside === undefined || row.length !== 3) return undefined;
  const count = has.length === 3 ? 1 : has.slice(0, -3).reduce((n, d) => n * d, 1);
  const [a, b, c] = row as [number, number, number];
  const rest = wants.slice(1);
  if (layout === inside) return same(row, rest) && { count, how: 'as-is' };
  if (layout === 'NHWC') return same(rest, [c, a, b]) && { count, how: 'channels-first' };
  return same(rest, [b, c, a]) && { count, how: 'channels-last' };
}

/** Pictures have 1 to 4 channels; more are features, whose order no one can tell from the shape. */
const MOST_CHANNELS = 4;

function movedChannels(row: Shape, rest: Shape): 'channels-first' | 'channels-last' | undefined {
  const [a, b, c] = row;
  if (row.length !== 3 || rest.length !== 3) return undefined;
  if ((c as number) <= MOST_CHANNELS && same(rest, [c, a, b] as Shape)) return 'channels-first';
  if ((a as number) <= MOST_CHANNELS && same(rest, [b, c, a] as Shape)) return 'channels-last';
  return undefined;
}

/** `from` is [count, rows, columns] seen as matrices; each is transposed. Moves channels to the other end of pictures. */
export function transposeEach(from: Float32Array, count: number, rows: number, columns: number): Float32Array {
  const out = new Float32Array(from.length);
  const size = rows * columns;
  for (let n = 0; n < count; n++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) out[n * size + c * rows + r] = from[n * size + r * columns + c] as number;
  return out;
}
