import { elementCount, type NumericData, numbersOf, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Pools over regions of interest: RoiAlign, MaxRoiPool. */

/** Four neighbours of a position in a plane and their weights; none for positions outside. */
function bilinear(
  y: number,
  x: number,
  height: number,
  width: number,
): readonly (readonly [at: number, weight: number])[] {
  if (y < -1 || y > height || x < -1 || x > width) return [];
  const along = (p: number, size: number): readonly [number, number, number] => {
    const inside = Math.max(0, p);
    const low = Math.min(Math.floor(inside), size - 1);
    return low >= size - 1 ? [size - 1, size - 1, 0] : [low, low + 1, inside - low];
  };
  const [y0, y1, dy] = along(y, height);
  const [x0, x1, dx] = along(x, width);
  return [
    [y0 * width + x0, (1 - dy) * (1 - dx)],
    [y0 * width + x1, (1 - dy) * dx],
    [y1 * width + x0, dy * (1 - dx)],
    [y1 * width + x1, dy * dx],
  ];
}

interface AlignOptions {
  readonly rows: number;
  readonly columns: number;
  readonly ratio: number;
  readonly scale: number;
  readonly offset: number;
  readonly isMax: boolean;
}

/** Start and size of the bins of one region along one axis, and samples per bin. */
function binsAlong(from: number, to: number, bins: number, o: AlignOptions) {
  const start = from * o.scale - o.offset;
  const length = to * o.scale - o.offset - start;
  const size = (o.offset > 0 ? length : Math.max(length, 1)) / bins;
  return { start, size, samples: o.ratio > 0 ? o.ratio : Math.ceil(size) };
}

function aligned(x: Tensor, rois: Tensor, batches: Tensor, o: AlignOptions): Tensor {
  const [, channels = 0, height = 0, width = 0] = x.shape;
  const count = rois.shape[0] ?? 0;
  const [values, boxes, batchOf] = [numbersOf(x), numbersOf(rois), numbersOf(batches)];
  const shape = [count, channels, o.rows, o.columns];
  const out = new Float64Array(elementCount(shape));
  const plane = height * width;
  for (let r = 0; r < count; r++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(4 * r, 4 * r + 4);
    const [v, h] = [binsAlong(y1, y2, o.rows, o), binsAlong(x1, x2, o.columns, o)];
    for (let i = 0; i < o.rows; i++)
      for (let j = 0; j < o.columns; j++) {
        const samples: ReturnType<typeof bilinear>[] = [];
        for (let iy = 0; iy < v.samples; iy++)
          for (let ix = 0; ix < h.samples; ix++)
            samples.push(
              bilinear(
                v.start + (i + (iy + 0.5) / v.samples) * v.size,
                h.start + (j + (ix + 0.5) / h.samples) * h.size,
                height,
                width,
              ),
            );
        for (let c = 0; c < channels; c++) {
          const at = ((batchOf[r] as number) * channels + c) * plane;
          out[((r * channels + c) * o.rows + i) * o.columns + j] = pooled(values, at, samples, o.isMax);
        }
      }
  }
  return resultOf(x.type, shape, out);
}

/** Mean of the samples; or the largest single weighted neighbour of any, which is how ONNX defines the maximum. */
function pooled(
  values: NumericData,
  at: number,
  samples: readonly ReturnType<typeof bilinear>[],
  isMax: boolean,
): number {
  let sum = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    if (sample.length === 0) best = Math.max(best, 0);
    for (const [from, weight] of sample) {
      const v = weight * (values[at + from] as number);
      sum += v;
      best = Math.max(best, v);
    }
  }
  if (isMax) return samples.length === 0 ? 0 : best;
  return sum / Math.max(1, samples.length);
}

