import { type Dim, elementCount, type NumericData, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, derived, splitAt } from '../dims.ts';
import { given, resultOf, scalarOf } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** DFT and STFT. Complex numbers are a last dimension of 2; a last dimension of 1 is real. */

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The transform by definition: the sum over all elements, with the twiddle factors of one turn tabulated. */
function transformed({ re, im }: Complex, bins: number, inverse: boolean): Complex {
  const n = re.length;
  const turn = Array.from({ length: n }, (_, k) => (2 * Math.PI * k) / n);
  const [cos, sin] = [turn.map(Math.cos), turn.map((angle) => (inverse ? 1 : -1) * Math.sin(angle))];
  const out = { re: new Float64Array(bins), im: new Float64Array(bins) };
  const scale = inverse ? 1 / n : 1;
  for (let k = 0; k < bins; k++) {
    let [x, y] = [0, 0];
    for (let i = 0; i < n; i++) {
      const [c, s] = [cos[(k * i) % n] as number, sin[(k * i) % n] as number];
      x += (re[i] as number) * c - (im[i] as number) * s;
      y += (re[i] as number) * s + (im[i] as number) * c;
    }
    out.re[k] = x * scale;
    out.im[k] = y * scale;
  }
  return out;
}

/** `length` complex numbers `step` apart; zeros beyond `available`. */
function readComplex(
  values: NumericData,
  at: number,
  step: number,
  parts: number,
  length: number,
  available: number,
): Complex {
  const out = { re: new Float64Array(length), im: new Float64Array(length) };
  for (let i = 0; i < Math.min(length, available); i++) {
    out.re[i] = values[at + i * step] as number;
    if (parts > 1) out.im[i] = values[at + i * step + 1] as number;
  }
  return out;
}

/** The second half of a spectrum of real numbers mirrors the first. */
function mirrored({ re, im }: Complex, length: number): Complex {
  const out = { re: new Float64Array(length), im: new Float64Array(length) };
  for (let k = 0; k < length; k++) {
    const from = k < re.length ? k : length - k;
    out.re[k] = re[from] ?? 0;
    out.im[k] = (k < re.length ? 1 : -1) * (im[from] ?? 0);
  }
  return out;
}

const half = (length: number): number => Math.floor(length / 2) + 1;

/** Multiplications and additions of a fast transform: 5 n log2 n. */
const fastOps = (length: number): number => 5 * length * Math.max(1, Math.ceil(Math.log2(Math.max(2, length))));

