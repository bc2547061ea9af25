import type { LayerCost } from '../ir/index.ts';
import type { LayerPeak, Runtime } from '../platforms/index.ts';
import type { LatencyModel, LayerTime } from './model.ts';
import type { StoredWidths } from './widths.ts';

/** Rates of a kind of layer: its own, or those of every layer without one. */
export const peakOf = (cost: LayerCost, runtime: Runtime): LayerPeak => runtime.peaks?.[cost.kind] ?? runtime.peak;

/**
 * Bytes a layer moves: inputs once per operand, outputs once, weights once; biases are not counted, and nothing is read
 * twice through tiling. Source: methods D.10, F.1.
 */
export const trafficBytes = (cost: LayerCost, widths: Pick<StoredWidths, 'weights' | 'activations'>): number =>
  ((cost.inputElements + cost.outputElements) * widths.activations +
    (cost.weightElements - cost.biasElements) * widths.weights) /
  8;

/** Operations of a layer. One that only moves data counts one per element where the runtime's bandwidth is not known. */
const operations = (cost: LayerCost, peak: LayerPeak): number =>
  cost.kind === 'move' && peak.bytesPerSecond === undefined ? Math.max(cost.ops, cost.outputElements) : cost.ops;

/** Time of computing and of moving data, in seconds, before utilization. */
export function rooflineTimes(cost: LayerCost, widths: StoredWidths, peak: LayerPeak, clockRatio: number) {
  return {
    compute: (operations(cost, peak) * widths.slowdown) / (peak.opsPerSecond.value * clockRatio),
    memory: peak.bytesPerSecond === undefined ? 0 : trafficBytes(cost, widths) / peak.bytesPerSecond.value,
  };
}

export const slower = (compute: number, memory: number): LayerTime => ({
  seconds: Math.max(compute, memory),
  bound: compute >= memory ? 'compute' : 'memory',
});

/**
 * T = max(f / P_peak, r / B_peak): f operations, r bytes, peaks of the layer's kind.
 * Source: Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009; methods D.10.
 */
export const roofline: LatencyModel = {
  id: 'roofline',
  name: 'Roofline',
  formula: 'max(operations / peak rate, bytes / bandwidth)',
  appliesTo: () => true,
  layer(cost, widths, runtime, { clockRatio }) {
    const { compute, memory } = rooflineTimes(cost, widths, peakOf(cost, runtime), clockRatio);
    return slower(compute, memory);
  },
};
