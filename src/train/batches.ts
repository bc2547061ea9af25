import { Random } from '../base/index.ts';
import {
  elementCount,
  isFloat,
  type SampleInput,
  type SampleSet,
  type Tensor,
  type TensorId,
  tensorOf,
} from '../ir/index.ts';
import {
  augmentationRandom,
  disturbSample,
  isAugmented,
  moveSample,
  ORDER,
  pictureLayout,
  type Spread,
  spreadOf,
} from './augment.ts';
import type { TrainingRecipe } from './recipe.ts';
import { batchTooLarge } from './run-errors.ts';

/** What of a recipe decides which samples a step sees, and how they are changed. */
export type BatchRecipe = Pick<TrainingRecipe, 'batch' | 'seed' | 'augmentation'>;

/** The samples of one step. */
export interface Batch {
  readonly epoch: number;
  /** Numbers of the samples in their set. */
  readonly samples: Uint32Array;
  readonly inputs: ReadonlyMap<TensorId, Tensor>;
  /** The first input as moved, before noise and cut-out: what an auto-encoder is to give back. */
  readonly clean: Float32Array;
}

/**
 * Order of the samples in an epoch (0 is the first): a permutation that depends on seed and epoch only.
 */
export function orderOf(seed: number, epoch: number, count: number): Uint32Array {
  const random = new Random(seed).derive(ORDER).derive(epoch);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

/** Batches of a data set by step. What a step gets depends on seed, step and data only. */
export class Batches {
  readonly stepsPerEpoch: number;
  readonly #set: SampleSet;
  readonly #types: ReadonlyMap<TensorId, Tensor['type']>;
  readonly #recipe: BatchRecipe;
  readonly #spreads = new Map<TensorId, Spread>();
  #order: { readonly epoch: number; readonly samples: Uint32Array } | undefined;

  /** `types`: element types of the graph's inputs; absent ones are float32. Throws `train/batch-too-large`. */
  constructor(set: SampleSet, recipe: BatchRecipe, types: ReadonlyMap<TensorId, Tensor['type']> = new Map()) {
    if (recipe.batch > set.count) throw batchTooLarge(set.name, set.count, recipe.batch);
    this.#set = set;
    this.#recipe = recipe;
    this.#types = types;
    this.stepsPerEpoch = Math.floor(set.count / recipe.batch);
  }

  at(step: number): Batch {
    const { batch } = this.#recipe;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const from = (step % this.stepsPerEpoch) * batch;
    const samples = this.#orderOf(epoch).subarray(from, from + batch);
    let clean: Float32Array | undefined;
    const inputs = new Map(
      this.#set.inputs.map((input) => {
        const filled = this.#fill(input, samples, epoch);
        clean ??= filled.clean;
        return [input.tensor, filled.tensor] as const;
      }),
    );
    return { epoch, samples, inputs, clean: clean ?? new Float32Array(0) };
  }

  #orderOf(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch) {
      this.#order = { epoch, samples: orderOf(this.#recipe.seed, epoch, this.#set.count) };
    }
    return this.#order.samples;
  }

  #fill(
    input: SampleInput,
    samples: Uint32Array,
    epoch: number,
  ): { readonly tensor: Tensor; readonly clean: Float32Array } {
    const size = elementCount(input.shape);
    const type = this.#types.get(input.tensor) ?? 'float32';
    const { augmentation, seed } = this.#recipe;
    const changes = isAugmented(augmentation) && isFloat(type);
    const layout = changes ? pictureLayout(input.shape) : undefined;
    const disturbs = changes && (augmentation.noise > 0 || (augmentation.cutOut > 0 && layout !== undefined));
    const moved = new Float32Array(samples.length * size);
    const disturbed = disturbs ? new Float32Array(moved.length) : moved;
    const spread = disturbs ? this.#spreadOf(input) : undefined;
    for (const [i, sample] of samples.entries()) {
      const from = input.data.subarray(sample * size, (sample + 1) * size);
      const to = moved.subarray(i * size, (i + 1) * size);
      if (!changes) {
        to.set(from);
        continue;
      }
      const random = augmentationRandom(seed, epoch, sample);
      moveSample(from, to, layout, augmentation, random);
      if (spread) {
        const final = disturbed.subarray(i * size, (i + 1) * size);
        final.set(to);
        disturbSample(final, layout, augmentation, spread, random);
      }
    }
    const shape = [samples.length, ...input.shape.slice(1)];
    return { tensor: tensorOf(type, shape, disturbed), clean: moved };
  }

  #spreadOf(input: SampleInput): Spread {
    const known = this.#spreads.get(input.tensor) ?? spreadOf(input.data);
    this.#spreads.set(input.tensor, known);
    return known;
  }
}
