import {
  type Attributes,
  allocate,
  elementCount,
  type NumericData,
  numbersOf,
  type Shape,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import type { Dims } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { sizeOf, value } from '../inference.ts';
import type { LowerContext } from '../lower-context.ts';
import type { OpDef, QuantTraits, ShapedValue } from '../op-def.ts';
import {
  asThree,
  loweredWindow,
  readWindow,
  type WindowAttributes,
  type WindowAxis,
  windowAxes,
  windowDims,
} from './window.ts';

/** Windowed pools: MaxPool, AveragePool, LpPool. Global pools are in `global-pool.ts`. */

interface PoolWindow extends WindowAttributes {
  readonly kernel: readonly number[];
}

/** One window: visits the positions inside the input; `cells` counts those inside the padded input too. */
interface WindowVisitor {
  begin(): void;
  visit(value: number, position: number): void;
  end(out: number, cells: number): void;
}

/** Cells of a window that lie inside the padded input: what an average with count_include_pad divides by. */
function paddedCells(axis: WindowAxis, start: number): number {
  let cells = 0;
  for (let k = 0; k < axis.kernel; k++) if (start + k * axis.dilation < axis.input + axis.padEnd) cells++;
  return cells;
}

function visitWindows(values: NumericData, planes: number, axes: readonly WindowAxis[], visitor: WindowVisitor): void {
  const [d, h, w] = asThree(axes);
  const plane = d.input * h.input * w.input;
  let out = 0;
  for (let p = 0; p < planes; p++)
    for (let od = 0; od < d.output; od++)
      for (let oh = 0; oh < h.output; oh++)
        for (let ow = 0; ow < w.output; ow++) {
          const [z0, y0, x0] = [od * d.stride - d.padBegin, oh * h.stride - h.padBegin, ow * w.stride - w.padBegin];
          visitor.begin();
          for (let z = z0, kd = 0; kd < d.kernel; kd++, z += d.dilation) {
            if (z < 0 || z >= d.input) continue;
            for (let y = y0, kh = 0; kh < h.kernel; kh++, y += h.dilation) {
              if (y < 0 || y >= h.input) continue;
              const row = p * plane + (z * h.input + y) * w.input;
              for (let x = x0, kw = 0; kw < w.kernel; kw++, x += w.dilation)
                if (x >= 0 && x < w.input) visitor.visit(values[row + x] as number, row + x);
            }
          }
          visitor.end(out++, paddedCells(d, z0) * paddedCells(h, y0) * paddedCells(w, x0));
        }
}

function poolWindow(
  op: string,
  attributes: Attributes,
): { readonly read: AttributeReader; readonly window: PoolWindow } {
  const read = new AttributeReader(op, attributes);
  const window = readWindow(read);
  if (window.kernel === undefined) throw badAttribute(op, 'kernel_shape', 'is missing');
  return { read, window: { ...window, kernel: window.kernel } };
}

function poolDims(op: string, x: Dims, window: PoolWindow): Dims {
  if (x.length !== window.kernel.length + 2)
    throw incompatibleShapes(op, `a kernel of [${window.kernel.join(', ')}] does not fit the input`, [x]);
  return [...x.slice(0, 2), ...windowDims(window, x.slice(2), window.kernel)];
}

const planesOf = (x: Tensor): number => (x.shape[0] as number) * (x.shape[1] as number);
const axesOf = (x: Tensor, window: PoolWindow): WindowAxis[] => windowAxes(window, x.shape.slice(2), window.kernel);

/** Geometry and operations of a pool: one compare or add per output and kernel position (methods F.1). */
export function poolCost(x: ShapedValue | undefined, y: ShapedValue | undefined, kernel: Shape, stride: number) {
  const at = (shape: Shape | undefined, back: number) =>
    shape && shape.length - back >= 2 ? (shape[shape.length - back] as number) : 1;
  return {
    kind: 'pool' as const,
    extraOps: sizeOf(y) * elementCount(kernel),
    geometry: {
      inHeight: at(x?.shape, 2),
      inWidth: at(x?.shape, 1),
      inChannels: x?.shape[1] ?? 0,
      outHeight: at(y?.shape, 2),
      outWidth: at(y?.shape, 1),
      outChannels: y?.shape[1] ?? 0,
      kernelHeight: kernel.length > 1 ? (kernel.at(-2) as number) : 1,
      kernelWidth: kernel.at(-1) ?? 1,
      stride,
      groups: x?.shape[1] ?? 1,
    },
  };
}

/** An operator that reduces every window to one number. */
function pool<Id extends string>(
  id: Id,
  quant: QuantTraits | undefined,
  visitorFor: (read: AttributeReader, out: Float64Array) => WindowVisitor,
) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes) {
      const { read, window } = poolWindow(id, attributes);
      return {
        infer: ([x]) => [value(x?.type, x?.shape && poolDims(id, x.shape, window))],
        cost: ([x], [y]) => poolCost(x, y, window.kernel, window.strides?.at(-1) ?? 1),
        run(inputs) {
          const x = given(id, inputs, 0, 'X');
          const shape = poolDims(id, x.shape, window) as Shape;
          const out = new Float64Array(elementCount(shape));
          visitWindows(numbersOf(x), planesOf(x), axesOf(x, window), visitorFor(read, out));
          return [resultOf(x.type, shape, out)];
        },
        ...(quant
          ? {
              quant,
              lower(ctx: LowerContext) {
                const axes = windowAxes(window, ctx.inputShape(0).slice(2), window.kernel);
                const countPadding = read.flag('count_include_pad');
                ctx.averagePool({ ...loweredWindow(axes), kernel: window.kernel, countPadding });
              },
            }
          : {}),
      };
    },
  } as const satisfies OpDef;
}

