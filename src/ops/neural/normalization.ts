import { numbersOf, type Shape, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, stridesOf } from '../dims.ts';
import { broadcastTo, given, resultOf, take, walk } from '../elements.ts';
import { type Inputs, sameAsInput, sizeOf, value } from '../inference.ts';
import type { OpCost, OpDef, ShapedValue } from '../op-def.ts';

/** Normalizations: batch, instance, layer, group, local response. */

/** Difference, product, sum per element. Statistics taken at run time add two more. */
const normalizationCost = (perElement: number, y: ShapedValue | undefined): OpCost => ({
  kind: 'normalization',
  extraOps: perElement * sizeOf(y),
  params: [1, 2],
  bias: 2,
});

/**
 * With stored mean and variance: y = (x − mean) / √(var + epsilon) · scale + B, per channel. `spatial` = 0 (before
 * opset 9): one statistic per element of a sample instead.
 */
export const batchNormalization = {
  id: 'BatchNormalization',
  sinceOpset: 7,
  bind(attributes, opset) {
    const read = new AttributeReader('BatchNormalization', attributes);
    const epsilon = read.float('epsilon') ?? 1e-5;
    const perChannel = opset >= 9 || (read.int('spatial') ?? 1) !== 0;
    return {
      infer: (inputs: Inputs, outputCount) =>
        inputs
          .slice(0, 1)
          .concat(inputs.slice(3, 5))
          .map((v) => value(v?.type, v?.shape))
          .slice(0, outputCount),
      cost: (_inputs, [y]) => ({ ...normalizationCost(2, y), params: [1, 2] }),
      run(inputs) {
        const x = given('BatchNormalization', inputs, 0, 'X');
        const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) =>
          numbersOf(given('BatchNormalization', inputs, i)),
        ) as [Float32Array, Float32Array, Float32Array, Float32Array];
        const values = numbersOf(x);
        const channels = scale.length;
        const inner = perChannel ? x.shape.slice(2).reduce((n, d) => n * d, 1) : 1;
        const out = new Float64Array(values.length);
        for (let i = 0; i < out.length; i++) {
          const c = Math.floor(i / inner) % channels;
          const factor = (scale[c] as number) / Math.sqrt((variance[c] as number) + epsilon);
          out[i] = ((values[i] as number) - (mean[c] as number)) * factor + (bias[c] as number);
        }
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Mean and variance of one run of elements. */
function moments(values: Float64Array): readonly [mean: number, variance: number] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length];
}

/** Normalizes every run of `size` elements to mean 0 and variance 1. */
function standardized(x: Tensor, size: number, epsilon: number) {
  const values = Float64Array.from(numbersOf(x));
  const means: number[] = [];
  const inverses: number[] = [];
  for (let at = 0; at < values.length; at += size) {
    const run = values.subarray(at, at + size);
    const [mean, variance] = moments(run);
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < size; i++) run[i] = ((run[i] as number) - mean) * inverse;
    means.push(mean);
    inverses.push(inverse);
  }
  return { values, means, inverses };
}

const innerSize = (shape: Shape, from: number): number => shape.slice(from).reduce((n, d) => n * d, 1);

