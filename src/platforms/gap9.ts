import { fromTiny } from './mlperf-tiny.ts';
import type { Platform } from './platform.ts';
import { assumed, MCU_CODE, MCU_RUNTIME_RAM } from './sourced.ts';

const INT8 = {
  widths: [{ weights: 8, activations: 8, type: 'int' }],
  codeBytes: MCU_CODE,
  runtimeRamBytes: MCU_RUNTIME_RAM,
} as const;

/** GreenWaves GAP9: nine RISC-V cores in a cluster with the NE16 convolution engine. */
export const gap9: Platform = {
  id: 'gap9',
  name: 'GreenWaves GAP9',
  kind: 'microcontroller',
  processor: 'RISC-V cluster with NE16',
  ramBytes: assumed(1536 * 1024, 'GreenWaves GAP9 product brief: 1.5 MB of L2 memory'),
  flashBytes: assumed(2 * 1024 ** 2, 'GreenWaves GAP9 product brief: 2 MB of non-volatile memory on chip'),
  runtimes: [
    {
      id: 'gapflow-370',
      name: 'GAPflow, 370 MHz at 0.8 V',
      clockHertz: 370e6,
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.0, GreenWaves, GAP9 at 0.8 V and 370 MHz',
        convolution: 40.618e9,
        depthwise: 1.8173e9,
        dense: 3.0071e9,
        leftOut: [-0.15, 0.177],
        powerWatts: (41.4387 + 64.9064 + 56.196 + 51.9689) / 4000,
      }),
    },
    {
      id: 'gapflow-240',
      name: 'GAPflow, 240 MHz at 0.65 V',
      clockHertz: 240e6,
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.0, GreenWaves, GAP9 at 0.65 V and 240 MHz',
        convolution: 26.365e9,
        depthwise: 1.1798e9,
        dense: 1.9495e9,
        leftOut: [-0.149, 0.177],
        powerWatts: (19.3446 + 28.9315 + 25.3968 + 23.5821) / 4000,
      }),
    },
  ],
};
