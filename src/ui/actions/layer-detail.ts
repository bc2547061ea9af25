import { CancelledError } from '../../base/index.ts';
import type { NodeId } from '../../ir/index.ts';
import { getState, patch } from '../state/store.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

const asked = new Set<string>();

/** Fetches histograms of a layer for the inspector, once per model, data and layer. */
export async function loadLayerDetail(node: NodeId): Promise<void> {
  const { modelId, data, details } = getState().session;
  if (modelId === undefined || details.has(node)) return;
  const key = `${modelId} ${data?.id ?? ''} ${node}`;
  if (asked.has(key)) return;
  asked.add(key);
  try {
    const detail = await runJob(
      'layer',
      { modelId, node, ...(data ? { dataId: data.id } : {}) },
      { title: `Layer ${node}`, unlisted: true },
    );
    const now = getState().session;
    if (now.modelId === modelId) patch({ session: { details: new Map(now.details).set(node, detail) } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  } finally {
    asked.delete(key);
  }
}
