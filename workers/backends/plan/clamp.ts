import type { NodeView } from './fast-node.ts';

/** Bounds of a node that only clamps. */
export interface ClampBounds {
  readonly low: number;
  readonly high: number;
}

/** The bounds of a Relu or Clip with constant bounds; `undefined` for every other node. */
export function clampOf(view: NodeView): ClampBounds | undefined {
  if (view.node.op === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (view.node.op !== 'Clip' || [1, 2].some((i) => view.has(i) && !view.constant(i))) return undefined;
  const low = view.constant(1)?.data[0] ?? view.float('min', Number.NEGATIVE_INFINITY);
  const high = view.constant(2)?.data[0] ?? view.float('max', Number.POSITIVE_INFINITY);
  return { low, high };
}
