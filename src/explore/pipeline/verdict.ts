import { memoryTimeline } from '../../analyze/index.ts';
import type { Estimate, Figure, NodeId, Program } from '../../ir/index.ts';
import { estimate, storedWidths, type Widths } from '../../latency/index.ts';
import { type Platform, platforms, type Runtime } from '../../platforms/index.ts';
import { estimateEnergy } from '../../power/index.ts';
import type { Choices, TargetChoice } from '../choices.ts';
import { unknownRuntime } from '../errors.ts';
import { type OpenedModel, unknownOperators } from './open.ts';

export interface EstimateRequest {
  /** Ids, or all there are. */
  readonly platforms: readonly string[] | 'all';
  /** Latency model: 'auto' or an id of the latency registry. */
  readonly method: string;
  /** Bits of weights and activations throughout. */
  readonly bits: number;
  /** Whose layers are told one by one: of networks with thousands of layers all targets' are too many to hand over. Default 'all'. */
  readonly layersOf?: TargetChoice | 'all' | 'none';
  /** Default false: see the latency model 'refined'. */
  readonly legacyRefine?: boolean;
}

/** Latency, energy, RAM, flash and fit of a network on platforms, each under each of its runtimes, in the registry's order. */
export function estimatePlatforms(opened: OpenedModel, request: EstimateRequest): Estimate[] {
  const wanted = request.platforms === 'all' ? [...platforms] : request.platforms.map((id) => platforms.get(id));
  const { method, legacyRefine = false } = request;
  // Many runtimes store activations at the same width: one plan serves them all.
  const plans = new Map<number, number | undefined>();
  const arenaBytesAt = (bytes: number): number | undefined => {
    if (!plans.has(bytes)) plans.set(bytes, memoryTimeline(opened.prepared, bytes)?.arenaBytes);
    return plans.get(bytes);
  };
  const { layersOf = 'all' } = request;
  const isTold = ({ platform, runtime, clockHertz }: Estimate): boolean =>
    layersOf === 'all' ||
    (layersOf !== 'none' &&
      layersOf.platform === platform &&
      layersOf.runtime === runtime &&
      layersOf.clockHertz === clockHertz);
  const estimates = wanted.flatMap((platform) =>
    platform.runtimes.map((runtime) => {
      const stored = storedWidths({ weights: request.bits, activations: request.bits }, runtime);
      const arenaBytes = arenaBytesAt((stored?.activations ?? request.bits) / 8);
      return estimateOn(opened, platform, runtime, request.bits, arenaBytes, { method, legacyRefine });
    }),
  );
  return estimates.map((estimate) => (isTold(estimate) ? estimate : { ...estimate, layers: [] }));
}

/** Estimate of a lowered design on its target. */
export function estimateDesign(opened: OpenedModel, choices: Choices, program: Program): Estimate {
  const { platform, runtime } = runtimeOf(choices.target);
  const tableBytes = program.constants.reduce((n, c) => n + (c.role === 'table' ? c.data.byteLength : 0), 0);
  return estimateOn(opened, platform, runtime, widthsOfLayers(opened, choices), program.arenaBytes, {
    clockHertz: choices.target.clockHertz,
    perChannel: choices.quantize.weights === 'per-channel',
    tableBytes,
  });
}

function estimateOn(
  opened: OpenedModel,
  platform: Platform,
  runtime: Runtime,
  bits: Widths,
  arenaBytes: number | undefined,
  options: Parameters<typeof estimate>[3],
): Estimate {
  const work = {
    costs: opened.costs,
    bits,
    unknownOperators: unknownOperators(opened),
    ...(arenaBytes === undefined ? {} : { arenaBytes }),
  };
  const timed = estimate(work, platform, runtime, options);
  const { energy, layers } = estimateEnergy(opened.costs, bits, timed, platform, runtime);
  const energyOf = new Map(layers.map((layer) => [layer.node, layer.energy]));
  // Where the latency is unknown because an operator is, so is the energy.
  const known: Figure | undefined = work.unknownOperators.length === 0 ? energy : undefined;
  return {
    ...timed,
    ...(known ? { energy: known } : {}),
    layers: timed.layers.map((layer) => {
      const joules = energyOf.get(layer.node);
      return joules ? { ...layer, energy: joules } : layer;
    }),
  };
}

/** Each layer at its own widths. */
export function widthsOfLayers(
  opened: OpenedModel,
  { quantize }: Choices,
): ReadonlyMap<NodeId, { weights: number; activations: number }> {
  return new Map(
    opened.layers.map((node, i) => {
      const [weights, activations] = quantize.bits[i] ?? [8, 8];
      return [node, { weights, activations }];
    }),
  );
}

/** The platform and runtime a target names. Throws `base/unknown-platform`, `explore/unknown-runtime`. */
export function runtimeOf(target: TargetChoice): { readonly platform: Platform; readonly runtime: Runtime } {
  const platform = platforms.get(target.platform);
  const runtime = platform.runtimes.find((r) => r.id === target.runtime);
  if (!runtime)
    throw unknownRuntime(
      target.runtime,
      platform.id,
      platform.runtimes.map((r) => r.id),
    );
  return { platform, runtime };
}

/** The first runtime of a platform at its own clock. Throws `base/unknown-platform`. */
export function defaultTarget(platformId: string): TargetChoice {
  const [runtime] = platforms.get(platformId).runtimes;
  if (!runtime) throw unknownRuntime('', platformId, []);
  return { platform: platformId, runtime: runtime.id, clockHertz: runtime.clockHertz };
}
