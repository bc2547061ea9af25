import { dataTypeOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf, scalarOf } from '../elements.ts';
import { freeCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Windows (Hann, Hamming, Blackman) and the mel filter bank: constants of signal processing. */

/** A window that is a sum of cosines: Σ terms[k] · cos(2π k n / N), N the size, or one less where it is symmetric. */
function cosineWindow<Id extends string>(id: Id, terms: readonly number[]) {
  return {
    id,
    sinceOpset: 17,
    bind(attributes) {
      const read = new AttributeReader(id, attributes);
      const type = dataTypeOf(read.int('output_datatype') ?? 1) ?? 'float32';
      const isPeriodic = (read.int('periodic') ?? 1) !== 0;
      return {
        infer: ([size]) => [value(type, [size?.constant ? scalarOf(size.constant) : OPEN_SIZE])],
        cost: freeCost,
        run(inputs) {
          const size = scalarOf(given(id, inputs, 0, 'size'));
          const turn = (2 * Math.PI) / (isPeriodic ? size : Math.max(1, size - 1));
          const at = (n: number) => terms.reduce((sum, term, k) => sum + term * Math.cos(k * n * turn), 0);
          return [
            resultOf(
              type,
              [size],
              Float64Array.from({ length: size }, (_, n) => at(n)),
            ),
          ];
        },
      };
    },
  } as const satisfies OpDef;
}

export const hannWindow = cosineWindow('HannWindow', [0.5, -0.5]);
export const hammingWindow = cosineWindow('HammingWindow', [25 / 46, -21 / 46]);
export const blackmanWindow = cosineWindow('BlackmanWindow', [0.42, -0.5, 0.08]);

const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Triangular filters, equally wide in mel, as a matrix [spectrum bins, mel bins]. Edges lie at whole bins of the spectrum. */
function melWeights(bands: number, length: number, rate: number, low: number, high: number): Float64Array {
  const bins = Math.floor(length / 2) + 1;
  const step = (toMel(high) - toMel(low)) / (bands + 2);
  const edges = Array.from({ length: bands + 2 }, (_, i) =>
    Math.floor(((length + 1) * toHertz(toMel(low) + i * step)) / rate),
  );
  const out = new Float64Array(bins * bands);
  for (let band = 0; band < bands; band++) {
    const [from, centre, to] = edges.slice(band, band + 3) as [number, number, number];
    if (centre === from) out[centre * bands + band] = 1;
    else for (let bin = from; bin <= centre; bin++) out[bin * bands + band] = (bin - from) / (centre - from);
    for (let bin = centre; bin < to; bin++) out[bin * bands + band] = (to - bin) / (to - centre);
  }
  return out;
}

export const melWeightMatrix = {
  id: 'MelWeightMatrix',
  sinceOpset: 17,
  bind(attributes) {
    const type =
      dataTypeOf(new AttributeReader('MelWeightMatrix', attributes).int('output_datatype') ?? 1) ?? 'float32';
    const binsOf = (length: number) => Math.floor(length / 2) + 1;
    return {
      infer: ([bands, length]) => [
        value(type, [
          length?.constant ? binsOf(scalarOf(length.constant)) : OPEN_SIZE,
          bands?.constant ? scalarOf(bands.constant) : OPEN_SIZE,
        ]),
      ],
      cost: freeCost,
      run(inputs) {
        const [bands, length, rate, low, high] = [0, 1, 2, 3, 4].map((i) =>
          scalarOf(given('MelWeightMatrix', inputs, i)),
        ) as [number, number, number, number, number];
        return [resultOf(type, [binsOf(length), bands], melWeights(bands, length, rate, low, high))];
      },
    };
  },
} as const satisfies OpDef;
