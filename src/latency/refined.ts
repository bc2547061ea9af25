import type { LayerCost } from '../ir/index.ts';
import type { Runtime, Unroll } from '../platforms/index.ts';
import type { LatencyModel } from './model.ts';
import { peakOf, rooflineTimes, slower } from './roofline.ts';

/** Whether any kind of layer has its unrolling described. */
export const hasUnroll = (runtime: Runtime): boolean =>
  runtime.peak.unroll !== undefined || Object.values(runtime.peaks ?? {}).some((peak) => peak.unroll !== undefined);

/**
 * Utilization of one unrolled dimension of size x: e = (x/s) / ⌈x/s⌉, softened to 1 / ((1 − α) + α/e).
 * In (0, 1]; 1 where s divides x or α is 0.
 */
export function utilization(size: number, { parallel, alpha }: Pick<Unroll, 'parallel' | 'alpha'>): number {
  const whole = size / parallel / Math.ceil(size / parallel);
  return 1 / (1 - alpha + alpha / whole);
}

/** Size of the dimension that is unrolled; `undefined` where the layer has none. Dense layers have channels only. */
function sizeOf({ kind, geometry }: LayerCost, dimension: Unroll['dimension']): number | undefined {
  if (dimension === 'inChannels')
    return geometry.inChannels === undefined ? undefined : geometry.inChannels / (geometry.groups ?? 1);
  if (dimension === 'outChannels') return geometry.outChannels;
  return kind === 'dense' || kind === 'matmul' ? undefined : geometry[dimension];
}

/**
 * Product of the utilizations of all unrolled dimensions: the share of the peak rate the layer can reach. `replicate`: a
 * dimension smaller than its unrolling is taken as repeated until it fills it, as ANNETTE's code does.
 */
export function effectiveUtilization(cost: LayerCost, unroll: readonly Unroll[], replicate = false): number {
  let product = 1;
  for (const one of unroll) {
    const size = sizeOf(cost, one.dimension);
    if (size === undefined || size <= 0 || (replicate && size < one.parallel)) continue;
    product *= utilization(size, one);
  }
  return product;
}

/**
 * T = max(f / (P_peak · u_eff), r / B_peak): a roofline whose peak shrinks where layer sizes do not fill the parallel
 * resources. `legacyRefine` repeats ANNETTE's code, which departs from its paper: layers that are memory-bound in the plain
 * roofline are not refined, and dimensions smaller than their unrolling count as full.
 * Source: Wess et al., "ANNETTE", IEEE Access 9, 2021; methods D.11.
 */
export const refined: LatencyModel = {
  id: 'refined',
  name: 'Refined roofline',
  formula: 'max(operations / (peak rate × utilization), bytes / bandwidth)',
  appliesTo: hasUnroll,
  layer(cost, widths, runtime, { clockRatio, legacyRefine }) {
    const peak = peakOf(cost, runtime);
    const { compute, memory } = rooflineTimes(cost, widths, peak, clockRatio);
    if (legacyRefine && memory > compute) return slower(compute, memory);
    return slower(compute / effectiveUtilization(cost, peak.unroll ?? [], legacyRefine), memory);
  },
};
