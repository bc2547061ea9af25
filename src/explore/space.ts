import type { Gene, Genome } from '../search/index.ts';
import type { Choices, QuantizeChoice, TargetChoice } from './choices.ts';

/** Widths a search may give to weights and to activations, narrowest first. */
export const WEIGHT_BITS: readonly number[] = [2, 3, 4, 5, 6, 7, 8];
export const ACTIVATION_BITS: readonly number[] = [4, 5, 6, 7, 8];
/** Threshold observers and granularities a search may pick, the usual one first. */
export const METHODS: readonly string[] = ['mse', 'min-max'];
export const GRANULARITIES: readonly QuantizeChoice['weights'][] = ['per-channel', 'per-tensor'];

/**
 * What a design has where nothing else is said. Symmetric activations (unsigned behind a ReLU) are the form of methods A.5,
 * need no zero points, and stay nearest to fake quantization: on ResNet-8 2 % of the 8-bit outputs differ by one step,
 * against 16 % for affine ones.
 */
export const DEFAULT_QUANTIZE: Omit<QuantizeChoice, 'bits'> = {
  method: 'mse',
  weights: 'per-channel',
  activations: 'symmetric',
  rescale: 'fixed32',
};

/** The same widths for every layer. */
export function uniformChoices(
  target: TargetChoice,
  layers: number,
  weightBits: number,
  activationBits: number,
  quantize: Partial<Omit<QuantizeChoice, 'bits'>> = {},
): Choices {
  const bits = Array.from({ length: layers }, () => [weightBits, activationBits] as const);
  return { version: 1, target, quantize: { ...DEFAULT_QUANTIZE, ...quantize, bits } };
}

/** What a search may decide; the rest stays as in `base`. */
export interface SpaceOptions {
  readonly activations: boolean;
  readonly settings: boolean;
}

/** Genes for choices and back: weights of each layer, then (if open) activations of each, method and granularity. */
export class Space {
  readonly genes: readonly Gene[];
  readonly #base: Choices;
  readonly #options: SpaceOptions;
  readonly #layers: number;

  constructor(base: Choices, options: SpaceOptions) {
    this.#base = base;
    this.#options = options;
    this.#layers = base.quantize.bits.length;
    const perLayer = (widths: readonly number[]): Gene[] =>
      base.quantize.bits.map(() => ({ kind: 'choice', count: widths.length, ordered: true }));
    this.genes = [
      ...perLayer(WEIGHT_BITS),
      ...(options.activations ? perLayer(ACTIVATION_BITS) : []),
      ...(options.settings
        ? [METHODS, GRANULARITIES].map((list): Gene => ({ kind: 'choice', count: list.length, ordered: false }))
        : []),
    ];
  }

  choices(genome: Genome): Choices {
    const n = this.#layers;
    const { quantize } = this.#base;
    const bits = quantize.bits.map(([, activation], layer): readonly [number, number] => [
      WEIGHT_BITS[genome[layer] as number] as number,
      this.#options.activations ? (ACTIVATION_BITS[genome[n + layer] as number] as number) : activation,
    ]);
    if (!this.#options.settings) return { ...this.#base, quantize: { ...quantize, bits } };
    const [method, granularity] = genome.slice(-2);
    return {
      ...this.#base,
      quantize: {
        ...quantize,
        method: METHODS[method as number] as string,
        weights: GRANULARITIES[granularity as number] as QuantizeChoice['weights'],
        bits,
      },
    };
  }

  /** The genome of these choices; `undefined` if the space does not hold them. */
  genome({ quantize }: Choices): Genome | undefined {
    const genome = quantize.bits.map(([weights]) => WEIGHT_BITS.indexOf(weights));
    if (this.#options.activations) genome.push(...quantize.bits.map(([, bits]) => ACTIVATION_BITS.indexOf(bits)));
    if (this.#options.settings) genome.push(METHODS.indexOf(quantize.method), GRANULARITIES.indexOf(quantize.weights));
    if (genome.includes(-1)) return undefined;
    const back = this.choices(genome).quantize;
    const same =
      back.method === quantize.method &&
      back.weights === quantize.weights &&
      back.activations === quantize.activations &&
      back.rescale === quantize.rescale &&
      back.bits.every((pair, i) => pair[0] === quantize.bits[i]?.[0] && pair[1] === quantize.bits[i]?.[1]);
    return same ? genome : undefined;
  }
}
