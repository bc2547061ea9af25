import type { Figure, LayerCost, LayerKind } from '../ir/index.ts';
import type { Platform, Runtime } from '../platforms/index.ts';
import { storedWidths, type Widths, widthsOf } from './widths.ts';

/** Methods E.1: code of each distinct kind of layer, bytes. */
const CODE_OF_KIND: Partial<Readonly<Record<LayerKind, number>>> = {
  conv: 4096,
  depthwise: 3072,
  dense: 2048,
  matmul: 2048,
  pool: 1024,
  softmax: 1536,
  elementwise: 1024,
};
/** Methods E.1. */
const STACK_BYTES = 4096;
const BIAS_BYTES = 4;
/** int32 multiplier and uint8 shift. */
const RESCALE_BYTES = 4 + 1;

/** Kinds that end in a rescaling, and so carry multipliers. */
const RESCALED: ReadonlySet<LayerKind> = new Set(['conv', 'depthwise', 'dense', 'matmul']);

/**
 * Bytes of all weights, biases left out: each layer at its own width, packed and rounded up to bytes. `runtime` given, at
 * the width that runtime stores them with.
 */
export function weightBytes(costs: readonly LayerCost[], bits: Widths, runtime: Runtime): number {
  let bytes = 0;
  for (const cost of costs) {
    const widths = widthsOf(bits, cost.node, runtime);
    const stored = storedWidths(widths, runtime)?.weights ?? widths.weights;
    bytes += Math.ceil(((cost.weightElements - cost.biasElements) * stored) / 8);
  }
  return bytes;
}

export interface FlashOptions {
  /** One multiplier and shift per output channel rather than per layer. Default true. */
  readonly perChannel?: boolean;
  /** Lookup tables of activations. Default 0. */
  readonly tableBytes?: number;
}

/**
 * Non-volatile memory a network needs: packed weights + 4 per bias + 5 per rescaling + tables + code. Code is counted
 * where the runtime's is known, with the defaults of methods E.1 per kind of layer; otherwise the formula says it is not.
 * Source: methods E.1.
 */
export function flashBytes(
  costs: readonly LayerCost[],
  bits: Widths,
  runtime: Runtime,
  options: FlashOptions = {},
): Figure {
  let value = weightBytes(costs, bits, runtime) + (options.tableBytes ?? 0);
  for (const cost of costs) {
    value += cost.biasElements * BIAS_BYTES;
    if (!RESCALED.has(cost.kind)) continue;
    value += RESCALE_BYTES * ((options.perChannel ?? true) ? (cost.geometry.outChannels ?? 1) : 1);
  }
  const code = runtime.codeBytes;
  if (code) {
    value += code.value;
    for (const kind of new Set(costs.map((c) => c.kind))) value += CODE_OF_KIND[kind] ?? 0;
  }
  return {
    value,
    provenance: code ? 'assumed' : 'computed',
    formula: `packed weights + 4 × biases + 5 × rescalings + tables${code ? ' + code' : ', code not counted'}`,
    source: code ? `methods E.1; code: ${code.source}` : 'methods E.1',
  };
}

/**
 * Working memory a network needs: arena + widest convolution column pair + stack + runtime. `arenaBytes` is the plan of
 * the activations (methods F.2) and holds inputs and outputs. Source: methods E.1.
 */
export function ramBytes(
  arenaBytes: number,
  costs: readonly LayerCost[],
  platform: Platform,
  runtime: Runtime,
): Figure {
  if (platform.kind !== 'microcontroller')
    return { value: arenaBytes, provenance: 'computed', formula: 'arena of the activations', source: 'methods F.2' };
  const scratch = costs.reduce((most, c) => Math.max(most, columnBytes(c)), 0);
  return {
    value: arenaBytes + scratch + STACK_BYTES + (runtime.runtimeRamBytes?.value ?? 0),
    provenance: 'assumed',
    formula: 'arena + im2col columns + stack + runtime',
    source: 'methods E.1',
  };
}

/** Two columns of a convolution's receptive field at 16 bits: what im2col kernels of CMSIS-NN keep. */
function columnBytes({ kind, geometry }: LayerCost): number {
  if (kind !== 'conv') return 0;
  const { kernelHeight = 1, kernelWidth = 1, inChannels = 0, groups = 1 } = geometry;
  return 2 * kernelHeight * kernelWidth * (inChannels / groups) * 2;
}
