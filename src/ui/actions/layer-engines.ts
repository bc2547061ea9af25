import { CancelledError } from '../../base/index.ts';
import { getState, patch } from '../state/store.ts';
import { reopen } from './open-model.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

/** Asking reads all weights: of larger networks only when the user asks. */
export const ASKED_AT_ONCE_BYTES = 32e6;

let asked: string | undefined;

/** Asks what computes each layer of the open model, once. Never rejects. */
export async function loadLayerEngines(): Promise<void> {
  const { modelId, layerEngines } = getState().session;
  if (modelId === undefined || layerEngines || asked === modelId) return;
  asked = modelId;
  try {
    const reply = await runJob('layerEngines', { modelId }, { title: 'What runs each layer', unlisted: true });
    if (getState().session.modelId === modelId) patch({ session: { layerEngines: reply } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  } finally {
    asked = undefined;
  }
}

/** Opens the model again with onnxruntime-web, or the plain reference, for layers without a kernel. Undoable. */
export async function runMissingKernelsOn(engine: 'onnxruntime' | 'reference'): Promise<void> {
  const { sizes, changes } = getState().session;
  const making =
    engine === 'onnxruntime'
      ? { sizes, changes, missingKernels: engine }
      : { sizes, changes, missingKernels: undefined };
  const label =
    engine === 'onnxruntime'
      ? 'Run layers without a kernel on onnxruntime-web'
      : 'Run layers without a kernel on the reference';
  try {
    await reopen(making, label);
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  }
}
