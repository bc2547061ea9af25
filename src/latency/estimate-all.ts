import type { Estimate, LayerCost } from '../ir/index.ts';
import type { Platform, Runtime } from '../platforms/index.ts';
import { estimateLatency, type LatencyOptions } from './estimate-latency.ts';
import { checkFit } from './fit.ts';
import { type FlashOptions, flashBytes, ramBytes } from './memory-demand.ts';
import type { Widths } from './widths.ts';

/** A network as estimates see it. */
export interface Workload {
  readonly costs: readonly LayerCost[];
  readonly bits: Widths;
  /** Plan of the activation memory at these widths, bytes; absent: not known. */
  readonly arenaBytes?: number;
  /** Operators without a known cost. A latency without them would be too low, so there is none. */
  readonly unknownOperators?: readonly string[];
}

export type EstimateOptions = LatencyOptions & FlashOptions;

/** One network on one device under one runtime; energy is left to the room `power`. */
export function estimate(
  work: Workload,
  platform: Platform,
  runtime: Runtime,
  options: EstimateOptions = {},
): Estimate {
  const { costs, bits, arenaBytes, unknownOperators = [] } = work;
  const { latency, layers, method, diagnostics } = estimateLatency(costs, bits, platform, runtime, options);
  const isComplete = unknownOperators.length === 0;
  const flash = isComplete ? flashBytes(costs, bits, runtime, options) : undefined;
  const peakRam = arenaBytes === undefined ? undefined : ramBytes(arenaBytes, costs, platform, runtime);
  const demand = { costs, bits, unknownOperators, ...(flash ? { flash } : {}), ...(peakRam ? { ram: peakRam } : {}) };
  return {
    platform: platform.id,
    runtime: runtime.id,
    clockHertz: options.clockHertz ?? runtime.clockHertz,
    method,
    ...checkFit(demand, platform, runtime),
    ...(latency && isComplete ? { latency } : {}),
    ...(peakRam ? { peakRam } : {}),
    ...(flash ? { flash } : {}),
    layers,
    diagnostics,
  };
}

/**
 * One network on every device under every runtime, in the order of `platforms`. `widthsFor` chooses the widths where they
 * differ by runtime (float runtimes run a network at 16 bits); left out, `work.bits` holds for all.
 */
export function estimateAll(
  work: Workload,
  platforms: Iterable<Platform>,
  options: EstimateOptions = {},
  widthsFor: (platform: Platform, runtime: Runtime) => Widths = () => work.bits,
): Estimate[] {
  const estimates: Estimate[] = [];
  for (const platform of platforms)
    for (const runtime of platform.runtimes)
      estimates.push(estimate({ ...work, bits: widthsFor(platform, runtime) }, platform, runtime, options));
  return estimates;
}
