import { elementCount, numbersOf, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf, take } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { elementwiseCost, sizeOf, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';
import {
  classified,
  inferClasses,
  POST_TRANSFORMS,
  type PostTransform,
  readLabels,
  rowDims,
  rowsOf,
  transformScores,
} from './transforms.ts';

/** Linear models and scalings of ai.onnx.ml. Their parameters are attributes. */

/** x · coefficientsᵀ + intercepts, `targets` scores per row. */
function scoresOf(
  x: ReturnType<typeof rowsOf>,
  coefficients: readonly number[],
  intercepts: readonly number[],
  targets: number,
) {
  const out = new Float64Array(x.rows * targets);
  for (let r = 0; r < x.rows; r++)
    for (let t = 0; t < targets; t++) {
      let sum = intercepts[t] ?? 0;
      for (let i = 0; i < x.width; i++)
        sum += (x.values[r * x.width + i] as number) * (coefficients[t * x.width + i] ?? 0);
      out[r * targets + t] = sum;
    }
  return out;
}

const readLinear = (op: string, read: AttributeReader) => {
  const coefficients = read.floats('coefficients');
  if (!coefficients) throw badAttribute(op, 'coefficients', 'is missing');
  return {
    coefficients,
    intercepts: read.floats('intercepts') ?? [],
    how: read.oneOf<PostTransform>('post_transform', POST_TRANSFORMS),
  };
};

export const linearClassifier = {
  id: 'ai.onnx.ml::LinearClassifier',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LinearClassifier', attributes);
    const { coefficients, intercepts, how } = readLinear('LinearClassifier', read);
    const labels = readLabels('LinearClassifier', read, 'classlabels_strings', 'classlabels_ints');
    const targets = intercepts.length || labels.count;
    return {
      infer: (inputs, outputCount) => inferClasses(inputs, labels, outputCount),
      cost: ([x]) => ({ kind: 'dense', macs: sizeOf(x) * targets }),
      run(inputs, outputCount) {
        const x = rowsOf(given('LinearClassifier', inputs, 0));
        const scores = scoresOf(x, coefficients, intercepts, targets);
        return classified(scores, x.rows, labels, how).slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

export const linearRegressor = {
  id: 'ai.onnx.ml::LinearRegressor',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LinearRegressor', attributes);
    const { coefficients, intercepts, how } = readLinear('LinearRegressor', read);
    const targets = read.int('targets') ?? 1;
    return {
      infer: ([x]) => [value('float32', [...rowDims(x?.shape), targets])],
      cost: ([x]) => ({ kind: 'dense', macs: sizeOf(x) * targets }),
      run(inputs) {
        const x = rowsOf(given('LinearRegressor', inputs, 0));
        const scores = scoresOf(x, coefficients, intercepts, targets);
        for (let r = 0; r < x.rows; r++) transformScores(scores.subarray(r * targets, (r + 1) * targets), how);
        return [tensorOf('float32', [x.rows, targets], scores)];
      },
    };
  },
} as const satisfies OpDef;

/** Every row divided by its largest element, the sum of sizes, or the Euclidean norm. Rows of zeros stay. */
export const normalizer = {
  id: 'ai.onnx.ml::Normalizer',
  sinceOpset: 1,
  bind(attributes) {
    const norm = new AttributeReader('Normalizer', attributes).oneOf('norm', ['MAX', 'L1', 'L2']);
    return {
      infer: ([x]) => [value('float32', x?.shape)],
      cost: elementwiseCost(2),
      run(inputs) {
        const x = given('Normalizer', inputs, 0);
        const { rows, width, values } = rowsOf(x);
        for (let r = 0; r < rows; r++) {
          const row = values.subarray(r * width, (r + 1) * width);
          const by =
            norm === 'MAX'
              ? row.reduce((best, v) => Math.max(best, v), Number.NEGATIVE_INFINITY)
              : norm === 'L1'
                ? row.reduce((sum, v) => sum + Math.abs(v), 0)
                : Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
          if (by !== 0) row.set(row.map((v) => v / by));
        }
        return [tensorOf('float32', x.shape, values)];
      },
    };
  },
} as const satisfies OpDef;

/** (x − offset) · scale, per feature. */
export const scaler = {
  id: 'ai.onnx.ml::Scaler',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('Scaler', attributes);
    const [offset, scale] = [read.floats('offset') ?? [0], read.floats('scale') ?? [1]];
    const of = (list: readonly number[], i: number) => (list.length === 1 ? list[0] : list[i]) ?? 0;
    return {
      infer: ([x]) => [value('float32', x?.shape)],
      cost: elementwiseCost(2),
      run(inputs) {
        const x = given('Scaler', inputs, 0);
        const width = x.shape.at(-1) ?? 1;
        const out = Float64Array.from(numbersOf(x), (v, i) => (v - of(offset, i % width)) * of(scale, i % width));
        return [tensorOf('float32', x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

export const binarizer = {
  id: 'ai.onnx.ml::Binarizer',
  sinceOpset: 1,
  bind(attributes) {
    const threshold = new AttributeReader('Binarizer', attributes).float('threshold') ?? 0;
    return {
      infer: ([x]) => [value(x?.type, x?.shape)],
      cost: elementwiseCost(1),
      run(inputs) {
        const x = given('Binarizer', inputs, 0);
        return [
          resultOf(
            x.type,
            x.shape,
            Float64Array.from(numbersOf(x), (v) => (v > threshold ? 1 : 0)),
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;

/** Puts a value in place of a missing one (not-a-number, or what `replaced_value` says). */
export const imputer = {
  id: 'ai.onnx.ml::Imputer',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('Imputer', attributes);
    const isInteger = read.has('imputed_value_int64s');
    const values = read.ints('imputed_value_int64s') ?? read.floats('imputed_value_floats') ?? [];
    const missing = isInteger ? (read.int('replaced_value_int64') ?? 0) : (read.float('replaced_value_float') ?? 0);
    return {
      infer: ([x]) => [value(x?.type, x?.shape)],
      cost: elementwiseCost(1),
      run(inputs) {
        const x = given('Imputer', inputs, 0);
        const width = x.shape.at(-1) ?? 1;
        const isMissing = (v: number) => v === missing || (Number.isNaN(v) && Number.isNaN(missing));
        const out = Float64Array.from(numbersOf(x), (v, i) =>
          isMissing(v) ? ((values.length === 1 ? values[0] : values[i % width]) ?? 0) : v,
        );
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Columns of the last dimension, by index. */
export const arrayFeatureExtractor = {
  id: 'ai.onnx.ml::ArrayFeatureExtractor',
  sinceOpset: 1,
  bind: () => ({
    infer: ([x, y]) => {
      const picked = y?.shape?.length === 1 ? y.shape : y?.shape?.slice(-1);
      return [
        value(x?.type, x?.shape && picked && [...(x.shape.length === 1 ? [1] : x.shape.slice(0, -1)), ...picked]),
      ];
    },
    cost: () => ({ kind: 'move' }),
    run(inputs) {
      const x = given('ArrayFeatureExtractor', inputs, 0);
      const picks = numbersOf(given('ArrayFeatureExtractor', inputs, 1));
      const width = x.shape.at(-1) ?? 1;
      const rows = elementCount(x.shape) / width;
      const shape = [...(x.shape.length === 1 ? [1] : x.shape.slice(0, -1)), picks.length];
      const map = Int32Array.from(
        { length: rows * picks.length },
        (_, i) => Math.floor(i / picks.length) * width + (picks[i % picks.length] as number),
      );
      return [take(x, shape, map)];
    },
  }),
} as const satisfies OpDef;
