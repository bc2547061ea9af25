import { type SimplifyStep, simplify } from '../../analyze/index.ts';
import type { Comparison } from '../../compare/index.ts';
import { matchMetric, readMetric } from '../../datasets/index.ts';
import type { StageContext } from '../../ir/index.ts';
import type { LayerMetric } from '../model-view.ts';
import type { OpenedModel } from './open.ts';

/** What simplification would change, pass by pass, and the passes that do. */
export function simplifyReport(
  { asRead }: OpenedModel,
  ctx: StageContext,
): { readonly steps: readonly SimplifyStep[]; readonly passes: readonly string[] } {
  const { steps } = simplify(asRead, ctx);
  return { steps, passes: [...new Set(steps.filter((step) => step.changes.length > 0).map((step) => step.id))] };
}

/** Layer by layer, from `a` to `b`, with the costs of both. */
export async function compareOpened(a: OpenedModel, b: OpenedModel): Promise<Comparison> {
  const { compareModels } = await import('../../compare/index.ts');
  return compareModels({ model: a.asRead, costs: a.view.costs }, { model: b.asRead, costs: b.view.costs });
}

/** A metric out of a CSV or JSON file, matched to the layers. Throws `datasets/…` where nothing matches. */
export function layerMetric(opened: OpenedModel, name: string, bytes: Uint8Array): LayerMetric {
  const metric = readMetric(name, bytes);
  const layers = opened.asRead.graph.nodes.map(({ id, outputs }) => ({ id, outputs }));
  const { matched, unmatched } = matchMetric(metric, layers);
  return {
    title: metric.title,
    ...(metric.unit === undefined ? {} : { unit: metric.unit }),
    values: [...matched],
    unmatched,
    notes: metric.diagnostics.map((d) => d.message),
  };
}
