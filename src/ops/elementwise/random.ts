import { Random } from '../../base/index.ts';
import {
  type Attributes,
  type DataType,
  type Dim,
  dataTypeOf,
  elementCount,
  numbersOf,
  type Shape,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { elementwiseCost, sizeOf, value } from '../inference.ts';
import type { BoundOp, OpDef } from '../op-def.ts';

/**
 * Operators that draw random numbers. A run starts at the `seed` attribute (0 without one), so two runs give the same numbers: they
 * follow the distribution asked for, but are not those of another runtime.
 */

const generator = (read: AttributeReader): Random => {
  const bits = new Uint32Array(new Float32Array([read.float('seed') ?? 0]).buffer);
  return new Random(bits[0] ?? 0);
};

const drawn = (type: DataType, shape: Shape, draw: () => number): Tensor =>
  resultOf(type, shape, Float64Array.from({ length: elementCount(shape) }, draw));

/** What one element is drawn by. */
type Draw = (read: AttributeReader) => (random: Random) => number;

const normal: Draw = (read) => {
  const [mean, scale] = [read.float('mean') ?? 0, read.float('scale') ?? 1];
  return (random) => mean + scale * random.normal();
};
const uniform: Draw = (read) => {
  const [low, high] = [read.float('low') ?? 0, read.float('high') ?? 1];
  return (random) => low + (high - low) * random.unit();
};

const statedType = (read: AttributeReader): DataType | undefined => dataTypeOf(read.int('dtype') ?? 0);

function randomOperator<Id extends string>(id: Id, draw: Draw, isLike: boolean) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes: Attributes): BoundOp {
      const read = new AttributeReader(id, attributes);
      const shape = read.ints('shape') ?? [];
      const stated = statedType(read);
      const one = draw(read);
      return {
        isRandom: true,
        infer: ([like]) => [isLike ? value(stated ?? like?.type, like?.shape) : value(stated ?? 'float32', shape)],
        cost: elementwiseCost(4),
        run(inputs) {
          const random = generator(read);
          const like = isLike ? given(id, inputs, 0) : { type: 'float32' as const, shape };
          return [drawn(stated ?? like.type, like.shape, () => one(random))];
        },
      };
    },
  } as const satisfies OpDef;
}

export const randomNormal = randomOperator('RandomNormal', normal, false);
export const randomNormalLike = randomOperator('RandomNormalLike', normal, true);
export const randomUniform = randomOperator('RandomUniform', uniform, false);
export const randomUniformLike = randomOperator('RandomUniformLike', uniform, true);

/** 1 with the probability that the element states. */
export const bernoulli = {
  id: 'Bernoulli',
  sinceOpset: 15,
  bind(attributes) {
    const read = new AttributeReader('Bernoulli', attributes);
    const stated = statedType(read);
    return {
      isRandom: true,
      infer: ([x]) => [value(stated ?? x?.type, x?.shape)],
      cost: elementwiseCost(4),
      run(inputs) {
        const x = given('Bernoulli', inputs, 0);
        const random = generator(read);
        const drawnOnes = Float64Array.from(numbersOf(x), (p) => (random.unit() < p ? 1 : 0));
        return [resultOf(stated ?? x.type, x.shape, drawnOnes)];
      },
    };
  },
} as const satisfies OpDef;

/** Classes drawn per row, from unnormalized logarithms of their probabilities. */
export const multinomial = {
  id: 'Multinomial',
  sinceOpset: 7,
  bind(attributes) {
    const read = new AttributeReader('Multinomial', attributes);
    const count = read.int('sample_size') ?? 1;
    const type = statedType(read) ?? 'int32';
    return {
      isRandom: true,
      infer: ([x]) => [value(type, x?.shape && [x.shape[0] as Dim, count])],
      cost: ([x]) => ({ kind: 'elementwise', extraOps: 5 * sizeOf(x) }),
      run(inputs) {
        const x = given('Multinomial', inputs, 0);
        const [rows = 0, classes = 0] = x.shape;
        const random = generator(read);
        const logits = numbersOf(x);
        const picks: number[] = [];
        for (let r = 0; r < rows; r++) {
          const row = Float64Array.from(logits.subarray(r * classes, (r + 1) * classes));
          const top = row.reduce((best, v) => Math.max(best, v), Number.NEGATIVE_INFINITY);
          const weights = row.map((v) => Math.exp(v - top));
          const total = weights.reduce((sum, w) => sum + w, 0);
          for (let i = 0; i < count; i++) {
            let rest = random.unit() * total;
            const pick = weights.findIndex((w) => {
              rest -= w;
              return rest < 0;
            });
            picks.push(pick < 0 ? classes - 1 : pick);
          }
        }
        return [tensorOf(type, [rows, count], picks)];
      },
    };
  },
} as const satisfies OpDef;
