import {
  consumersOf,
  elementCount,
  type Graph,
  isKnown,
  type LayerBits,
  type Model,
  type NodeId,
  type QuantScheme,
  type RescaleMode,
  type TensorId,
  type TensorQuant,
  type ThresholdRecord,
} from '../ir/index.ts';
import type { ShapedValue } from '../ops/index.ts';
import type { CalibrationRecord } from './calibrate.ts';
import { badBits } from './errors.ts';
import { affineGrid } from './grid.ts';
import type { Grid, Interval } from './observers/observer.ts';
import { observers } from './observers/registry.ts';
import { clampBounds, planQuantization, type QuantNode, type QuantPlan } from './plan.ts';
import { type ActivationStatistics, shareOutside } from './statistics.ts';
import { type Granularity, weightQuant } from './weights.ts';

export interface SchemeOptions {
  /** Observer id: 'mse', 'min-max', 'kl', 'quantile'. Default 'mse'. */
  readonly method?: string;
  /** Default 'per-channel'. */
  readonly weights?: Granularity;
  /** Default 'symmetric'. 16-bit activations are symmetric always. */
  readonly activations?: 'symmetric' | 'affine';
  /** Default 'fixed32'. */
  readonly rescale?: RescaleMode;
  /** Default 'half'. */
  readonly shiftRounding?: 'none' | 'half';
  /** Layers left out have 8 bits for weights and activations. */
  readonly bits?: readonly LayerBits[];
}

const WIDTHS = new Set([2, 3, 4, 5, 6, 7, 8, 16]);

/**
 * The quantization of every value of a prepared model (methods A.3–A.5). A few milliseconds once a calibration's thresholds
 * are known for the widths asked for.
 *
 * Values that only move share one quantization, the widest of theirs. Network inputs have 8 bits (16 where a layer that
 * reads them has 16), network outputs (what a Softmax at the end reads, too) at least 8. Layers without weights take the width of their widest operand.
 * Throws `quantize/bad-bits`, `base/unknown-observer`, and what `quantizableLayers` throws.
 */
export function makeScheme(model: Model, calibration: CalibrationRecord, options: SchemeOptions = {}): QuantScheme {
  const plan = planQuantization(model);
  const {
    method = 'mse',
    weights = 'per-channel',
    activations = 'symmetric',
    rescale = 'fixed32',
    shiftRounding = 'half',
  } = options;
  const layers = new Map<NodeId, LayerBits>((options.bits ?? []).map((b) => [b.node, b]));
  for (const { node, weights: w, activations: a } of layers.values()) {
    if (!WIDTHS.has(w)) throw badBits(`Weights of layer '${node}'`, w);
    if (!WIDTHS.has(a)) throw badBits(`Activations of layer '${node}'`, a);
  }
  const tensors = new Map<TensorId, TensorQuant>();
  for (const { node, traits } of plan.nodes) {
    if (traits.role !== 'weighted') continue;
    const id = node.inputs[traits.weight] as TensorId;
    tensors.set(id, weightQuant(model, id, traits.outAxis, layers.get(node.id)?.weights ?? 8, weights));
  }
  const groupBits = bitsOfGroups(model.graph, plan, layers);
  const facts = groupFacts(model, plan, calibration);
  const thresholds = new Map<TensorId, ThresholdRecord>();
  const quants = new Map<TensorId, { readonly quant: TensorQuant; readonly interval: Interval }>();
  for (const [group, { roots, unsigned }] of facts) {
    const bits = groupBits.get(group) ?? 8;
    const kind = bits > 8 ? 'signed' : activations === 'affine' ? 'affine' : unsigned ? 'unsigned' : 'signed';
    const grid: Grid = { bits, kind };
    const intervals = roots.map((r) => chooseInterval(r.statistics, r.mayClip ? method : 'min-max', grid));
    const interval = {
      low: intervals.reduce((a, i) => Math.min(a, i.low), 0),
      high: intervals.reduce((a, i) => Math.max(a, i.high), 0),
    };
    quants.set(group, { quant: quantOver(grid, interval), interval });
  }
  alignSums(plan, quants);
  for (const [id, group] of plan.groupOf) {
    const chosen = quants.get(group);
    const statistics = calibration.tensors.get(id);
    if (!chosen) continue;
    tensors.set(id, chosen.quant);
    if (statistics) thresholds.set(id, thresholdRecord(statistics, chosen.interval, method));
  }
  return { version: 1, tensors, rescale, shiftRounding, thresholds };
}

