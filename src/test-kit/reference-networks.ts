import type { Model } from '../ir/index.ts';
import { graphBuilder } from './graph-builder.ts';

const zeros = (count: number) => new Float32Array(count);

/** LeNet of methods C.8: two convolutions with pools, three dense layers. */
export function leNet(): Model {
  const b = graphBuilder();
  let x = b.input('x', [1, 1, 28, 28]);
  const conv = (from: string, id: string, channels: number, filters: number) => {
    const w = b.constant(`${id}_w`, [filters, channels, 5, 5], zeros(filters * channels * 25));
    return b.node('Conv', [from, w, b.constant(`${id}_b`, [filters], zeros(filters))], { id });
  };
  const pool = (from: string) => b.node('MaxPool', [from], { attributes: { kernel_shape: [2, 2], strides: [2, 2] } });
  const dense = (from: string, id: string, inputs: number, outputs: number) => {
    const w = b.constant(`${id}_w`, [outputs, inputs], zeros(outputs * inputs));
    return b.node('Gemm', [from, w, b.constant(`${id}_b`, [outputs], zeros(outputs))], {
      id,
      attributes: { transB: 1 },
    });
  };
  x = pool(b.node('Relu', [conv(x, 'conv1', 1, 6)]));
  x = pool(b.node('Relu', [conv(x, 'conv2', 6, 16)]));
  x = b.node('Relu', [dense(b.node('Flatten', [x]), 'dense1', 256, 120)]);
  x = b.node('Relu', [dense(x, 'dense2', 120, 84)]);
  b.output(b.node('Softmax', [dense(x, 'dense3', 84, 10)]));
  return b.done();
}

/** MobileNet-v1 at 224 × 224, width 1: strides and channels of its 13 separable blocks. */
export function mobileNet(): Model {
  const b = graphBuilder();
  let channels = 32;
  let at = 0;
  const conv = (from: string, inputs: number, filters: number, k: number, stride: number, group: number) => {
    const w = b.constant(`w${at++}`, [filters, inputs / group, k, k], zeros((filters * inputs * k * k) / group));
    const pad = (k - 1) / 2;
    const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], group };
    return b.node('Relu', [b.node('Conv', [from, w], { attributes })]);
  };
  let x = conv(b.input('x', [1, 3, 224, 224]), 3, 32, 3, 2, 1);
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [512, 1],
    [1024, 2],
    [1024, 1],
  ] as const;
  for (const [filters, stride] of blocks) {
    x = conv(conv(x, channels, channels, 3, stride, channels), channels, filters, 1, 1, 1);
    channels = filters;
  }
  const flat = b.node('Flatten', [b.node('GlobalAveragePool', [x])]);
  b.output(b.node('Gemm', [flat, b.constant('fc', [1024, 1000], zeros(1024 * 1000))]));
  return b.done();
}
