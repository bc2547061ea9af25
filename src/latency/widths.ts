import type { NodeId } from '../ir/index.ts';
import type { Runtime } from '../platforms/index.ts';

/** Bits of a layer's weights and of its activations. */
export interface LayerWidths {
  readonly weights: number;
  readonly activations: number;
}

/** One width for everything, or each layer's own. Layers that are not listed run at the runtime's first width. */
export type Widths = number | ReadonlyMap<NodeId, LayerWidths>;

/** How a runtime stores and computes a layer of given widths. */
export interface StoredWidths {
  /** Bits a weight takes in memory. */
  readonly weights: number;
  readonly activations: number;
  /** Factor on the time of computing: above 1 where packed weights are unpacked on the way. */
  readonly slowdown: number;
}

export function widthsOf(bits: Widths, node: NodeId, runtime: Runtime): LayerWidths {
  if (typeof bits === 'number') return { weights: bits, activations: bits };
  return bits.get(node) ?? runtime.widths[0] ?? { weights: 8, activations: 8 };
}

/**
 * The narrowest width the runtime computes with that holds the layer. Weights narrower than that stay packed where the
 * runtime can unpack them, at a cost in time; otherwise they are stored at the computed width. `undefined`: too wide.
 */
export function storedWidths({ weights, activations }: LayerWidths, runtime: Runtime): StoredWidths | undefined {
  const fitting = runtime.widths
    .filter((w) => w.weights >= weights && w.activations >= activations)
    .sort((a, b) => a.weights - b.weights || a.activations - b.activations)[0];
  if (!fitting) return undefined;
  const isPacked = weights < fitting.weights && runtime.unpackFactor !== undefined;
  return {
    weights: isPacked ? weights : fitting.weights,
    activations: fitting.activations,
    slowdown: isPacked ? (runtime.unpackFactor?.value ?? 1) : 1,
  };
}
