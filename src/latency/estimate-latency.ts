import type { Diagnostic, Figure, LayerCost, LayerEstimate, Provenance } from '../ir/index.ts';
import type { Platform, Runtime } from '../platforms/index.ts';
import { noUnroll, tooWide } from './errors.ts';
import type { LatencyModel, LayerConditions } from './model.ts';
import { latencyModels } from './registry.ts';
import { peakOf } from './roofline.ts';
import { storedWidths, type Widths, widthsOf } from './widths.ts';

export interface LatencyOptions {
  /** Id of the registry, or 'auto' (default): the best model the runtime's description allows. */
  readonly method?: string;
  /** Default: the clock the runtime is described at. */
  readonly clockHertz?: number;
  /** See `refined`. Default false. */
  readonly legacyRefine?: boolean;
}

export interface LatencyEstimate {
  /** Id of the model that ran. */
  readonly method: string;
  /** Seconds per inference of batch 1; absent where a layer cannot run, with a diagnostic. */
  readonly latency?: Figure;
  readonly layers: readonly LayerEstimate[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Latency of a network on one device under one runtime: the sum of its layers' times and the runtime's overheads.
 * `costs` in graph order, `bits` as in `Widths`. Layers of kind 'free' take no time. Layers wider than the runtime computes
 * make the total unknown and are named in the diagnostics. The interval is the runtime's known relative error.
 * Throws `base/unknown-latency-model`, and `latency/no-unroll` for 'refined' where that cannot run.
 */
export function estimateLatency(
  costs: readonly LayerCost[],
  bits: Widths,
  platform: Platform,
  runtime: Runtime,
  options: LatencyOptions = {},
): LatencyEstimate {
  const model = modelFor(runtime, options.method ?? 'auto');
  const clockRatio = (options.clockHertz ?? runtime.clockHertz) / runtime.clockHertz;
  const conditions = { clockRatio, legacyRefine: options.legacyRefine ?? false };
  const diagnostics: Diagnostic[] = [];
  const layers: LayerEstimate[] = [];
  let seconds = (runtime.overheadSeconds?.value ?? 0) / clockRatio;
  let isComplete = true;
  for (const cost of costs) {
    const layer = layerEstimate(cost, bits, runtime, model, conditions);
    layers.push(layer);
    if (layer.latency) {
      seconds += layer.latency.value;
      continue;
    }
    isComplete = false;
    const { weights, activations } = widthsOf(bits, cost.node, runtime);
    const message = tooWide(runtime, cost.node, weights, activations);
    diagnostics.push({ code: 'latency/too-wide', severity: 'warning', node: cost.node, message });
  }
  return {
    method: model.id,
    ...(isComplete ? { latency: totalFigure(seconds, costs, platform, runtime, model, clockRatio) } : {}),
    layers,
    diagnostics,
  };
}

function modelFor(runtime: Runtime, method: string): LatencyModel {
  if (method !== 'auto') {
    const model = latencyModels.get(method);
    if (!model.appliesTo(runtime)) throw noUnroll(runtime);
    return model;
  }
  for (const model of latencyModels) if (model.appliesTo(runtime)) return model;
  return latencyModels.get('roofline');
}

function layerEstimate(
  cost: LayerCost,
  bits: Widths,
  runtime: Runtime,
  model: LatencyModel,
  conditions: LayerConditions,
): LayerEstimate {
  const peak = peakOf(cost, runtime);
  const figure = (value: number): Figure => ({
    value,
    provenance: peak.opsPerSecond.provenance,
    formula: model.formula,
    source: peak.opsPerSecond.source,
  });
  if (cost.kind === 'free') return { node: cost.node, latency: figure(0) };
  const widths = storedWidths(widthsOf(bits, cost.node, runtime), runtime);
  if (!widths) return { node: cost.node };
  const time = model.layer(cost, widths, runtime, conditions);
  const overhead = (runtime.layerOverheadSeconds?.value ?? 0) / conditions.clockRatio;
  const bound = overhead > time.seconds ? 'overhead' : time.bound;
  return { node: cost.node, latency: figure(time.seconds + overhead), bound };
}

function totalFigure(
  seconds: number,
  costs: readonly LayerCost[],
  platform: Platform,
  runtime: Runtime,
  model: LatencyModel,
  clockRatio: number,
): Figure {
  const used = costs.filter((c) => c.kind !== 'free').map((c) => peakOf(c, runtime).opsPerSecond);
  // A clock the rates were not fitted at is an extrapolation.
  const isFitted = clockRatio === 1 && used.every((rate) => rate.provenance !== 'assumed');
  const provenance: Provenance = isFitted ? 'fitted' : 'assumed';
  const error = runtime.relativeError;
  return {
    value: seconds,
    provenance,
    ...(error
      ? { interval: [seconds * (1 + error.low), seconds * (1 + error.high)] as const, coverage: error.coverage }
      : {}),
    formula: `Σ over layers of ${model.formula}`,
    source: error
      ? `${platform.name}, ${runtime.name}; interval: ${error.source}`
      : `${platform.name}, ${runtime.name}: ${runtime.peak.opsPerSecond.source}`,
  };
}
