import { CancelledError } from '../../base/index.ts';
import type { DataDescription } from '../../explore/index.ts';
import { getState, patch } from '../state/store.ts';
import type { AppState } from '../state/types.ts';
import { openOverlay } from './navigate.ts';
import { heldData } from './open-data.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';

/** Previews are pixels, which do not live in the state: `dataPanel.version` counts up with every description. */
let shown: { readonly of: string; readonly description: DataDescription } | undefined;

/** The data that a description would be of, by model, samples and settings. */
export const describedKey = ({ session }: AppState): string | undefined =>
  session.modelId === undefined || !session.data ? undefined : `${session.modelId} ${session.data.id}`;

/** Description of the open data; undefined: not here yet. */
export const dataDescription = (): DataDescription | undefined =>
  shown?.of === describedKey(getState()) ? shown?.description : undefined;

export function openDataPanel(): void {
  openOverlay('data');
}

let asked: string | undefined;

/** Describes the open data, once for each; called by the panel whenever other data are open. */
export async function describeOpenData(): Promise<void> {
  const key = describedKey(getState());
  const source = heldData();
  const { modelId } = getState().session;
  if (key === undefined || !source || modelId === undefined || shown?.of === key || asked === key) return;
  asked = key;
  patch({ dataPanel: { status: 'running' } });
  try {
    const description = await runJob(
      'describeData',
      { modelId, source },
      { title: 'Look at the data', unlisted: true },
    );
    if (describedKey(getState()) !== key) return;
    shown = { of: key, description };
    patch({ dataPanel: { status: 'ready', version: getState().dataPanel.version + 1 } });
  } catch (thrown) {
    if (describedKey(getState()) !== key) return;
    if (thrown instanceof CancelledError) patch({ dataPanel: { status: 'none' } });
    else patch({ dataPanel: { status: 'failed', problem: problemOf(thrown) } });
  } finally {
    if (asked === key) asked = undefined;
  }
}