export const averagePool = pool('AveragePool', { role: 'computes' }, (read, out) => {
  const includePad = read.flag('count_include_pad');
  let total = 0;
  let inside = 0;
  return {
    begin() {
      total = 0;
      inside = 0;
    },
    visit(x) {
      total += x;
      inside++;
    },
    end(at, cells) {
      out[at] = total / (includePad ? cells : inside);
    },
  };
});

export const lpPool = pool('LpPool', undefined, (read, out) => {
  const p = read.int('p') ?? 2;
  let total = 0;
  return {
    begin() {
      total = 0;
    },
    visit(x) {
      total += Math.abs(x) ** p;
    },
    end(at) {
      out[at] = total ** (1 / p);
    },
  };
});

/** The second output, where asked for: flat positions of the maxima in the whole input, row- or column-major in the plane. */
export const maxPool = {
  id: 'MaxPool',
  sinceOpset: 1,
  bind(attributes) {
    const { read, window } = poolWindow('MaxPool', attributes);
    const columnMajor = read.flag('storage_order');
    return {
      infer([x], outputCount) {
        const shape = x?.shape && poolDims('MaxPool', x.shape, window);
        return [value(x?.type, shape), value('int64', shape)].slice(0, outputCount);
      },
      cost: ([x], [y]) => poolCost(x, y, window.kernel, window.strides?.at(-1) ?? 1),
      run(inputs, outputCount) {
        const x = given('MaxPool', inputs, 0, 'X');
        const shape = poolDims('MaxPool', x.shape, window) as Shape;
        const out = allocate(x.type, elementCount(shape)) as NumericData;
        const positions = new Float64Array(out.length);
        let best = 0;
        let where = 0;
        visitWindows(numbersOf(x), planesOf(x), axesOf(x, window), {
          begin() {
            best = Number.NEGATIVE_INFINITY;
            where = -1;
          },
          visit(v, position) {
            if (v > best || where < 0 || Number.isNaN(v)) {
              best = v;
              where = position;
            }
          },
          end(at) {
            out[at] = best;
            positions[at] = where;
          },
        });
        const indices = columnMajor ? positions.map((at) => columnMajorPosition(at, x.shape)) : positions;
        const maxima: Tensor = { type: x.type, shape, data: out };
        return outputCount > 1 ? [maxima, tensorOf('int64', shape, indices)] : [maxima];
      },
      quant: { role: 'same-codes' },
      lower(ctx) {
        const axes = windowAxes(window, ctx.inputShape(0).slice(2), window.kernel);
        ctx.maxPool({ ...loweredWindow(axes), kernel: window.kernel });
      },
    };
  },
} as const satisfies OpDef;

/** The position when the last two dimensions are stored column by column. */
function columnMajorPosition(at: number, shape: Shape): number {
  const [h, w] = shape.slice(-2) as [number, number];
  const within = at % (h * w);
  return at - within + (within % w) * h + Math.floor(within / w);
}
