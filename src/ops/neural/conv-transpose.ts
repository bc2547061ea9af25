import { type Dim, elementCount, isKnown, type NumericData, numbersOf, type Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, derived } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';
import { convGeometry } from './conv.ts';
import { asThree, readWindow, validRange, type WindowAxis } from './window.ts';

interface TransposedAttributes extends ReturnType<typeof readWindow> {
  readonly groups: number;
  readonly outputPadding: readonly number[] | undefined;
  readonly outputShape: readonly number[] | undefined;
}

/**
 * One spatial dimension as the window of the convolution this one is the transpose of: its `input` is our output.
 * Source of the formulas: ONNX ConvTranspose.
 */
function transposedAxis(
  a: TransposedAttributes,
  axis: number,
  rank: number,
  input: number,
  kernel: number,
): WindowAxis {
  const stride = a.strides?.[axis] ?? 1;
  const dilation = a.dilations?.[axis] ?? 1;
  const full = stride * (input - 1) + (a.outputPadding?.[axis] ?? 0) + (kernel - 1) * dilation + 1;
  const same = a.autoPad === 'SAME_UPPER' || a.autoPad === 'SAME_LOWER';
  const wanted = a.outputShape?.[axis] ?? (same ? input * stride : undefined);
  const base = { output: input, kernel, stride, dilation };
  if (wanted !== undefined) {
    const total = Math.max(0, full - wanted);
    const small = Math.floor(total / 2);
    const padBegin = a.autoPad === 'SAME_UPPER' ? small : total - small;
    return { ...base, input: wanted, padBegin, padEnd: total - padBegin };
  }
  const fixed = a.autoPad === 'NOTSET';
  const padBegin = (fixed ? a.pads?.[axis] : 0) ?? 0;
  const padEnd = (fixed ? a.pads?.[axis + rank] : 0) ?? 0;
  return { ...base, input: full - padBegin - padEnd, padBegin, padEnd };
}

function transposedDims(x: Dims, w: Dims, a: TransposedAttributes): Dims | undefined {
  const [batch, inChannels] = x as readonly [Dim, Dim];
  const [rows, perGroup] = w as readonly [Dim, Dim];
  const channelsDiffer = typeof inChannels === 'number' && typeof rows === 'number' && inChannels !== rows;
  if (x.length !== w.length || x.length < 3 || channelsDiffer)
    throw incompatibleShapes('ConvTranspose', 'input channels and weights do not fit', [x, w]);
  const kernel = w.slice(2);
  if (!isKnown(kernel) || perGroup === undefined) return undefined;
  const spatial = x.slice(2).map((size, i) => {
    const along = (n: number) => transposedAxis(a, i, kernel.length, n, kernel[i] as number).input;
    if (a.outputShape) return along(1);
    const stride = a.strides?.[i] ?? 1;
    return derived(`${size}*${stride}+${along(1) - stride}`, [size], along);
  });
  return [batch, derived(`${perGroup}*${a.groups}`, [perGroup], (n) => n * a.groups), ...spatial];
}

/** Adds weight · input, scattered by the window, to one output plane. */
function scatter(
  x: NumericData,
  xAt: number,
  w: NumericData,
  wAt: number,
  [d, h, v]: readonly [WindowAxis, WindowAxis, WindowAxis],
  plane: Float64Array,
): void {
  let tap = wAt;
  for (let kd = 0; kd < d.kernel; kd++) {
    const [d0, d1] = validRange(d, kd);
    for (let kh = 0; kh < h.kernel; kh++) {
      const [h0, h1] = validRange(h, kh);
      for (let kv = 0; kv < v.kernel; kv++, tap++) {
        const [v0, v1] = validRange(v, kv);
        const weight = w[tap] as number;
        for (let id = d0; id < d1; id++) {
          const oz = id * d.stride + kd * d.dilation - d.padBegin;
          for (let ih = h0; ih < h1; ih++) {
            const oy = ih * h.stride + kh * h.dilation - h.padBegin;
            const from = xAt + (id * h.output + ih) * v.output;
            const to = (oz * h.input + oy) * v.input + kv * v.dilation - v.padBegin;
            for (let iv = v0; iv < v1; iv++) {
              const at = to + iv * v.stride;
              plane[at] = (plane[at] as number) + weight * (x[from + iv] as number);
            }
          }
        }
      }
    }
  }
}

/** Transposed convolution: [N, Cin, …] with weights [Cin, Cout/group, …]. */
export const convTranspose = {
  id: 'ConvTranspose',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('ConvTranspose', attributes);
    const options: TransposedAttributes = {
      ...readWindow(read),
      groups: read.int('group') ?? 1,
      outputPadding: read.ints('output_padding'),
      outputShape: read.ints('output_shape'),
    };
    return {
      infer: ([x, w]) => [value(x?.type, x?.shape && w?.shape && transposedDims(x.shape, w.shape, options))],
      // Counted on input positions, not output (methods F.1).
      cost([x, w], [y]) {
        const [input, weight, output] = [x?.shape ?? [], w?.shape ?? [], y?.shape ?? []];
        return {
          kind: 'conv',
          macs: elementCount(input) * elementCount(weight.slice(1)),
          params: [1, 2],
          bias: 2,
          geometry: convGeometry(input, weight, output, options.groups, options.strides?.at(-1) ?? 1),
        };
      },
      run(inputs) {
        const x = given('ConvTranspose', inputs, 0, 'X');
        const w = given('ConvTranspose', inputs, 1, 'W');
        const shape = transposedDims(x.shape, w.shape, options) as Shape;
        const kernel = w.shape.slice(2);
        const axes = asThree(
          x.shape.slice(2).map((n, i) => transposedAxis(options, i, kernel.length, n, kernel[i] as number)),
        );
        const bias = inputs[2] && numbersOf(inputs[2]);
        const [values, weights] = [numbersOf(x), numbersOf(w)];
        const [batch, outChannels] = shape as readonly [number, number];
        const inChannels = x.shape[1] as number;
        const [inPerGroup, outPerGroup] = [inChannels / options.groups, outChannels / options.groups];
        const [inPlane, outPlane, kernelSize] = [x.shape, shape, w.shape].map((s) => elementCount(s.slice(2))) as [
          number,
          number,
          number,
        ];
        const out = new Float64Array(elementCount(shape));
        for (let n = 0; n < batch; n++)
          for (let oc = 0; oc < outChannels; oc++) {
            const at = (n * outChannels + oc) * outPlane;
            const plane = out.subarray(at, at + outPlane).fill(bias?.[oc] ?? 0);
            const group = Math.floor(oc / outPerGroup);
            for (let i = group * inPerGroup; i < (group + 1) * inPerGroup; i++) {
              const tap = (i * outPerGroup + (oc % outPerGroup)) * kernelSize;
              scatter(values, (n * inChannels + i) * inPlane, weights, tap, axes, plane);
            }
          }
        return [resultOf(x.type, shape, out)];
      },
      quant: { role: 'weighted', weight: 1, bias: 2, outAxis: 1, inAxis: 0 },
    };
  },
} as const satisfies OpDef;
