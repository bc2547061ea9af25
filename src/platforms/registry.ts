import { Registry } from '../base/index.ts';
import { edgeTpu } from './edge-tpu.ts';
import { gap9 } from './gap9.ts';
import { jetsonNano } from './jetson-nano.ts';
import { jetsonTx2 } from './jetson-tx2.ts';
import { ncs2 } from './ncs2.ts';
import { nucCpu } from './nuc-cpu.ts';
import type { Platform } from './platform.ts';
import { stm32h7 } from './stm32h7.ts';
import { stm32l4r5 } from './stm32l4r5.ts';
import { xavierAgx } from './xavier-agx.ts';
import { zcu102 } from './zcu102.ts';

/** Devices the tool knows: one line each. */
export const platforms = new Registry<Platform>('platform', [
  stm32l4r5,
  stm32h7,
  gap9,
  edgeTpu,
  ncs2,
  zcu102,
  jetsonNano,
  jetsonTx2,
  xavierAgx,
  nucCpu,
]);
