import type { KernelTable } from '../compute/index.ts';
import { add } from './kernels/add.ts';
import { averagePool } from './kernels/average-pool.ts';
import { concat } from './kernels/concat.ts';
import { conv2d } from './kernels/conv2d.ts';
import { dense } from './kernels/dense.ts';
import { lookup } from './kernels/lookup.ts';
import { maxPool } from './kernels/max-pool.ts';
import { mul } from './kernels/mul.ts';
import { pad } from './kernels/pad.ts';
import { requantize } from './kernels/requantize.ts';
import { resizeNearest } from './kernels/resize-nearest.ts';
import { slice } from './kernels/slice.ts';
import { transpose } from './kernels/transpose.ts';

/** Every kernel in plain TypeScript: the oracle that fast kernels and generated code must equal bit for bit. */
export const plainKernels: KernelTable = {
  conv2d,
  dense,
  maxPool,
  averagePool,
  add,
  mul,
  lookup,
  requantize,
  concat,
  pad,
  transpose,
  slice,
  resizeNearest,
};
