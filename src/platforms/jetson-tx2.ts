import { fromBlackthorn } from './blackthorn.ts';
import { TENSORRT } from './operators.ts';
import type { Platform } from './platform.ts';
import { assumed, euros } from './sourced.ts';

const STUDY = 'Wendt et al. 2023 (methods D.23)';

export const jetsonTx2: Platform = {
  id: 'jetson-tx2',
  name: 'NVIDIA Jetson TX2',
  kind: 'gpu',
  processor: 'Tegra X2, 256-core Pascal',
  ramBytes: assumed(4 * 1024 ** 3, `${STUDY}: 4 GB, shared with the processor (modules with 8 GB exist)`),
  costDollars: euros(260, STUDY),
  runtimes: [
    {
      id: 'tensorrt',
      name: 'TensorRT',
      clockHertz: 1.3e9,
      widths: [
        { weights: 16, activations: 16, type: 'float' },
        { weights: 32, activations: 32, type: 'float' },
      ],
      ...fromBlackthorn({ convolution: 522.99e9, depthwise: 7.575e9, dense: 15.666e9, leftOut: [-0.355, 0.867] }),
      operators: TENSORRT,
      activePowerWatts: assumed(11.25, `${STUDY}: middle of the power modes, 7.5 to 15 W`),
    },
  ],
};