/** The axis is an attribute before opset 20 (default 1), the third input since (default −2). */
export const dft = {
  id: 'DFT',
  sinceOpset: 17,
  bind(attributes, opset) {
    const read = new AttributeReader('DFT', attributes);
    const inverse = read.flag('inverse');
    const onesided = read.flag('onesided');
    const axisOf = (rank: number, input: Tensor | undefined) =>
      axisIn('DFT', opset < 20 ? (read.int('axis') ?? 1) : input ? scalarOf(input) : -2, rank);
    /** Inverse of half a spectrum: real numbers. */
    const toReal = inverse && onesided;
    const shapeOf = (x: Dims, axis: number, length: Dim): Dims =>
      x.map((d, i) => {
        if (i === x.length - 1) return toReal ? 1 : 2;
        if (i !== axis) return d;
        return onesided && !inverse ? derived(`${length}//2+1`, [length], half) : length;
      });
    const fullLength = (size: Dim): Dim => (toReal ? derived(`2*(${size}-1)`, [size], (n) => 2 * (n - 1)) : size);
    return {
      infer([x, length, axis]) {
        if (!x?.shape) return [value(x?.type, undefined)];
        if (axis && !axis.constant)
          return [value(x.type, [...x.shape.slice(0, -1).map(() => OPEN_SIZE), toReal ? 1 : 2])];
        const at = axisOf(x.shape.length, axis?.constant);
        const stated = length?.constant ? scalarOf(length.constant) : OPEN_SIZE;
        return [value(x.type, shapeOf(x.shape, at, length ? stated : fullLength(x.shape[at] as Dim)))];
      },
      cost([x, , axis], [y]) {
        const size =
          axis && opset >= 20
            ? Math.max(...(y?.shape.slice(0, -1) ?? [1]))
            : (y?.shape[axisOf(y.shape.length, undefined)] ?? 1);
        return { kind: 'elementwise', extraOps: (Math.max(sizeOf(x), sizeOf(y)) / Math.max(1, size)) * fastOps(size) };
      },
      run(inputs) {
        const x = given('DFT', inputs, 0);
        const parts = x.shape.at(-1) as number;
        const axis = axisOf(x.shape.length, inputs[2]);
        const [outer, size, inner] = splitAt(x.shape, axis);
        const length = inputs[1] ? scalarOf(inputs[1]) : (fullLength(size) as number);
        const shape = shapeOf(x.shape, axis, length) as Shape;
        const [bins, outParts] = [shape[axis] as number, shape.at(-1) as number];
        const values = numbersOf(x);
        const out = new Float64Array(elementCount(shape));
        const lines = inner / parts;
        for (let o = 0; o < outer; o++)
          for (let k = 0; k < lines; k++) {
            const wanted = toReal ? half(length) : length;
            const line = readComplex(values, o * size * inner + k * parts, inner, parts, wanted, size);
            const result = transformed(toReal ? mirrored(line, length) : line, bins, inverse);
            for (let b = 0; b < bins; b++) {
              const to = (o * bins + b) * lines * outParts + k * outParts;
              out[to] = result.re[b] as number;
              if (outParts > 1) out[to + 1] = result.im[b] as number;
            }
          }
        return [resultOf(x.type, shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Transforms of overlapping, windowed frames of a signal: [batch, frames, bins, 2]. */
export const stft = {
  id: 'STFT',
  sinceOpset: 17,
  bind(attributes) {
    const onesided = (new AttributeReader('STFT', attributes).int('onesided') ?? 1) !== 0;
    const binsOf = (length: number) => (onesided ? half(length) : length);
    const lengthOf = (window: Shape | undefined, stated: Tensor | undefined): number | undefined =>
      stated ? scalarOf(stated) : window?.[0];
    return {
      infer([signal, step, window, frame]) {
        const [batch, samples] = signal?.shape ?? [];
        const length =
          frame && !frame.constant ? undefined : lengthOf(window?.shape as Shape | undefined, frame?.constant);
        const hop = step?.constant && scalarOf(step.constant);
        if (batch === undefined || samples === undefined) return [value(signal?.type, undefined)];
        const isKnown = typeof length === 'number' && hop !== undefined;
        const frames = isKnown
          ? derived(`(${samples}-${length})/${hop}+1`, [samples], (n) => Math.floor((n - length) / hop) + 1)
          : OPEN_SIZE;
        return [value(signal?.type, [batch, frames, typeof length === 'number' ? binsOf(length) : OPEN_SIZE, 2])];
      },
      cost(_inputs, [y]) {
        const [batch = 0, frames = 0, bins = 1] = y?.shape ?? [];
        return { kind: 'elementwise', extraOps: batch * frames * fastOps(onesided ? 2 * (bins - 1) : bins) };
      },
      run(inputs) {
        const signal = given('STFT', inputs, 0, 'signal');
        const hop = scalarOf(given('STFT', inputs, 1, 'frame_step'));
        const length = lengthOf(inputs[2]?.shape, inputs[3]);
        const [batch = 0, samples = 0] = signal.shape;
        const parts = signal.shape[2] ?? 1;
        if (length === undefined || length > samples || hop < 1)
          throw incompatibleShapes('STFT', `frames of ${length} every ${hop} samples do not fit`, [signal.shape]);
        const frames = Math.floor((samples - length) / hop) + 1;
        const bins = binsOf(length);
        const values = numbersOf(signal);
        const window = inputs[2] && numbersOf(inputs[2]);
        const shape = [batch, frames, bins, 2];
        const out = new Float64Array(elementCount(shape));
        for (let n = 0; n < batch; n++)
          for (let f = 0; f < frames; f++) {
            const frame = readComplex(values, (n * samples + f * hop) * parts, parts, parts, length, length);
            window?.forEach((w, i) => {
              frame.re[i] = (frame.re[i] as number) * w;
              frame.im[i] = (frame.im[i] as number) * w;
            });
            const { re, im } = transformed(frame, bins, false);
            for (let b = 0; b < bins; b++) {
              const to = ((n * frames + f) * bins + b) * 2;
              out[to] = re[b] as number;
              out[to + 1] = im[b] as number;
            }
          }
        return [resultOf(signal.type, shape, out)];
      },
    };
  },
} as const satisfies OpDef;