function quantOver({ bits, kind }: Grid, { low, high }: Interval): TensorQuant {
  if (kind === 'affine') {
    const { scale, zeroPoint } = affineGrid(bits, low, high);
    return { bits, signed: false, narrow: false, scale: [scale], zeroPoint: [zeroPoint] };
  }
  const signed = kind === 'signed';
  const limit = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  return { bits, signed, narrow: signed, scale: [high / limit], zeroPoint: [0] };
}

/**
 * Makes the scales of a sum's operands multiples m / 2^k of the sum's own, m below 2^14, so that the integer sum multiplies
 * by exact numbers. Changes a scale by at most a part in 2^10 (a part in 2^13 for the larger one). Backwards through the
 * network, because a sum may be an operand of a later one.
 */
function alignSums(
  plan: QuantPlan,
  quants: Map<TensorId, { readonly quant: TensorQuant; readonly interval: Interval }>,
): void {
  const settled = new Set<TensorId>();
  for (const { node, traits, activations } of plan.nodes.toReversed()) {
    if (traits.role !== 'computes' || activations.length < 2) continue;
    const raw = node.outputs[0] ?? '';
    const sum = plan.groupOf.get(plan.fused.get(raw) ?? raw) ?? '';
    const own = quants.get(sum)?.quant.scale[0];
    if (own === undefined) continue;
    settled.add(sum);
    const operands = activations.flatMap((id) => plan.groupOf.get(id) ?? []);
    const largest = operands.reduce((a, id) => Math.max(a, (quants.get(id)?.quant.scale[0] ?? 0) / own), 0);
    const unit = own * 2 ** -Math.min(30, Math.floor(Math.log2(ALIGNED_LIMIT / largest)));
    for (const id of operands) {
      const known = quants.get(id);
      if (!known || settled.has(id)) continue;
      settled.add(id);
      const multiplier = Math.round((known.quant.scale[0] as number) / unit);
      // A much finer operand would move too far: it stays, and is rounded when lowered.
      if (multiplier >= 2 ** 9) quants.set(id, { ...known, quant: { ...known.quant, scale: [multiplier * unit] } });
    }
  }
}

const ALIGNED_LIMIT = 2 ** 14 - 1;

const thresholdRecord = (
  statistics: ActivationStatistics,
  { low, high }: Interval,
  method: string,
): ThresholdRecord => ({
  maxAbs: Math.max(Math.abs(statistics.min), Math.abs(statistics.max)),
  threshold: Math.max(Math.abs(low), Math.abs(high)),
  clippedShare: shareOutside(statistics, low, high),
  method,
});

const chosen = new WeakMap<ActivationStatistics, Map<string, Interval>>();

/** The observer's answer, kept with the statistics: one search per width, kind and observer, however many schemes ask. */
function chooseInterval(statistics: ActivationStatistics, method: string, grid: Grid): Interval {
  const observer = observers.get(method);
  // At 16 bits the whole range is the best threshold of every observer, and histograms are too coarse to say otherwise.
  const used = grid.bits > 8 ? observers.get('min-max') : observer;
  const key = `${used.id}:${grid.bits}:${grid.kind}`;
  const byKey = chosen.get(statistics) ?? new Map<string, Interval>();
  const interval = byKey.get(key) ?? used.choose(statistics, grid);
  chosen.set(statistics, byKey.set(key, interval));
  return interval;
}

/** Values that leave the integer network: outputs, and what a left-out layer at the end reads. */
const networkEnds = (graph: Graph, plan: QuantPlan): readonly TensorId[] => [
  ...graph.outputs,
  ...plan.nodes.flatMap((n) => (n.traits.role === 'dropped' ? n.activations : [])),
];

/** Width of each group: the widest of its members. */
function bitsOfGroups(
  graph: Graph,
  plan: QuantPlan,
  layers: ReadonlyMap<NodeId, LayerBits>,
): ReadonlyMap<TensorId, number> {
  const bits = new Map<TensorId, number>();
  const consumers = consumersOf(graph);
  const activationBits = (id: NodeId) => layers.get(id)?.activations ?? 8;
  const weighted = new Set(plan.nodes.filter((n) => n.traits.role === 'weighted').map((n) => n.node.id));
  for (const id of graph.inputs) {
    const wide = consumers.get(id)?.some((n) => weighted.has(n.id) && activationBits(n.id) > 8);
    bits.set(id, wide ? 16 : 8);
  }
  for (const { node, traits, activations } of plan.nodes) {
    const widest = activations.reduce((n, id) => Math.max(n, bits.get(id) ?? 0), 0);
    const own = traits.role === 'weighted' ? activationBits(node.id) : widest;
    for (const output of node.outputs) {
      // A fused value hands its layer's width to the clamp's output.
      if (output !== '') bits.set(output, own);
    }
  }
  const groups = new Map<TensorId, number>();
  const ends = networkEnds(graph, plan);
  for (const [id, group] of plan.groupOf) {
    const own = Math.max(bits.get(id) ?? 8, ends.includes(id) ? 8 : 0);
    groups.set(group, Math.max(groups.get(group) ?? 0, own));
  }
  return groups;
}

