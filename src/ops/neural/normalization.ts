import { numbersOf, type Shape, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn } from '../dims.ts';
import { broadcastTo, given, resultOf } from '../elements.ts';
import { type Inputs, sameAsInput, sizeOf, value } from '../inference.ts';
import type { OpCost, OpDef, ShapedValue } from '../op-def.ts';

/** Normalizations with parameters: batch, instance, layer, group. Those without are in `local-normalization.ts`. */

/** Difference, product, sum per element. Statistics taken at run time add two more. */
export const normalizationCost = (perElement: number, y: ShapedValue | undefined): OpCost => ({
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
    const isTraining = opset >= 14 && read.flag('training_mode');
    const momentum = read.float('momentum') ?? 0.9;
    return {
      infer: ([x, , , mean, variance]: Inputs, outputCount) =>
        [x, mean, variance, mean, variance].map((v) => value(v?.type, v?.shape)).slice(0, outputCount),
      cost: (_inputs, [y]) => ({ ...normalizationCost(2, y), params: [1, 2] }),
      run(inputs, outputCount) {
        const x = given('BatchNormalization', inputs, 0, 'X');
        const stored = [3, 4].map((i) => given('BatchNormalization', inputs, i)) as [Tensor, Tensor];
        const [scale, bias] = [1, 2].map((i) => numbersOf(given('BatchNormalization', inputs, i))) as [
          Float32Array,
          Float32Array,
        ];
        const [mean, variance] = isTraining ? channelMoments(x) : stored.map((t) => numbersOf(t));
        if (!mean || !variance) return [];
        const running = stored.map((t, k) => {
          const now = k === 0 ? mean : variance;
          if (!isTraining) return t;
          return resultOf(
            t.type,
            t.shape,
            Float64Array.from(numbersOf(t), (old, c) => old * momentum + (now[c] as number) * (1 - momentum)),
          );
        });
        const values = numbersOf(x);
        const channels = scale.length;
        const inner = perChannel ? x.shape.slice(2).reduce((n, d) => n * d, 1) : 1;
        const out = new Float64Array(values.length);
        for (let i = 0; i < out.length; i++) {
          const c = Math.floor(i / inner) % channels;
          const factor = (scale[c] as number) / Math.sqrt((variance[c] as number) + epsilon);
          out[i] = ((values[i] as number) - (mean[c] as number)) * factor + (bias[c] as number);
        }
        return [resultOf(x.type, x.shape, out), ...running, ...running].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

/** Mean and variance of every channel over samples and positions. */
function channelMoments(x: Tensor): readonly [mean: Float64Array, variance: Float64Array] {
  const channels = x.shape[1] ?? 1;
  const inner = innerSize(x.shape, 2);
  const values = numbersOf(x);
  const all = Array.from({ length: channels }, () => new Float64Array(values.length / channels));
  const filled = new Array<number>(channels).fill(0);
  values.forEach((v, i) => {
    const c = Math.floor(i / inner) % channels;
    const list = all[c];
    if (list) list[filled[c] as number] = v;
    filled[c] = (filled[c] as number) + 1;
  });
  const found = all.map(moments);
  return [Float64Array.from(found, ([mean]) => mean), Float64Array.from(found, ([, variance]) => variance)];
}

/** Mean and variance of one run of elements. */
function moments(values: Float64Array): readonly [mean: number, variance: number] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length];
}

/** Normalizes every run of `size` elements to mean 0 and variance 1. */
export function standardized(x: Tensor, size: number, epsilon: number) {
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

export const innerSize = (shape: Shape, from: number): number => shape.slice(from).reduce((n, d) => n * d, 1);

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

/** As LayerNormalization without taking the mean off: x / √(mean of squares + epsilon) · scale. */
export const rmsNormalization = {
  id: 'RMSNormalization',
  sinceOpset: 23,
  bind(attributes) {
    const read = new AttributeReader('RMSNormalization', attributes);
    const epsilon = read.float('epsilon') ?? 1e-5;
    const axis = read.int('axis') ?? -1;
    return {
      infer: sameAsInput,
      cost: (_inputs, [y]) => ({ kind: 'normalization', extraOps: 4 * sizeOf(y), params: [1] }),
      run(inputs) {
        const x = given('RMSNormalization', inputs, 0, 'X');
        const inner = x.shape.slice(axisIn('RMSNormalization', axis, x.shape.length));
        const scale = numbersOf(broadcastTo(given('RMSNormalization', inputs, 1, 'scale'), inner));
        const values = Float64Array.from(numbersOf(x));
        for (let at = 0; at < values.length; at += scale.length) {
          const run = values.subarray(at, at + scale.length);
          const inverse = 1 / Math.sqrt(run.reduce((sum, v) => sum + v * v, 0) / run.length + epsilon);
          for (let i = 0; i < run.length; i++) run[i] = (run[i] as number) * inverse * (scale[i] as number);
        }
        return [resultOf(x.type, x.shape, values)];
      },
    };
  },
} as const satisfies OpDef;
