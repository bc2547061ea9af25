import binary from '../../kernels/wgsl/binary.wgsl?raw';
import common from '../../kernels/wgsl/common.wgsl?raw';
import conv from '../../kernels/wgsl/conv.wgsl?raw';
import convDirect from '../../kernels/wgsl/conv-direct.wgsl?raw';
import convDirectInputGradient from '../../kernels/wgsl/conv-direct-input-gradient.wgsl?raw';
import convDirectWeightGradient from '../../kernels/wgsl/conv-direct-weight-gradient.wgsl?raw';
import convInputGradient from '../../kernels/wgsl/conv-input-gradient.wgsl?raw';
import convWeightGradient from '../../kernels/wgsl/conv-weight-gradient.wgsl?raw';
import copy from '../../kernels/wgsl/copy.wgsl?raw';
import fill from '../../kernels/wgsl/fill.wgsl?raw';
import functions from '../../kernels/wgsl/functions.wgsl?raw';
import gemm from '../../kernels/wgsl/gemm.wgsl?raw';
import reduce from '../../kernels/wgsl/reduce.wgsl?raw';
import sumParts from '../../kernels/wgsl/sum-parts.wgsl?raw';
import tile from '../../kernels/wgsl/tile.wgsl?raw';
import unary from '../../kernels/wgsl/unary.wgsl?raw';
import unaryGradient from '../../kernels/wgsl/unary-gradient.wgsl?raw';
import where from '../../kernels/wgsl/where.wgsl?raw';
import window from '../../kernels/wgsl/window.wgsl?raw';

/** WGSL of every kernel: the files it is put together from. `common` stands before all of them. */
const files = {
  gemm: [gemm, tile],
  conv: [window, conv, tile],
  convInputGradient: [window, convInputGradient, tile],
  convWeightGradient: [window, convWeightGradient, tile],
  convDirect: [window, convDirect],
  convDirectInputGradient: [window, convDirectInputGradient],
  convDirectWeightGradient: [window, convDirectWeightGradient],
  sumParts: [sumParts],
  unary: [functions, unary],
  unaryGradient: [functions, unaryGradient],
  binary: [binary],
  where: [where],
  copy: [copy],
  fill: [fill],
  reduce: [reduce],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type GpuKernel = keyof typeof files;

/** What a variant of a kernel is compiled with: truth values and unsigned numbers. */
export type KernelConstants = Readonly<Record<string, boolean | number>>;

/** The source of a variant. */
export function kernelSource(kernel: GpuKernel, constants: KernelConstants): string {
  const head = Object.entries(constants).map(([name, value]) =>
    typeof value === 'boolean' ? `const ${name} = ${value};` : `const ${name} = ${value}u;`,
  );
  return [...head, common, ...files[kernel]].join('\n');
}
