import { OPS_PER_MAC } from '../base/index.ts';
import type { Figure, LayerCost, LayerEstimate, NodeId } from '../ir/index.ts';
import type { Platform, Runtime } from '../platforms/index.ts';
import {
  addEnergy,
  type EnergyTable,
  floatMacEnergy,
  horowitz45,
  macEnergy,
  onChipEnergyPerByte,
} from './energy-table.ts';

/** One width for everything, or each layer's own; layers that are not listed run at the runtime's first width. */
export type EnergyWidths = number | ReadonlyMap<NodeId, { readonly weights: number; readonly activations: number }>;

/** What a latency model said: the total, and each layer's time. */
export interface LatencyOf {
  readonly latency?: Figure;
  readonly layers: readonly LayerEstimate[];
}

export interface EnergyOptions {
  /** Default: Horowitz's 45 nm figures. Used where the device's power is not known. */
  readonly table?: EnergyTable;
}

export interface EnergyComponent {
  readonly name: 'active power' | 'computing' | 'memory';
  readonly joules: number;
}

export interface EnergyEstimate {
  /** Joules per inference; absent where neither power × time nor a table gives one. */
  readonly energy?: Figure;
  /** Add up to the total. */
  readonly components: readonly EnergyComponent[];
  readonly layers: readonly { readonly node: NodeId; readonly energy?: Figure }[];
}

/**
 * Energy of one inference. Where the runtime's active power is known: power × latency, layer by layer; the interval is that
 * of the latency. Otherwise a model of computing and memory from a table of energy per operation, which is
 * an assumption about technology, not about this device. Source: methods F.6, D.18.
 */
export function estimateEnergy(
  costs: readonly LayerCost[],
  bits: EnergyWidths,
  latency: LatencyOf,
  platform: Platform,
  runtime: Runtime,
  options: EnergyOptions = {},
): EnergyEstimate {
  if (runtime.activePowerWatts) return fromPower(latency, platform, runtime, runtime.activePowerWatts.value);
  return fromTable(costs, bits, platform, runtime, options.table ?? horowitz45);
}

function fromPower(latency: LatencyOf, platform: Platform, runtime: Runtime, watts: number): EnergyEstimate {
  const power = runtime.activePowerWatts;
  const formula = 'active power × latency';
  const source = `${platform.name}, ${runtime.name}; power: ${power?.source ?? ''}`;
  const isFitted = power?.provenance !== 'assumed';
  const figure = (time: Figure): Figure => ({
    value: watts * time.value,
    provenance: isFitted && time.provenance !== 'assumed' ? 'fitted' : 'assumed',
    ...(time.interval ? { interval: [watts * time.interval[0], watts * time.interval[1]] as const } : {}),
    ...(time.coverage === undefined ? {} : { coverage: time.coverage }),
    formula,
    source,
  });
  const energy = latency.latency && figure(latency.latency);
  return {
    ...(energy ? { energy } : {}),
    components: energy ? [{ name: 'active power', joules: energy.value }] : [],
    layers: latency.layers.map(({ node, latency: time }) => ({ node, ...(time ? { energy: figure(time) } : {}) })),
  };
}

/** Joules of computing one layer: multiply-accumulates, and its other operations as additions. */
export function computeEnergy(
  cost: LayerCost,
  widths: { readonly weights: number; readonly activations: number },
  isFloat: boolean,
  table: EnergyTable,
): number {
  const { weights, activations } = widths;
  const mac = isFloat ? floatMacEnergy(table, Math.max(weights, activations)) : macEnergy(table, weights, activations);
  return cost.macs * mac + (cost.ops - OPS_PER_MAC * cost.macs) * addEnergy(table, activations);
}

/**
 * Joules of moving one layer's data: weights, inputs and outputs once each, through the smallest listed on-chip memory
 * that holds the device's RAM on a microcontroller, through DRAM elsewhere.
 */
export function memoryEnergy(
  cost: LayerCost,
  widths: { readonly weights: number; readonly activations: number },
  platform: Platform,
  table: EnergyTable,
): number {
  const bytes =
    ((cost.inputElements + cost.outputElements) * widths.activations + cost.weightElements * widths.weights) / 8;
  const perByte =
    platform.kind === 'microcontroller'
      ? onChipEnergyPerByte(table, platform.ramBytes?.value ?? 0)
      : table.dramPerBit * 8;
  return bytes * perByte;
}

function fromTable(
  costs: readonly LayerCost[],
  bits: EnergyWidths,
  platform: Platform,
  runtime: Runtime,
  table: EnergyTable,
): EnergyEstimate {
  const first = runtime.widths[0] ?? { weights: 8, activations: 8, type: 'int' as const };
  const figure = (value: number): Figure => ({
    value,
    provenance: 'assumed',
    formula:
      'MACs × (multiply + add) + other operations × add + bytes × memory access; a lower bound: no static power, control or host',
    source: `${table.name} (${table.date}): ${table.source}`,
  });
  let computing = 0;
  let memory = 0;
  const layers = costs.map((cost) => {
    if (cost.kind === 'free') return { node: cost.node, energy: figure(0) };
    const widths = typeof bits === 'number' ? { weights: bits, activations: bits } : (bits.get(cost.node) ?? first);
    const isFloat = first.type === 'float' && Math.max(widths.weights, widths.activations) >= 16;
    const compute = computeEnergy(cost, widths, isFloat, table);
    const move = memoryEnergy(cost, widths, platform, table);
    computing += compute;
    memory += move;
    return { node: cost.node, energy: figure(compute + move) };
  });
  return {
    energy: figure(computing + memory),
    components: [
      { name: 'computing', joules: computing },
      { name: 'memory', joules: memory },
    ],
    layers,
  };
}
