import { CancelledError } from '../../base/index.ts';
import type { DrawingChoice, DrawnModel } from '../../explore/index.ts';
import { getState, patch } from '../state/store.ts';
import type { DrawingState, ModelPlaceState } from '../state/types.ts';
import { problemOf } from './problems.ts';
import { cancelJob, runJob } from './run-job.ts';

/** Which canvas: the open model, or the other one of a comparison. */
export type CanvasId = 'model' | 'other';

/** Drawings are large arrays and no state: the store only counts their versions. */
const drawn = new Map<CanvasId, { readonly key: string; readonly subject: string; readonly drawing: DrawnModel }>();
const running = new Map<CanvasId, { readonly key: string; readonly job?: number }>();
/** What was asked for last, finished or not. */
const asked = new Map<CanvasId, { readonly modelId: string; readonly choice: DrawingChoice }>();

/** The drawing on a canvas as it is now; read again when `model.drawings[canvas].version` has changed. */
export const drawingOf = (canvas: CanvasId): DrawnModel | undefined => drawn.get(canvas)?.drawing;

/** Which graph the drawing on a canvas is of; changes of a model leave it the same, another file or a graph inside a node do not. */
export const subjectOf = (canvas: CanvasId): string | undefined => drawn.get(canvas)?.subject;

const FINGERPRINT_DIGITS = 64;

const subject = (modelId: string, { body }: DrawingChoice): string =>
  JSON.stringify([modelId.slice(0, FINGERPRINT_DIGITS), body]);

const NONE: DrawingState = { status: 'none', partial: false, version: 0 };
export const drawingState =
  (canvas: CanvasId) =>
  (state: { readonly model: { readonly drawings: Readonly<Record<string, DrawingState>> } }): DrawingState =>
    state.model.drawings[canvas] ?? NONE;

function setDrawing(canvas: CanvasId, change: Partial<DrawingState>): void {
  const { drawings } = getState().model;
  patch({ model: { drawings: { ...drawings, [canvas]: { ...(drawings[canvas] ?? NONE), ...change } } } });
}

/**
 * Has a model laid out in a worker and shows it on a canvas; the drawing before, if it is of the same graph, stays until the new
 * one, or its first part, is there. Asking for the same again does nothing; asking for another one cancels what is under way.
 */
export async function draw(canvas: CanvasId, modelId: string, choice: DrawingChoice): Promise<void> {
  const key = JSON.stringify([modelId, choice]);
  const before = running.get(canvas);
  if (before?.key === key || (!before && drawn.get(canvas)?.key === key)) return;
  if (before?.job !== undefined) cancelJob(before.job);
  running.set(canvas, { key });
  asked.set(canvas, { modelId, choice });
  const of = subject(modelId, choice);
  if (subjectOf(canvas) !== of) drawn.delete(canvas);
  setDrawing(canvas, { status: 'running', partial: false, problem: undefined } as Partial<DrawingState>);
  const show = (drawing: DrawnModel, partial: boolean): void => {
    if (running.get(canvas)?.key !== key) return;
    drawn.set(canvas, { key, subject: of, drawing });
    setDrawing(canvas, { status: partial ? 'running' : 'ready', partial, version: versionOf(canvas) + 1 });
  };
  try {
    const reply = await runJob(
      'draw',
      { modelId, choice },
      {
        title: 'Lay out graph',
        unlisted: true,
        onStart: (job) => running.set(canvas, { key, job }),
        onPartial: (drawing) => show(drawing, true),
      },
    );
    show(reply, false);
  } catch (thrown) {
    if (running.get(canvas)?.key !== key) return;
    if (thrown instanceof CancelledError)
      setDrawing(canvas, { status: drawn.get(canvas)?.key === key ? 'ready' : 'cancelled' });
    else setDrawing(canvas, { status: 'failed', problem: problemOf(thrown) });
  } finally {
    if (running.get(canvas)?.key === key) running.delete(canvas);
  }
}

const versionOf = (canvas: CanvasId): number => getState().model.drawings[canvas]?.version ?? 0;

/** Above so many boxes blocks are closed at first. */
const COLLAPSE_FROM = 150;

/** What the Model place is set to show. */
export function drawingChoice(
  place: Pick<ModelPlaceState, 'form' | 'grouping' | 'expanded' | 'collapsed' | 'expandAll' | 'body'>,
): DrawingChoice {
  const { form, grouping, expanded, collapsed, expandAll, body } = place;
  return { form, grouping, expanded, collapsed, expandAll, body, collapseFrom: COLLAPSE_FROM };
}

/** Draws the model that has just been opened, before anything else is asked of the workers: it is looked at first. */
export const drawOpened = (modelId: string): Promise<void> => draw('model', modelId, drawingChoice(getState().model));

/** Does the layout that was cancelled or failed once more. */
export function drawAgain(canvas: CanvasId): void {
  const last = asked.get(canvas);
  const now = drawn.get(canvas);
  if (!last || running.has(canvas)) return;
  if (now) drawn.set(canvas, { ...now, key: '' });
  void draw(canvas, last.modelId, last.choice);
}

/** Ends the layout under way; what is drawn so far stays. */
export function cancelDrawing(canvas: CanvasId): void {
  const job = running.get(canvas)?.job;
  if (job !== undefined) cancelJob(job);
}
