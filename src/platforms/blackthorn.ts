import type { Runtime } from './platform.ts';
import { fitted } from './sourced.ts';

/**
 * Rates of a Jetson board from the network latencies published with Blackthorn (Lechner and Jantsch 2021, methods
 * D.16): AlexNet, VGG16, ResNet50, MobileNetV2, explained by three rates by least squares on relative error. Operations
 * (2 per MAC), in billions, convolution / depthwise / dense: AlexNet 1.480593 / 0 / 0.117244; VGG16 30.693261 / 0 /
 * 0.247267; ResNet50 8.174273 / 0 / 0.004096; MobileNetV2 0.557556 / 0.041433 / 0.00256.
 * AlexNet and MobileNetV2 fix the dense and the depthwise rate; VGG16 and ResNet50, each predicted without itself, give
 * the interval.
 */
export function fromBlackthorn(rates: {
  readonly convolution: number;
  readonly depthwise: number;
  readonly dense: number;
  readonly leftOut: readonly [low: number, high: number];
}): Pick<Runtime, 'peak' | 'peaks' | 'relativeError' | 'fittedOps'> {
  const source = 'Lechner and Jantsch 2021 (methods D.16): three rates fitted to n = 4 networks';
  const rate = (value: number) => ({ opsPerSecond: fitted(value, source) });
  const convolution = rate(rates.convolution);
  return {
    peak: convolution,
    peaks: { conv: convolution, depthwise: rate(rates.depthwise), dense: rate(rates.dense), matmul: rate(rates.dense) },
    fittedOps: [0.6e9, 30.9e9],
    relativeError: {
      low: rates.leftOut[0],
      high: rates.leftOut[1],
      coverage: 2 / 3,
      source: 'Lechner and Jantsch 2021 (methods D.16): errors of VGG16 and ResNet50, each predicted from the others',
    },
  };
}
