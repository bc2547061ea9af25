import { fromTiny } from './mlperf-tiny.ts';
import type { Platform } from './platform.ts';
import { assumed, MCU_CODE, MCU_RUNTIME_RAM, UNPACK_ON_MCU } from './sourced.ts';

const INT8 = {
  clockHertz: 280e6,
  widths: [{ weights: 8, activations: 8, type: 'int' }],
  unpackFactor: UNPACK_ON_MCU,
  codeBytes: MCU_CODE,
  runtimeRamBytes: MCU_RUNTIME_RAM,
} as const;

/** ST Nucleo-H7A3ZI-Q. */
export const stm32h7: Platform = {
  id: 'stm32h7',
  name: 'STM32H7A3 (Nucleo-H7A3ZI-Q)',
  kind: 'microcontroller',
  processor: 'Cortex-M7',
  ramBytes: assumed(1024 * 1024, 'ST DS13195 (STM32H7A3xI): 1 Mbyte of AXI SRAM in one piece, of 1.4 Mbytes in all'),
  flashBytes: assumed(2 * 1024 ** 2, 'ST DS13195 (STM32H7A3xI): 2 Mbytes of flash'),
  runtimes: [
    {
      id: 'x-cube-ai',
      name: 'X-CUBE-AI 8.1, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.1, STMicroelectronics, NUCLEO_H7A3ZI_Q',
        convolution: 482.6e6,
        depthwise: 254.0e6,
        dense: 290.6e6,
        leftOut: [-0.312, 0.462],
        powerWatts: (122.0186 + 121.7928 + 122.2505 + 125.3592) / 4000,
      }),
    },
    {
      id: 'plumerai',
      name: 'Plumerai 2023.05, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.1, Plumerai, NUCLEO-H7A3ZI-Q',
        convolution: 492.4e6,
        depthwise: 443.0e6,
        dense: 392.0e6,
        leftOut: [-0.311, 0.448],
        powerLike: [
          (122.0186 + 121.7928 + 122.2505 + 125.3592) / 4000,
          'MLPerf Tiny v1.1, STMicroelectronics, NUCLEO_H7A3ZI_Q',
        ],
      }),
    },
  ],
};
