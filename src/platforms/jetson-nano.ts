import { fromBlackthorn } from './blackthorn.ts';
import { TENSORRT } from './operators.ts';
import type { Platform } from './platform.ts';
import { assumed, euros } from './sourced.ts';

const STUDY = 'Wendt et al. 2023 (methods D.23)';

export const jetsonNano: Platform = {
  id: 'jetson-nano',
  name: 'NVIDIA Jetson Nano',
  kind: 'gpu',
  processor: 'Tegra X1, 128-core Maxwell',
  ramBytes: assumed(4 * 1024 ** 3, `${STUDY}: 4 GB, shared with the processor`),
  costDollars: euros(120, STUDY),
  runtimes: [
    {
      id: 'tensorrt',
      name: 'TensorRT',
      clockHertz: 921.6e6,
      widths: [
        { weights: 16, activations: 16, type: 'float' },
        { weights: 32, activations: 32, type: 'float' },
      ],
      ...fromBlackthorn({ convolution: 212.57e9, depthwise: 3.886e9, dense: 6.188e9, leftOut: [-0.303, 0.677] }),
      operators: TENSORRT,
      activePowerWatts: assumed(7.5, `${STUDY}: middle of the power modes, 5 to 10 W`),
    },
  ],
};
