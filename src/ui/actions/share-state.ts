import type { Exploration } from '../../explore/index.ts';
import type { ShareState } from '../../explore/view.ts';
import { act, getState } from '../state/store.ts';
import type { AppState, AxisBrush, ExplorationState } from '../state/types.ts';

/** What a link or file holds of the page; undefined: there is no exploration to share. */
export function shareState(state: AppState = getState()): ShareState | undefined {
  const exploration = explorationOf(state);
  if (!exploration) return undefined;
  const { axes, brush, hiddenOrigins } = state.exploration;
  const { points, activePoint, metric } = state.selection;
  const { goalSeconds, sizes } = state.session;
  const view = { axes, brush, hiddenOrigins, points, activePoint, metric, goalSeconds, sizes };
  // Only what JSON can say, without absent members.
  return { exploration, view: JSON.parse(JSON.stringify(view)) as ShareState['view'] };
}

/** The exploration so far, also before its first point: what a search starts from and a link holds. */
export function explorationOf(state: AppState): Exploration | undefined {
  const { header, points, constraints } = state.exploration;
  if (header) return { ...header, constraints, points };
  const { view, data, calibration, target, catalog, seed, changes } = state.session;
  if (!view || !data || !calibration || !target) return undefined;
  return {
    version: 1,
    toolVersion: catalog?.toolVersion ?? '',
    model: view.reference,
    ...(changes.length > 0 ? { changes } : {}),
    layers: view.quantizable,
    seed,
    data: data.reference,
    calibration: calibration.reference,
    target,
    algorithm: state.exploration.algorithm,
    budget: state.exploration.budget,
    constraints,
    points,
  };
}

/** Shows a shared exploration: plots and tables at once; `wanted` asks for the model if it is not open. */
export function showShared(shared: ShareState, label: string, interrupted: boolean): void {
  const { points, ...header } = shared.exploration;
  const { session } = getState();
  const changes = header.changes ?? [];
  const sameModel =
    session.view?.reference.sha256 === header.model.sha256 &&
    JSON.stringify(session.changes) === JSON.stringify(changes);
  const view = readView(shared.view);
  act(label, {
    session: {
      ...(sameModel
        ? {}
        : {
            modelId: undefined,
            view: undefined,
            estimates: [],
            estimateStatus: 'none' as const,
            data: undefined,
            calibration: undefined,
          }),
      wanted: sameModel ? undefined : header.model,
      target: header.target,
      seed: header.seed,
      goalSeconds: view.goalSeconds,
      sizes: view.sizes,
      changes,
      files: [],
    },
    exploration: {
      header,
      points,
      constraints: header.constraints,
      algorithm: header.algorithm,
      budget: header.budget,
      axes: view.axes,
      brush: view.brush,
      zoom: undefined,
      hiddenOrigins: view.hiddenOrigins,
      status: interrupted ? 'interrupted' : 'done',
      problem: undefined,
    },
    selection: {
      points: view.points.filter((id) => points.some((p) => p.id === id)),
      activePoint: view.activePoint,
      layer: undefined,
    },
    deploy: { packages: {}, file: undefined },
  });
}

interface SharedView {
  readonly axes?: ExplorationState['axes'];
  readonly brush?: AxisBrush;
  readonly hiddenOrigins: readonly string[];
  readonly points: readonly string[];
  readonly activePoint?: string;
  readonly goalSeconds?: number;
  readonly sizes: Readonly<Record<string, number>>;
}

const isRange = (x: unknown): x is readonly [number, number] =>
  Array.isArray(x) && x.length === 2 && x.every((n) => typeof n === 'number');
const strings = (x: unknown): readonly string[] =>
  Array.isArray(x) ? x.filter((s): s is string => typeof s === 'string') : [];

const wholeNumbers = (x: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(typeof x === 'object' && x !== null ? x : {}).filter(([, n]) => Number.isInteger(n) && n > 0),
  ) as Record<string, number>;

/** The page's part of a link is foreign: whatever is not understood is left at its default. */
function readView(json: unknown): SharedView {
  const view = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const axes = view['axes'] as Readonly<Record<string, unknown>> | undefined;
  const brush = view['brush'] as Readonly<Record<string, unknown>> | undefined;
  const x = axes?.['x'];
  const y = axes?.['y'];
  const bx = brush?.['x'];
  const by = brush?.['y'];
  const goal = view['goalSeconds'];
  const active = view['activePoint'];
  return {
    hiddenOrigins: strings(view['hiddenOrigins']),
    points: strings(view['points']),
    sizes: wholeNumbers(view['sizes']),
    ...(typeof x === 'string' && typeof y === 'string' ? { axes: { x, y } } : {}),
    ...(isRange(bx) && isRange(by) ? { brush: { x: bx, y: by } } : {}),
    ...(typeof goal === 'number' ? { goalSeconds: goal } : {}),
    ...(typeof active === 'string' ? { activePoint: active } : {}),
  };
}
