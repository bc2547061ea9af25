import { OPENVINO_MEASURED } from './operators.ts';
import type { LayerPeak, Platform } from './platform.ts';
import { assumed, euros, fitted } from './sourced.ts';

const ANNETTE = 'ANNETTE, model ncs2-ref_roofline (Wess et al. 2021)';
const PROFILE = 'Wess et al. 2023 (methods D.9), mean of three networks, one request at a time';

/** Unrolling over all four dimensions, as published (methods D.11). */
const CONVOLUTION: LayerPeak = {
  opsPerSecond: fitted(319.543476297e9, ANNETTE),
  bytesPerSecond: fitted(5.679437699e9, ANNETTE),
  unroll: [
    { dimension: 'inChannels', parallel: 32, alpha: 0.14579841511696096 },
    { dimension: 'outChannels', parallel: 32, alpha: 0.7046765447791339 },
    { dimension: 'outWidth', parallel: 52, alpha: 0.007688950261463221 },
    { dimension: 'outHeight', parallel: 63, alpha: 0.015146852554235595 },
  ],
};

/** Intel Neural Compute Stick 2: Myriad X with 16 vector cores and a neural engine, behind USB 3. */
export const ncs2: Platform = {
  id: 'ncs2',
  name: 'Intel Neural Compute Stick 2',
  kind: 'accelerator',
  processor: 'Myriad X MA2485',
  ramBytes: assumed(512 * 1024 ** 2, 'Wendt et al. 2023 (methods D.23): 0.5 GB'),
  costDollars: euros(80, 'Wendt et al. 2023 (methods D.23)'),
  runtimes: [
    {
      id: 'openvino',
      name: 'OpenVINO, float16',
      clockHertz: 700e6,
      widths: [{ weights: 16, activations: 16, type: 'float' }],
      peak: {
        opsPerSecond: fitted(319.543476297e9, ANNETTE),
        bytesPerSecond: fitted(5.679437699e9, ANNETTE),
      },
      peaks: {
        conv: CONVOLUTION,
        depthwise: {
          opsPerSecond: fitted(12.195e9, 'ANNETTE, model ncs2-mixed (methods D.11)'),
          bytesPerSecond: fitted(1.079e9, 'ANNETTE, model ncs2-mixed (methods D.11)'),
        },
        dense: {
          opsPerSecond: fitted(9.557e9, 'ANNETTE, model ncs2-mixed (methods D.11)'),
          bytesPerSecond: fitted(9.566e9, 'ANNETTE, model ncs2-mixed (methods D.11)'),
        },
        pool: { opsPerSecond: fitted(5.954347629e9, ANNETTE), bytesPerSecond: fitted(0.579437699e9, ANNETTE) },
      },
      // The twelve networks of methods D.13: MobileNets to YOLOv3.
      fittedOps: [0.6e9, 65.8e9],
      relativeError: {
        low: -0.47,
        high: 0.47,
        coverage: 0.8,
        source:
          'assumed: 1.6 × the published mean error of the refined roofline (29.6 % over 12 networks, methods D.13); three measured networks (Inception-v1, Inception-v3, ResNet-50) lie inside, at −41 %, +14 %, +13 %',
      },
      provenOperators: OPENVINO_MEASURED,
      activePowerWatts: fitted((2.165 + 2.505 + 1.806) / 3, PROFILE),
      idlePowerWatts: fitted(1.398, 'Wess et al. 2023 (methods D.9): base power, constant over networks and modes'),
    },
  ],
};
