import type { ModelView, NodeView } from '../../../../explore/index.ts';
import type { NodeId, TensorId } from '../../../../ir/index.ts';

/** A value that a layer, or one fused into it, computes. */
export interface LayerValue {
  readonly id: TensorId;
  /** The node that computes it. */
  readonly of: NodeId;
  /** ', output 1' where the node has several, else nothing. */
  readonly note: string;
}

/** What the layer hands on comes first: values of what is fused into it last, then its own. */
export function valuesOf(node: NodeView, view: ModelView): readonly LayerValue[] {
  const fused = node.fused.flatMap((id) => view.nodes.find((n) => n.id === id) ?? []);
  return [node, ...fused]
    .reverse()
    .flatMap(({ id: of, outputs }) =>
      outputs.map(({ id }, i) => ({ id, of, note: outputs.length > 1 ? `, output ${i}` : '' })),
    );
}