interface GroupFacts {
  readonly roots: { readonly statistics: ActivationStatistics; readonly mayClip: boolean }[];
  /** No member can be negative (methods A.4.1). */
  unsigned: boolean;
}

const factsOf = new WeakMap<CalibrationRecord, WeakMap<QuantPlan, ReadonlyMap<TensorId, GroupFacts>>>();

/** What each group's threshold depends on, bit widths apart: kept per calibration. */
function groupFacts(model: Model, plan: QuantPlan, calibration: CalibrationRecord): ReadonlyMap<TensorId, GroupFacts> {
  const known = factsOf.get(calibration)?.get(plan);
  if (known) return known;
  const facts = new Map<TensorId, GroupFacts>();
  const nonNegative = nonNegativeValues(model, plan, calibration);
  const consumers = consumersOf(model.graph);
  for (const root of plan.roots) {
    const group = plan.groupOf.get(root) ?? root;
    const entry = facts.get(group) ?? { roots: [], unsigned: true };
    facts.set(group, entry);
    entry.unsigned &&= nonNegative.has(root);
    const measured = endOfMoves(root, plan, consumers);
    const statistics = calibration.tensors.get(measured) ?? calibration.tensors.get(root);
    if (statistics) entry.roots.push({ statistics, mayClip: mayClip(model, root, plan) });
  }
  const byPlan = factsOf.get(calibration) ?? new WeakMap<QuantPlan, ReadonlyMap<TensorId, GroupFacts>>();
  factsOf.set(calibration, byPlan.set(plan, facts));
  return facts;
}

/** A value read only by a pool that picks is measured behind the pool (methods A.4.5). */
function endOfMoves(root: TensorId, plan: QuantPlan, consumers: ReturnType<typeof consumersOf>): TensorId {
  let at = root;
  for (;;) {
    const readers = consumers.get(at) ?? [];
    const next = readers.length === 1 ? plan.producers.get(readers[0]?.outputs[0] ?? '') : undefined;
    if (next?.traits.role !== 'same-codes' || next.activations.length !== 1) return at;
    at = next.node.outputs[0] ?? at;
  }
}

/**
 * Only weighted layers, and clamps, of more than two outputs are clipped; sums and inputs span all they saw (methods A.4.5).
 * Network outputs are not clipped either: it is their largest value that counts.
 */
function mayClip({ graph }: Model, root: TensorId, plan: QuantPlan): boolean {
  const shape = graph.tensors.get(root)?.shape;
  const few = isKnown(shape) && elementCount(shape) <= 2;
  const group = plan.groupOf.get(root);
  if (networkEnds(graph, plan).some((id) => plan.groupOf.get(id) === group)) return false;
  let producer = plan.producers.get(root);
  if (producer?.traits.role === 'clamp' && plan.fused.has(producer.activations[0] ?? ''))
    producer = plan.producers.get(producer.activations[0] ?? '');
  return !few && (producer?.traits.role === 'weighted' || producer?.traits.role === 'clamp');
}

/** Values that cannot be negative: behind a ReLU or sigmoid, pools of such, moved ones, and inputs that never were. */
function nonNegativeValues(model: Model, plan: QuantPlan, calibration: CalibrationRecord): ReadonlySet<TensorId> {
  const found = new Set<TensorId>();
  for (const id of model.graph.inputs) if ((calibration.tensors.get(id)?.min ?? -1) >= 0) found.add(id);
  for (const n of plan.nodes) {
    const inherits = n.traits.role === 'same-codes' || isPool(model.graph, n);
    const bounded =
      (n.traits.role === 'clamp' && clampBounds(model, n)[0] >= 0) ||
      (n.traits.role === 'computes' && (n.traits.range?.[0] ?? -1) >= 0);
    if (bounded || (inherits && n.activations.every((id) => found.has(id))))
      for (const output of n.node.outputs) found.add(output);
  }
  return found;
}

function isPool(graph: Graph, { node, bound }: QuantNode): boolean {
  const shaped = (id: TensorId): ShapedValue | undefined => {
    const info = graph.tensors.get(id);
    return info && isKnown(info.shape)
      ? { type: info.type ?? 'float32', shape: info.shape, isConstant: info.weight !== undefined }
      : undefined;
  };
  const outputs = node.outputs.map(shaped).filter((v) => v !== undefined);
  return outputs.length > 0 && bound.cost(node.inputs.map(shaped), outputs).kind === 'pool';
}