/** Mean or maximum of points sampled in each bin of a region. Half-pixel positions are the default since opset 16. */
export const roiAlign = {
  id: 'RoiAlign',
  sinceOpset: 10,
  bind(attributes, opset) {
    const read = new AttributeReader('RoiAlign', attributes);
    const half =
      opset >= 16 && read.oneOf('coordinate_transformation_mode', ['half_pixel', 'output_half_pixel']) === 'half_pixel';
    const options: AlignOptions = {
      rows: read.int('output_height') ?? 1,
      columns: read.int('output_width') ?? 1,
      ratio: read.int('sampling_ratio') ?? 0,
      scale: read.float('spatial_scale') ?? 1,
      offset: half ? 0.5 : 0,
      isMax: read.oneOf('mode', ['avg', 'max']) === 'max',
    };
    return {
      infer: ([x, rois]) => [
        value(
          x?.type,
          x?.shape && [rois?.shape?.[0] ?? OPEN_SIZE, x.shape[1] ?? OPEN_SIZE, options.rows, options.columns],
        ),
      ],
      cost: (_inputs, [y]) => ({ kind: 'pool', extraOps: 8 * Math.max(1, options.ratio) ** 2 * sizeOf(y) }),
      run: (inputs) => [
        aligned(
          given('RoiAlign', inputs, 0, 'X'),
          given('RoiAlign', inputs, 1, 'rois'),
          given('RoiAlign', inputs, 2, 'batch_indices'),
          options,
        ),
      ],
    };
  },
} as const satisfies OpDef;

/** Maximum over each bin of a region; regions are rows [batch, x1, y1, x2, y2]. */
export const maxRoiPool = {
  id: 'MaxRoiPool',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('MaxRoiPool', attributes);
    const [rows, columns] = read.ints('pooled_shape') ?? [];
    if (rows === undefined || columns === undefined) throw badAttribute('MaxRoiPool', 'pooled_shape', 'is missing');
    const scale = read.float('spatial_scale') ?? 1;
    return {
      infer: ([x, rois]) => [
        value(x?.type, x?.shape && [rois?.shape?.[0] ?? OPEN_SIZE, x.shape[1] ?? OPEN_SIZE, rows, columns]),
      ],
      cost: ([x], [y]) => ({ kind: 'pool', extraOps: sizeOf(x) + sizeOf(y) }),
      run(inputs) {
        const x = given('MaxRoiPool', inputs, 0, 'X');
        const rois = given('MaxRoiPool', inputs, 1, 'rois');
        const [, channels = 0, height = 0, width = 0] = x.shape;
        const [values, boxes] = [numbersOf(x), numbersOf(rois)];
        const shape = [rois.shape[0] ?? 0, channels, rows, columns];
        const out = new Float64Array(elementCount(shape));
        for (let i = 0; i < out.length; i++) {
          const [column, row] = [i % columns, Math.floor(i / columns) % rows];
          const c = Math.floor(i / (columns * rows)) % channels;
          const r = Math.floor(i / (columns * rows * channels));
          const corner = (k: number) => Math.round((boxes[5 * r + k] as number) * scale);
          const bin = (from: number, to: number, bins: number, k: number, size: number) => {
            const each = Math.max(to - from + 1, 1) / bins;
            const clampTo = (v: number) => Math.min(size, Math.max(0, v));
            return [clampTo(from + Math.floor(k * each)), clampTo(from + Math.ceil((k + 1) * each))] as const;
          };
          const [x0, x1] = bin(corner(1), corner(3), columns, column, width);
          const [y0, y1] = bin(corner(2), corner(4), rows, row, height);
          const at = ((boxes[5 * r] as number) * channels + c) * height * width;
          let best = y1 <= y0 || x1 <= x0 ? 0 : Number.NEGATIVE_INFINITY;
          for (let y = y0; y < y1; y++)
            for (let k = x0; k < x1; k++) best = Math.max(best, values[at + y * width + k] as number);
          out[i] = best;
        }
        return [resultOf(x.type, shape, out)];
      },
    };
  },
} as const satisfies OpDef;
