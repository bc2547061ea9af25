import type { Shape } from '../../ir/index.ts';
import { axisIn, given } from '../../ops/index.ts';
import { float, floats, floatTensor, trainingOperator } from './operator.ts';

/** Batch normalization as it trains, and gradients of normalizations. */

const innerOf = (shape: Shape, from: number): number => shape.slice(from).reduce((n, d) => n * d, 1);

/** Calls `visit` for every element of every channel of [N, C, …]. */
function visitChannels(shape: Shape, visit: (channel: number, at: number) => void): void {
  const [batch = 0, channels = 0] = shape;
  const inner = innerOf(shape, 2);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let i = 0, at = (n * channels + c) * inner; i < inner; i++, at++) visit(c, at);
}

/**
 * (X, scale, bias, mean, var) → Y, newMean, newVar, batchMean, batchInvStd: statistics of this batch, and the running ones
 * moved towards them (momentum · running + (1 − momentum) · batch, population variance, as ONNX).
 */
export const batchNormalizationTraining = trainingOperator('BatchNormalizationTraining', (read) => {
  const epsilon = read.float('epsilon') ?? 1e-5;
  const momentum = read.float('momentum') ?? 0.9;
  return {
    infer: ([x, , , mean]) => [float(x?.shape), ...new Array(4).fill(float(mean?.shape))],
    run(inputs) {
      const { shape } = given('BatchNormalizationTraining', inputs, 0, 'X');
      const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) =>
        floats('BatchNormalizationTraining', inputs, i),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
      const channels = scale.length;
      const count = x.length / channels;
      const batchMean = new Float64Array(channels);
      visitChannels(shape, (c, at) => {
        batchMean[c] = (batchMean[c] as number) + (x[at] as number) / count;
      });
      const batchVariance = new Float64Array(channels);
      visitChannels(shape, (c, at) => {
        batchVariance[c] = (batchVariance[c] as number) + ((x[at] as number) - (batchMean[c] as number)) ** 2 / count;
      });
      const inverse = batchVariance.map((v) => 1 / Math.sqrt(v + epsilon));
      const y = new Float64Array(x.length);
      visitChannels(shape, (c, at) => {
        const normalized = ((x[at] as number) - (batchMean[c] as number)) * (inverse[c] as number);
        y[at] = normalized * (scale[c] as number) + (bias[c] as number);
      });
      const moved = (running: Float32Array, batch: Float64Array) =>
        floatTensor(
          [channels],
          batch.map((now, c) => momentum * (running[c] as number) + (1 - momentum) * now),
        );
      return [
        floatTensor(shape, y),
        moved(mean, batchMean),
        moved(variance, batchVariance),
        floatTensor([channels], batchMean),
        floatTensor([channels], inverse),
      ];
    },
  };
});

/** (dY, X, scale, batchMean, batchInvStd) → dX, dScale, dBias of a normalization by the statistics of its own batch. */
export const batchNormalizationGradient = trainingOperator('BatchNormalizationGradient', () => ({
  infer: ([dy, , scale]) => [float(dy?.shape), float(scale?.shape), float(scale?.shape)],
  run(inputs) {
    const { shape } = given('BatchNormalizationGradient', inputs, 0, 'dY');
    const [dy, x, scale, mean, inverse] = [0, 1, 2, 3, 4].map((i) =>
      floats('BatchNormalizationGradient', inputs, i),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    const channels = scale.length;
    const count = x.length / channels;
    const normalized = (c: number, at: number) => ((x[at] as number) - (mean[c] as number)) * (inverse[c] as number);
    const [dScale, dBias] = [new Float64Array(channels), new Float64Array(channels)];
    visitChannels(shape, (c, at) => {
      dBias[c] = (dBias[c] as number) + (dy[at] as number);
      dScale[c] = (dScale[c] as number) + (dy[at] as number) * normalized(c, at);
    });
    const dx = new Float64Array(x.length);
    visitChannels(shape, (c, at) => {
      const share = ((dBias[c] as number) + normalized(c, at) * (dScale[c] as number)) / count;
      dx[at] = (scale[c] as number) * (inverse[c] as number) * ((dy[at] as number) - share);
    });
    return [floatTensor(shape, dx), floatTensor([channels], dScale), floatTensor([channels], dBias)];
  },
}));

/**
 * (dY, X, scale, mean, invStd) → dX, dScale, dBias; mean and invStd as LayerNormalization gives them. `scale` has the
 * dimensions from `axis` on; dScale and dBias have its shape.
 */
export const layerNormalizationGradient = trainingOperator('LayerNormalizationGradient', (read) => {
  const axis = read.int('axis') ?? -1;
  return {
    infer: ([dy, , scale]) => [float(dy?.shape), float(scale?.shape), float(scale?.shape)],
    run(inputs) {
      const { shape } = given('LayerNormalizationGradient', inputs, 0, 'dY');
      const parameters = given('LayerNormalizationGradient', inputs, 2, 'scale').shape;
      const [dy, x, scale, mean, inverse] = [0, 1, 2, 3, 4].map((i) =>
        floats('LayerNormalizationGradient', inputs, i),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
      const inner = innerOf(shape, axisIn('LayerNormalizationGradient', axis, shape.length));
      const [dScale, dBias] = [new Float64Array(inner), new Float64Array(inner)];
      const dx = new Float64Array(x.length);
      for (let row = 0, at = 0; at < x.length; row++, at += inner) {
        const normalized = (i: number) => ((x[at + i] as number) - (mean[row] as number)) * (inverse[row] as number);
        let [sum, product] = [0, 0];
        for (let i = 0; i < inner; i++) {
          const upstream = dy[at + i] as number;
          const inside = upstream * (scale[i] as number);
          sum += inside;
          product += inside * normalized(i);
          dBias[i] = (dBias[i] as number) + upstream;
          dScale[i] = (dScale[i] as number) + upstream * normalized(i);
        }
        for (let i = 0; i < inner; i++) {
          const inside = (dy[at + i] as number) * (scale[i] as number);
          dx[at + i] = (inverse[row] as number) * (inside - (sum + normalized(i) * product) / inner);
        }
      }
      return [floatTensor(shape, dx), floatTensor(parameters, dScale), floatTensor(parameters, dBias)];
    },
  };
});
