import { CancelledError } from '../../base/index.ts';
import type { Constraint, DesignPoint, Exploration } from '../../explore/index.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AxisBrush, ExplorationState } from '../state/types.ts';
import { goTo, say } from './navigate.ts';
import { notQuantizable } from './obstacles.ts';
import { problemOf } from './problems.ts';
import { cancelJob, runJob } from './run-job.ts';
import { explorationOf } from './share-state.ts';
import { targetId } from './target.ts';

/** Why a search cannot start now; undefined: it can. */
export function exploreObstacle(): string | undefined {
  const { session, exploration } = getState();
  if (exploration.status === 'running') return 'a search is running';
  if (!session.view || session.modelId === undefined) return 'open the model first';
  const unquantizable = notQuantizable(session.view);
  if (unquantizable !== undefined) return unquantizable;
  if (!session.target) return 'no target yet';
  if (!session.data) return 'the inputs are still being made';
  return undefined;
}

/** Starts the search, or goes on with the points there are (they are not evaluated again). Resolves when it has ended. */
export async function explore(): Promise<void> {
  if (exploreObstacle() !== undefined) return;
  const { session, exploration } = getState();
  const { modelId, data, calibration, target, seed } = session;
  const start = explorationOf(getState());
  if (modelId === undefined || !data || !calibration || !target || !start) return;
  // Points of another target or other data would not be comparable: they are left in the undo history.
  const continues = sameSetting(exploration.header, start, targetId(target), data.reference.sha256);
  const { points, ...header } = start;
  const settings = { target, data: data.reference, calibration: calibration.reference, seed };
  const { algorithm, budget, constraints } = exploration;
  act(continues ? 'Continue the search' : 'Start a search', {
    exploration: {
      header: { ...header, ...settings, algorithm, budget },
      ...(continues ? {} : { points: [] }),
    },
    ...(continues ? {} : { selection: { points: [], activePoint: undefined } }),
  });
  patch({ exploration: { status: 'running', problem: undefined } });
  goTo('explore');
  const name = session.catalog?.algorithms.find((a) => a.id === algorithm)?.name ?? algorithm;
  try {
    const resume =
      continues && points.length > 0 ? { resume: { ...header, ...settings, algorithm, budget, points } } : {};
    const reply = await runJob(
      'explore',
      {
        modelId,
        dataId: data.id,
        calibrationId: calibration.id,
        target,
        algorithm,
        budget,
        seed,
        constraints,
        ...resume,
      },
      {
        title: `Search, ${name}, seed ${seed}`,
        // Also those that enter the state with the next frame.
        keeps: () => `keep ${getState().exploration.points.length + pending.length}`,
        onStart: (jobId) => patch({ exploration: { jobId } }),
        onPartial: addPoints,
        result: (r) => `${r.points.length} points`,
      },
    );
    flush();
    const { points: all, ...found } = reply;
    addPoints(all);
    flush();
    patch({ exploration: { header: found, status: 'done', jobId: undefined } });
  } catch (thrown) {
    flush();
    if (thrown instanceof CancelledError) {
      patch({ exploration: { status: 'cancelled', jobId: undefined } });
      say(`Search cancelled, ${getState().exploration.points.length} points kept`);
    } else patch({ exploration: { status: 'failed', jobId: undefined, problem: problemOf(thrown) } });
  }
}

export function cancelExploration(): void {
  const { jobId } = getState().exploration;
  if (jobId !== undefined) cancelJob(jobId);
}

function sameSetting(
  header: ExplorationState['header'],
  start: Exploration,
  target: string,
  dataHash: string,
): boolean {
  return (
    header !== undefined &&
    header.model.sha256 === start.model.sha256 &&
    targetId(header.target) === target &&
    header.data.sha256 === dataHash
  );
}

let pending: DesignPoint[] = [];
let scheduled = false;

/** Points arrive faster than frames: they enter the state once a frame. Those known already are left out. */
export function addPoints(points: readonly DesignPoint[]): void {
  pending.push(...points);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(flush);
}

function flush(): void {
  scheduled = false;
  if (pending.length === 0) return;
  const known = new Set(getState().exploration.points.map((p) => p.id));
  const fresh = pending.filter((p) => !known.has(p.id) && known.add(p.id));
  pending = [];
  if (fresh.length === 0) return;
  patch({ exploration: { points: [...getState().exploration.points, ...fresh] } });
}

/** Sets, replaces or (limit undefined) removes the limit of an objective. */
export function setConstraint(objective: string, operator: Constraint['operator'], limit: number | undefined): void {
  const others = getState().exploration.constraints.filter((c) => c.objective !== objective);
  const constraints = limit === undefined ? others : [...others, { objective, operator, limit }];
  act(
    limit === undefined ? `No limit on ${objective}` : `Limit ${objective}`,
    { exploration: { constraints } },
    { key: `limit-${objective}` },
  );
}

export function resetConstraints(): void {
  if (getState().exploration.constraints.length > 0) act('Reset limits', { exploration: { constraints: [] } });
}

export function setAxes(x: string, y: string): void {
  act('Change axes', { exploration: { axes: { x, y }, brush: undefined, zoom: undefined } });
}

export function setBrush(brush: AxisBrush | undefined): void {
  act(brush ? 'Brush points' : 'Clear brush', { exploration: { brush } }, { key: 'brush' });
}

export function setZoom(zoom: AxisBrush | undefined): void {
  act(zoom ? 'Zoom' : 'Show all points', { exploration: { zoom } }, { key: 'zoom' });
}

/** Whether points outside the limits are drawn faint. */
export function setDimOutside(dimOutside: boolean): void {
  act(dimOutside ? 'Dim points outside the limits' : 'Show all points at full strength', {
    exploration: { dimOutside },
  });
}

export function toggleOrigin(origin: string): void {
  const { hiddenOrigins } = getState().exploration;
  const hidden = hiddenOrigins.includes(origin);
  act(`${hidden ? 'Show' : 'Hide'} ${origin}`, {
    exploration: { hiddenOrigins: hidden ? hiddenOrigins.filter((o) => o !== origin) : [...hiddenOrigins, origin] },
  });
}

export function setSearch(change: { readonly algorithm?: string; readonly budget?: number }): void {
  act('Change the search', { exploration: change }, { key: 'search' });
}
