import { fromTiny } from './mlperf-tiny.ts';
import { TFLITE_MICRO } from './operators.ts';
import type { Platform } from './platform.ts';
import { assumed, MCU_CODE, MCU_RUNTIME_RAM, UNPACK_ON_MCU } from './sourced.ts';

const INT8 = {
  clockHertz: 120e6,
  widths: [{ weights: 8, activations: 8, type: 'int' }],
  unpackFactor: UNPACK_ON_MCU,
  codeBytes: MCU_CODE,
  runtimeRamBytes: MCU_RUNTIME_RAM,
} as const;

/** ST Nucleo-L4R5ZI: the reference board of MLPerf Tiny. */
export const stm32l4r5: Platform = {
  id: 'stm32l4r5',
  name: 'STM32L4R5 (Nucleo-L4R5ZI)',
  kind: 'microcontroller',
  processor: 'Cortex-M4F',
  ramBytes: assumed(640 * 1024, 'ST DS12023 (STM32L4R5xx): 640 Kbytes of SRAM'),
  flashBytes: assumed(2 * 1024 ** 2, 'ST DS12023 (STM32L4R5xx): 2 Mbytes of flash'),
  runtimes: [
    {
      id: 'x-cube-ai',
      name: 'X-CUBE-AI 8.1, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.1, STMicroelectronics, NUCLEO_L4R5ZI',
        convolution: 117.2e6,
        depthwise: 70.1e6,
        dense: 77.0e6,
        leftOut: [-0.327, 0.495],
        powerWatts: (42.8229 + 34.9679 + 44.9995 + 47.2601) / 4000,
      }),
    },
    {
      id: 'tflite-micro',
      name: 'TensorFlow Lite Micro 2.3.1, reference, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v0.5, reference, Nucleo-L4R5ZI',
        convolution: 35.5e6,
        depthwise: 9.3e6,
        dense: 52.6e6,
        leftOut: [-0.15, 0.175],
        powerWatts: (40.0954 + 41.4769 + 40.8385 + 40.3195) / 4000,
      }),
      operators: TFLITE_MICRO,
    },
    {
      id: 'microtvm-cmsis-nn',
      name: 'microTVM with CMSIS-NN, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.0, OctoML, NUCLEO_L4R5ZI, microTVM with CMSIS-NN',
        convolution: 64.2e6,
        depthwise: 19.6e6,
        dense: 61.4e6,
        leftOut: [-0.069, 0.074],
        powerWatts: (51.5011 + 51.9256 + 52.2837 + 51.9828) / 4000,
      }),
    },
    {
      id: 'plumerai',
      name: 'Plumerai 2023.05, int8',
      ...INT8,
      ...fromTiny({
        source: 'MLPerf Tiny v1.1, Plumerai, NUCLEO-L4R5ZI',
        convolution: 149.4e6,
        depthwise: 73.2e6,
        dense: 130.4e6,
        leftOut: [-0.264, 0.364],
        powerLike: [
          (42.8229 + 34.9679 + 44.9995 + 47.2601) / 4000,
          'MLPerf Tiny v1.1, STMicroelectronics, NUCLEO_L4R5ZI',
        ],
      }),
    },
  ],
};
