import { elementCount, type Shape, type TensorId } from '../../../../src/ir/index.ts';
import type { NodeView } from '../fast-node.ts';

/** Inputs that are given; `undefined` where one of them is no float32 value of known shape with elements. */
export function floatInputs(
  view: NodeView,
): { readonly reads: readonly TensorId[]; readonly shapes: Shape[] } | undefined {
  const reads = view.node.inputs.filter((id) => id !== '');
  const shapes = reads.map((id) => view.floatShape(id));
  const isReady = (shape: Shape | undefined): shape is Shape => shape !== undefined && elementCount(shape) > 0;
  return shapes.every(isReady) ? { reads, shapes } : undefined;
}
