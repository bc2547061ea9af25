import { CancelledError } from '../../base/index.ts';
import { getState, patch } from '../state/store.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';

const SAMPLES = 16;

/** Compares our float results with ONNX Runtime's, which is loaded from this page's address by the first check. */
export async function checkFloats(): Promise<void> {
  const { modelId, data } = getState().session;
  if (modelId === undefined || !data || getState().compress.floatCheck === 'running') return;
  patch({ compress: { floatCheck: 'running' } });
  try {
    const reply = await runJob(
      'floatCheck',
      { modelId, dataId: data.id, samples: SAMPLES },
      {
        title: 'Check floats with ONNX Runtime',
        result: (r) => `${r.sameLabels} of ${r.samples} with the same answer`,
      },
    );
    if (getState().session.modelId === modelId) patch({ compress: { floatCheck: reply } });
  } catch (thrown) {
    patch({ compress: { floatCheck: thrown instanceof CancelledError ? undefined : problemOf(thrown) } });
  }
}
