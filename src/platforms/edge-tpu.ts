import { EDGE_TPU } from './operators.ts';
import type { Platform, Runtime } from './platform.ts';
import { assumed, fitted } from './sourced.ts';

const PROFILE = 'Wess et al. 2023 (methods D.9): Tiny YOLOv3, YOLOv3, MobileNetV2';

/** Rate: geometric mean of operations / latency of the three networks; the interval spans all three. */
const runtime = (
  id: string,
  name: string,
  clockHertz: number,
  rates: readonly number[],
  watts: readonly number[],
): Runtime => {
  const rate = Math.exp(rates.reduce((sum, r) => sum + Math.log(r), 0) / rates.length);
  return {
    id,
    name,
    clockHertz,
    widths: [{ weights: 8, activations: 8, type: 'int' }],
    peak: { opsPerSecond: fitted(rate, `${PROFILE}: one rate for n = 3 networks`) },
    fittedOps: [0.602e9, 65.42e9],
    relativeError: {
      low: rate / Math.max(...rates) - 1,
      high: rate / Math.min(...rates) - 1,
      coverage: 0.5,
      source: `${PROFILE}: span of the n = 3 networks the rate is fitted to; a new one lies in it half the time`,
    },
    operators: EDGE_TPU,
    activePowerWatts: fitted(watts.reduce((a, b) => a + b, 0) / watts.length, `${PROFILE}: mean power`),
    idlePowerWatts: fitted(1.031, 'Wess et al. 2023 (methods D.9): base power, constant over networks and modes'),
  };
};

/** Google Coral USB accelerator: a systolic array that computes int8 only. */
export const edgeTpu: Platform = {
  id: 'edge-tpu',
  name: 'Google Coral Edge TPU (USB)',
  kind: 'accelerator',
  processor: 'Edge TPU',
  costDollars: assumed(59.99, 'Coral USB accelerator, list price 2021'),
  runtimes: [
    runtime(
      'tflite-std',
      'TensorFlow Lite, standard clock',
      250e6,
      [5.565e9 / 0.0223, 65.42e9 / 0.1583, 0.602e9 / 0.003],
      [1.407, 1.519, 1.422],
    ),
    runtime(
      'tflite-max',
      'TensorFlow Lite, maximum clock',
      500e6,
      [5.565e9 / 0.0196, 65.42e9 / 0.142, 0.602e9 / 0.0019],
      [1.528, 1.657, 1.658],
    ),
  ],
};