/** Per sample and channel. */
export const instanceNormalization = {
  id: 'InstanceNormalization',
  sinceOpset: 6,
  bind(attributes) {
    const epsilon = new AttributeReader('InstanceNormalization', attributes).float('epsilon') ?? 1e-5;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => normalizationCost(5, y),
      run(inputs) {
        const x = given('InstanceNormalization', inputs, 0);
        return [
          perChannel(
            x,
            given('InstanceNormalization', inputs, 1),
            given('InstanceNormalization', inputs, 2),
            x.shape[1] as number,
            epsilon,
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;

/** Standardizes each of `groups` channel groups, then scales and shifts by channel (or, where there are as few, by group). */
function perChannel(x: Tensor, scale: Tensor, bias: Tensor, groups: number, epsilon: number): Tensor {
  const channels = x.shape[1] as number;
  const inner = innerSize(x.shape, 2);
  const { values } = standardized(x, (channels / groups) * inner, epsilon);
  const s = numbersOf(scale);
  const b = numbersOf(bias);
  const perParameter = channels / s.length;
  for (let i = 0; i < values.length; i++) {
    const c = Math.floor((Math.floor(i / inner) % channels) / perParameter);
    values[i] = (values[i] as number) * (s[c] as number) + (b[c] as number);
  }
  return resultOf(x.type, x.shape, values);
}

export const groupNormalization = {
  id: 'GroupNormalization',
  sinceOpset: 18,
  bind(attributes) {
    const read = new AttributeReader('GroupNormalization', attributes);
    const epsilon = read.float('epsilon') ?? 1e-5;
    const groups = read.int('num_groups') ?? 1;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => normalizationCost(5, y),
      run(inputs) {
        const [x, scale, bias] = [0, 1, 2].map((i) => given('GroupNormalization', inputs, i)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        return [perChannel(x, scale, bias, groups, epsilon)];
      },
    };
  },
} as const satisfies OpDef;

/** Over all dimensions from `axis` on. Further outputs: mean and inverse standard deviation. */
export const layerNormalization = {
  id: 'LayerNormalization',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LayerNormalization', attributes);
    const epsilon = read.float('epsilon') ?? 1e-5;
    const axis = read.int('axis') ?? -1;
    return {
      infer([x], outputCount) {
        const at = x?.shape && axisIn('LayerNormalization', axis, x.shape.length);
        const statistics = value(
          'float32',
          x?.shape?.map((d, i) => (i < (at ?? 0) ? d : 1)),
        );
        return [value(x?.type, x?.shape), statistics, statistics].slice(0, outputCount);
      },
      cost: (_inputs, [y]) => normalizationCost(7, y),
      run(inputs, outputCount) {
        const x = given('LayerNormalization', inputs, 0, 'X');
        const at = axisIn('LayerNormalization', axis, x.shape.length);
        const inner = x.shape.slice(at);
        const { values, means, inverses } = standardized(x, innerSize(x.shape, at), epsilon);
        const scale = numbersOf(broadcastTo(given('LayerNormalization', inputs, 1, 'Scale'), inner));
        const bias = inputs[2] && numbersOf(broadcastTo(inputs[2], inner));
        for (let i = 0; i < values.length; i++) {
          const k = i % scale.length;
          values[i] = (values[i] as number) * (scale[k] as number) + (bias?.[k] ?? 0);
        }
        const kept = x.shape.map((d, i) => (i < at ? d : 1));
        return [
          resultOf(x.type, x.shape, values),
          tensorOf('float32', kept, means),
          tensorOf('float32', kept, inverses),
        ].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

/** Local response: divides by (bias + alpha / size · Σ squares over `size` neighbouring channels)^beta. */
export const lrn = {
  id: 'LRN',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LRN', attributes);
    const size = read.int('size') ?? 1;
    const alpha = read.float('alpha') ?? 1e-4;
    const beta = read.float('beta') ?? 0.75;
    const bias = read.float('bias') ?? 1;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: (2 * size + 6) * sizeOf(y) }),
      run(inputs) {
        const x = given('LRN', inputs, 0);
        const values = numbersOf(x);
        const channels = x.shape[1] as number;
        const inner = innerSize(x.shape, 2);
        const before = Math.floor((size - 1) / 2);
        const after = Math.ceil((size - 1) / 2);
        const out = new Float64Array(values.length);
        for (let i = 0; i < out.length; i++) {
          const c = Math.floor(i / inner) % channels;
          let squares = 0;
          for (let k = Math.max(0, c - before); k <= Math.min(channels - 1, c + after); k++)
            squares += (values[i + (k - c) * inner] as number) ** 2;
          out[i] = (values[i] as number) / (bias + (alpha / size) * squares) ** beta;
        }
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;

/** Over the given axes (default: all but the channel), without parameters; variance plus 1e-9 as the definition has it. */
export const meanVarianceNormalization = {
  id: 'MeanVarianceNormalization',
  sinceOpset: 9,
  bind(attributes) {
    const axes = new AttributeReader('MeanVarianceNormalization', attributes).ints('axes') ?? [0, 2, 3];
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: 7 * sizeOf(y) }),
      run(inputs) {
        const x = given('MeanVarianceNormalization', inputs, 0);
        const rank = x.shape.length;
        const over = axes.map((a) => axisIn('MeanVarianceNormalization', a, rank));
        // Reduced axes behind the kept ones: each group is then one run of elements.
        const order = [...x.shape.keys()].sort((a, b) => Number(over.includes(a)) - Number(over.includes(b)) || a - b);
        const strides = stridesOf(x.shape);
        const shape = order.map((d) => x.shape[d] as number);
        const map = walk(
          shape,
          order.map((d) => strides[d] as number),
        );
        const { values } = standardized(
          take(x, shape, map),
          over.reduce((n, d) => n * (x.shape[d] as number), 1),
          1e-9,
        );
        const out = new Float64Array(values.length);
        map.forEach((to, i) => {
          out[to] = values[i] as number;
        });
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;
