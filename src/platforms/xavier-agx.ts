import { TENSORRT } from './operators.ts';
import type { Platform } from './platform.ts';
import { assumed, euros } from './sourced.ts';

const STUDY = 'Wendt et al. 2023 (methods D.23)';

/** No latency of this board is published in a form that could be fitted: peak × a default utilization. */
export const xavierAgx: Platform = {
  id: 'xavier-agx',
  name: 'NVIDIA Jetson AGX Xavier',
  kind: 'gpu',
  processor: '512-core Volta with tensor cores',
  ramBytes: assumed(16 * 1024 ** 3, `${STUDY}: 16 GB, shared with the processor`),
  costDollars: euros(800, STUDY),
  runtimes: [
    {
      id: 'tensorrt',
      name: 'TensorRT',
      clockHertz: 1.377e9,
      widths: [
        { weights: 8, activations: 8, type: 'int' },
        { weights: 16, activations: 16, type: 'float' },
        { weights: 32, activations: 32, type: 'float' },
      ],
      peak: {
        opsPerSecond: assumed(0.3 * 32e12, `${STUDY}: 32 Top/s at its default utilization of 0.3`),
        bytesPerSecond: assumed(137e9, 'NVIDIA Jetson AGX Xavier data sheet: 256-bit LPDDR4x, 137 GB/s'),
      },
      operators: TENSORRT,
      activePowerWatts: assumed(20, `${STUDY}: middle of the power modes, 10 to 30 W`),
    },
  ],
};
