import { DNNDK_DPU, DNNDK_HOST } from './operators.ts';
import type { LayerPeak, Platform } from './platform.ts';
import { assumed, fitted } from './sourced.ts';

const ANNETTE = 'ANNETTE, model dnndk-ref_roofline (Wess et al. 2021)';

const CONVOLUTION: LayerPeak = {
  opsPerSecond: fitted(1173.4883322404373e9, ANNETTE),
  bytesPerSecond: fitted(15.109525179712227e9, ANNETTE),
  unroll: [
    { dimension: 'outChannels', parallel: 16, alpha: 0.881308 },
    { dimension: 'inChannels', parallel: 16, alpha: 1 },
    { dimension: 'outHeight', parallel: 8, alpha: 0.485896 },
  ],
};

/** Xilinx ZCU102: Zynq UltraScale+ XCZU9EG with a deep-learning processing unit in its fabric. */
export const zcu102: Platform = {
  id: 'zcu102',
  name: 'Xilinx ZCU102',
  kind: 'fpga',
  processor: 'Zynq UltraScale+ XCZU9EG, DPU B4096',
  ramBytes: assumed(4 * 1024 ** 3, 'Xilinx UG1182 (ZCU102 user guide): 4 GB DDR4 on the processing system'),
  runtimes: [
    {
      id: 'dnndk',
      name: 'DNNDK, int8',
      clockHertz: 287e6,
      widths: [{ weights: 8, activations: 8, type: 'int' }],
      peak: {
        opsPerSecond: fitted(1173.4883322404373e9, ANNETTE),
        bytesPerSecond: fitted(15.109525179712227e9, ANNETTE),
      },
      peaks: {
        conv: CONVOLUTION,
        dense: {
          opsPerSecond: fitted(173.4883322404373e9, ANNETTE),
          bytesPerSecond: fitted(5.10952517951176e9, ANNETTE),
        },
        pool: {
          opsPerSecond: fitted(27.3488332244373e9, ANNETTE),
          bytesPerSecond: fitted(15.10952517951176e9, ANNETTE),
        },
      },
      // The twelve networks of methods D.13: MobileNets to YOLOv3.
      fittedOps: [0.6e9, 65.8e9],
      relativeError: {
        low: -0.435,
        high: 0.435,
        coverage: 0.8,
        source:
          'assumed: 1.6 × the published mean error of the refined roofline (27.2 % over 12 networks, methods D.13)',
      },
      operators: DNNDK_DPU,
      hostOperators: DNNDK_HOST,
    },
  ],
};
