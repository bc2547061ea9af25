import { OPENVINO_LISTED } from './operators.ts';
import type { Platform } from './platform.ts';
import { assumed, euros } from './sourced.ts';

const STUDY = 'Wendt et al. 2023 (methods D.23)';
const ARK = 'Intel product specification, Core i7-8650U';
const MEMORY = assumed(37.5e9, `${ARK}: maximum memory bandwidth`);
const POWER = assumed(15, `${ARK}: thermal design power`);

/** Small computer of the study, with its processor and its built-in graphics as two runtimes. */
export const nucCpu: Platform = {
  id: 'nuc-cpu',
  name: 'Intel NUC, Core i7-8650U',
  kind: 'cpu',
  processor: 'Core i7-8650U, 4 cores, AVX2',
  ramBytes: assumed(32e9, `${STUDY}: 32 GB`),
  costDollars: euros(600, STUDY),
  runtimes: [
    {
      id: 'openvino-cpu',
      name: 'OpenVINO on the processor',
      clockHertz: 1.9e9,
      widths: [
        { weights: 8, activations: 8, type: 'int' },
        { weights: 32, activations: 32, type: 'float' },
      ],
      peak: {
        opsPerSecond: assumed(
          0.3 * 4 * 32 * 1.9e9,
          `4 cores × 32 operations per cycle (AVX2, two fused multiply-adds of 8) × 1.9 GHz (${ARK}), at the default utilization of 0.3 of methods D.23`,
        ),
        bytesPerSecond: MEMORY,
      },
      provenOperators: OPENVINO_LISTED,
      activePowerWatts: POWER,
    },
    {
      id: 'openvino-gpu',
      name: 'OpenVINO on the graphics',
      clockHertz: 1.15e9,
      widths: [
        { weights: 16, activations: 16, type: 'float' },
        { weights: 32, activations: 32, type: 'float' },
      ],
      peak: {
        opsPerSecond: assumed(0.3 * 0.8e12, `${STUDY}: 0.8 Top/s at its default utilization of 0.3`),
        bytesPerSecond: MEMORY,
      },
      provenOperators: OPENVINO_LISTED,
      activePowerWatts: POWER,
    },
  ],
};
