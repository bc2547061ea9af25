import type { NumericData } from '../../ir/index.ts';
import { asThree, validRange, type WindowAxis } from './window.ts';

/** Sizes of a convolution; spatial sizes are in `axes`. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly axes: readonly WindowAxis[];
}

/**
 * Convolution by definition, one output plane at a time in double precision: every weight adds a shifted, strided copy of
 * its input plane. [N, Cin, …] and [Cout, Cin/groups, …] give [N, Cout, …]. `emit` gets each finished plane and where
 * its first element lies; the plane is reused.
 */
export function convolve(
  x: NumericData,
  w: NumericData,
  sizes: ConvolutionSizes,
  biasOf: (channel: number) => number,
  emit: (plane: Float64Array, at: number) => void,
): void {
  const [d, h, v] = asThree(sizes.axes);
  const inPlane = d.input * h.input * v.input;
  const outPlane = d.output * h.output * v.output;
  const inPerGroup = sizes.inChannels / sizes.groups;
  const outPerGroup = sizes.outChannels / sizes.groups;
  const kernelSize = d.kernel * h.kernel * v.kernel;
  const plane = new Float64Array(outPlane);
  for (let n = 0; n < sizes.batch; n++) {
    for (let oc = 0; oc < sizes.outChannels; oc++) {
      plane.fill(biasOf(oc));
      const firstIn = Math.floor(oc / outPerGroup) * inPerGroup;
      for (let ic = 0; ic < inPerGroup; ic++) {
        const from = (n * sizes.inChannels + firstIn + ic) * inPlane;
        addPlane(x, from, w, (oc * inPerGroup + ic) * kernelSize, d, h, v, plane);
      }
      emit(plane, (n * sizes.outChannels + oc) * outPlane);
    }
  }
}

function addPlane(
  x: NumericData,
  xAt: number,
  w: NumericData,
  wAt: number,
  d: WindowAxis,
  h: WindowAxis,
  v: WindowAxis,
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
        if (weight === 0) continue;
        for (let od = d0; od < d1; od++) {
          const iz = od * d.stride + kd * d.dilation - d.padBegin;
          for (let oh = h0; oh < h1; oh++) {
            const iy = oh * h.stride + kh * h.dilation - h.padBegin;
            const row = xAt + (iz * h.input + iy) * v.input + kv * v.dilation - v.padBegin;
            const out = (od * h.output + oh) * v.output;
            addRow(plane, out + v0, out + v1, x, row + v0 * v.stride, v.stride, weight);
          }
        }
      }
    }
  }
}

function addRow(
  plane: Float64Array,
  from: number,
  to: number,
  x: NumericData,
  at: number,
  step: number,
  weight: number,
): void {
  for (let i = from, j = at; i < to; i++, j += step) plane[i] = (plane[i] as number) + weight * (x[j] as number);
}
