import { inWords, scaled } from '../base/index.ts';
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
 * make the total unknown and are named in the diagnostics. The interval is the runtime's known relative error; there is none
 * for a network of another size than those the rates were fitted to, or at another clock: then the figure is 'assumed'.
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
  const outside = outsideFit(costs, runtime);
  if (outside) diagnostics.push(outside);
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

/** Networks this many times smaller or larger than those the rates were fitted to are still taken as like them. */
const FIT_MARGIN = 4;

/** What to say of a network of another size than those the rates were fitted to. */
function outsideFit(costs: readonly LayerCost[], runtime: Runtime): Diagnostic | undefined {
  if (!runtime.fittedOps) return undefined;
  const ops = costs.reduce((n, c) => n + (c.kind === 'free' ? 0 : c.ops), 0);
  const [low, high] = runtime.fittedOps;
  if (ops >= low / FIT_MARGIN && ops <= high * FIT_MARGIN) return undefined;
  const size = (n: number) => inWords(scaled(n, 'op'));
  const direction = ops < low ? 'start-up times are not in them, so expect more' : 'memory may run out, so expect more';
  return {
    code: 'latency/outside-fit',
    severity: 'warning',
    message: `The rates of ${runtime.name} rest on networks of ${size(low)} to ${size(high)}; this one has ${size(ops)}: ${direction}.`,
  };
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
  // Another clock or a network of another size than the rates were fitted to is an extrapolation.
  const isInside = clockRatio === 1 && outsideFit(costs, runtime) === undefined;
  const isFitted = isInside && used.every((rate) => rate.provenance !== 'assumed');
  const provenance: Provenance = isFitted ? 'fitted' : 'assumed';
  const error = isInside ? runtime.relativeError : undefined;
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
