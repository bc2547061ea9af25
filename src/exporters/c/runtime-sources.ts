import add from './runtime/add.c?raw';
import averagePool from './runtime/average_pool.c?raw';
import broadcast from './runtime/broadcast.h?raw';
import codes from './runtime/codes.h?raw';
import conv2d from './runtime/conv2d.c?raw';
import copy from './runtime/copy.c?raw';
import dense from './runtime/dense.c?raw';
import dot from './runtime/dot.c?raw';
import fill from './runtime/fill.c?raw';
import kernels from './runtime/kernels.h?raw';
import lookup from './runtime/lookup.c?raw';
import maxPool from './runtime/max_pool.c?raw';
import mul from './runtime/mul.c?raw';
import requantize from './runtime/requantize.c?raw';
import resizeNearest from './runtime/resize_nearest.c?raw';
import testMain from './runtime/test_main.c?raw';
import testVectors from './runtime/test_vectors.h?raw';
import unpack from './runtime/unpack.c?raw';

/** The fixed sources of a C package, by name without '.c'. A package holds those its calls need. */
export const runtimeSources: ReadonlyMap<string, string> = new Map([
  ['add', add],
  ['average_pool', averagePool],
  ['conv2d', conv2d],
  ['copy', copy],
  ['dense', dense],
  ['dot', dot],
  ['fill', fill],
  ['lookup', lookup],
  ['max_pool', maxPool],
  ['mul', mul],
  ['requantize', requantize],
  ['resize_nearest', resizeNearest],
  ['unpack', unpack],
]);

/** Files every C package holds. */
export const runtimeAlways: ReadonlyMap<string, string> = new Map([
  ['broadcast.h', broadcast],
  ['codes.h', codes],
  ['kernels.h', kernels],
  ['test_main.c', testMain],
  ['test_vectors.h', testVectors],
]);
