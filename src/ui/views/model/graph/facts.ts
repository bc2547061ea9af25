import type { ModelView } from '../../../../explore/index.ts';
import { shapeText } from '../../../format/index.ts';
import type { LayerFacts } from './query.ts';

/** What a search may ask of the layers of a model. `figures`: by metric, then by node. */
export function factsOfModel(
  view: ModelView,
  scopeOf: (node: string) => string,
  figures: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly LayerFacts[] {
  return view.nodes.map((node) => ({
    id: node.id,
    op: node.op,
    scope: scopeOf(node.id),
    reads: node.inputs.map((v) => v.id),
    writes: node.outputs.map((v) => v.id),
    ...(node.inputs[0]?.shape ? { inShape: shapeText(node.inputs[0].shape) } : {}),
    ...(node.outputs[0]?.shape ? { outShape: shapeText(node.outputs[0].shape) } : {}),
    figures: Object.fromEntries([...figures].map(([metric, values]) => [metric, values.get(node.id)])),
  }));
}
