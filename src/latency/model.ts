import type { LayerCost, LayerEstimate } from '../ir/index.ts';
import type { Runtime } from '../platforms/index.ts';
import type { StoredWidths } from './widths.ts';

/** Time of one layer and what limits it. */
export interface LayerTime {
  readonly seconds: number;
  readonly bound: NonNullable<LayerEstimate['bound']>;
}

export interface LayerConditions {
  /** Clock over the clock the runtime is described at; scales computing, not memory. */
  readonly clockRatio: number;
  /** Refine as ANNETTE's code does, see `refined`. */
  readonly legacyRefine: boolean;
}

/**
 * A way to tell a layer's time from its work. Later models (statistical, mixed, step functions) implement this and are
 * added to the list in `registry.ts`; what they were fitted to travels in the platform.
 */
export interface LatencyModel {
  readonly id: string;
  readonly name: string;
  /** In words, for the figure's provenance. */
  readonly formula: string;
  /** Whether the runtime's description has what the model needs. */
  appliesTo(runtime: Runtime): boolean;
  layer(cost: LayerCost, widths: StoredWidths, runtime: Runtime, conditions: LayerConditions): LayerTime;
}
