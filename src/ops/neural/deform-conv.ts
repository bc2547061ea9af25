import { elementCount, type NumericData, numbersOf, type Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { unsupportedForm } from '../errors.ts';
import { value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';
import { convCost, convDims } from './conv.ts';
import { readWindow, windowAxes } from './window.ts';

/** A plane between its elements: bilinear, 0 outside. */
function between(values: NumericData, at: number, height: number, width: number, y: number, x: number): number {
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (const [row, wy] of [
    [y0, y0 + 1 - y],
    [y0 + 1, y - y0],
  ] as const)
    for (const [column, wx] of [
      [x0, x0 + 1 - x],
      [x0 + 1, x - x0],
    ] as const)
      if (row >= 0 && row < height && column >= 0 && column < width)
        sum += wy * wx * (values[at + row * width + column] as number);
  return sum;
}

/**
 * Convolution whose taps are each moved by an offset (input 2) and weighted by a mask (input 4). Two spatial dimensions.
 * Offsets are listed per offset group and tap, y before x.
 */
export const deformConv = {
  id: 'DeformConv',
  sinceOpset: 19,
  bind(attributes) {
    const read = new AttributeReader('DeformConv', attributes);
    const window = readWindow(read);
    const groups = read.int('group') ?? 1;
    const offsetGroups = read.int('offset_group') ?? 1;
    return {
      infer: ([x, w]) => [
        value(x?.type, x?.shape && w?.shape && convDims('DeformConv', x.shape, w.shape, groups, window)),
      ],
      cost([x, w], [y]) {
        const layer = convCost(x?.shape ?? [], w?.shape ?? [], y?.shape ?? [], groups, window.strides?.at(-1) ?? 1);
        // Each moved tap mixes four elements of every input channel.
        const taps = elementCount(y?.shape.slice(2) ?? []) * elementCount(w?.shape.slice(2) ?? []);
        return { ...layer, params: [1, 3], bias: 3, extraOps: 8 * taps * (x?.shape[0] ?? 0) * (x?.shape[1] ?? 0) };
      },
      run(inputs) {
        const [x, w] = [given('DeformConv', inputs, 0, 'X'), given('DeformConv', inputs, 1, 'W')];
        const offset = given('DeformConv', inputs, 2, 'offset');
        const shape = convDims('DeformConv', x.shape, w.shape, groups, window) as Shape;
        if (shape.length !== 4) throw unsupportedForm('DeformConv', `${shape.length - 2} spatial dimensions`);
        const [batch = 0, outChannels = 0, rows = 0, columns = 0] = shape;
        const [, channels = 0, height = 0, width = 0] = x.shape;
        const [, perGroup = 0, kernelRows = 0, kernelColumns = 0] = w.shape;
        const axes = windowAxes(window, x.shape.slice(2), w.shape.slice(2));
        const start = (d: number, o: number, k: number) => {
          const a = axes[d];
          return a ? o * a.stride + k * a.dilation - a.padBegin : 0;
        };
        const [values, weights, moves] = [numbersOf(x), numbersOf(w), numbersOf(offset)];
        const [bias, mask] = [inputs[3] && numbersOf(inputs[3]), inputs[4] && numbersOf(inputs[4])];
        const taps = kernelRows * kernelColumns;
        const out = new Float64Array(elementCount(shape));
        const column = new Float64Array(channels * taps);
        for (let n = 0; n < batch; n++)
          for (let p = 0; p < rows * columns; p++) {
            const [row, col] = [Math.floor(p / columns), p % columns];
            for (let c = 0; c < channels; c++)
              for (let t = 0; t < taps; t++) {
                const group = Math.floor(c / (channels / offsetGroups));
                const tap = (n * offsetGroups + group) * taps + t;
                const move = (k: number) => moves[(2 * tap + k) * rows * columns + p] as number;
                const y = start(0, row, Math.floor(t / kernelColumns)) + move(0);
                const z = start(1, col, t % kernelColumns) + move(1);
                const sampled = between(values, (n * channels + c) * height * width, height, width, y, z);
                column[c * taps + t] = sampled * ((mask?.[tap * rows * columns + p] as number | undefined) ?? 1);
              }
            for (let o = 0; o < outChannels; o++) {
              const first = Math.floor(o / (outChannels / groups)) * perGroup * taps;
              let sum = (bias?.[o] as number | undefined) ?? 0;
              for (let k = 0; k < perGroup * taps; k++)
                sum += (weights[o * perGroup * taps + k] as number) * (column[first + k] as number);
              out[(n * outChannels + o) * rows * columns + p] = sum;
            }
          }
        return [resultOf(x.type, shape, out)];
      },
    };
  },
} as const satisfies OpDef;
