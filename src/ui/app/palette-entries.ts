import { checkObstacle, checkScheme, measureSensitivity } from '../actions/compress.ts';
import { openDataPanel } from '../actions/data-panel.ts';
import { saveParetoscope } from '../actions/deploy.ts';
import { cancelExploration, explore, exploreObstacle } from '../actions/explore.ts';
import { goTo, openOverlay, redoStep, setSettings, undoStep } from '../actions/navigate.ts';
import { chooseFiles } from '../actions/open-files.ts';
import { togglePause } from '../actions/run-job.ts';
import { activatePoint, clearPoints, selectLayer, selectPoint, setMetric } from '../actions/select.ts';
import { setBits, setTarget, targetEstimate, targetId, targetOptions } from '../actions/target.ts';
import { showTab, train, trainObstacle } from '../actions/training.ts';
import { sweepObstacle, sweepRates } from '../actions/training-sweep.ts';
import { inText } from '../format/index.ts';
import type { AppState } from '../state/types.ts';
import { views } from '../views/index.ts';
import { commandKey } from './keys.ts';

export interface Group {
  readonly id: 'action' | 'layer' | 'point';
  readonly title: string;
  readonly prefix: string;
}

export const groups: readonly Group[] = [
  { id: 'action', title: 'Actions', prefix: '>' },
  { id: 'layer', title: 'Layers', prefix: '@' },
  { id: 'point', title: 'Points', prefix: '#' },
];

/** A line of the palette. */
export interface Entry {
  readonly id: string;
  readonly group: Group['id'];
  readonly title: string;
  readonly detail?: string;
  /** Current value or key, at the right. */
  readonly value?: string;
  readonly disabledReason?: string;
  run(): void;
}

/** Everything the palette can find in this state. */
export const entriesFor = (state: AppState): readonly Entry[] => [
  ...actionEntries(state),
  ...targetEntries(state),
  ...layerEntries(state),
  ...pointEntries(state),
];

function actionEntries(state: AppState): Entry[] {
  const action = (title: string, run: () => void, value?: string): Entry => ({
    id: `action-${title}`,
    group: 'action',
    title,
    run,
    ...(value === undefined ? {} : { value }),
  });
  const places = views.map((view) => ({
    ...action(`Go to ${view.title}`, () => goTo(view.id), view.key),
    ...(view.available(state) ? {} : { disabledReason: view.reason }),
  }));
  const open = state.session.view !== undefined;
  const metrics = ['latency', 'macs', 'params', 'bytes', 'intensity', 'sensitivity', 'bits'];
  return [
    action('Open files', chooseFiles, 'O'),
    action('Open a link', () => openOverlay('link')),
    action('Open a model by its address', () => openOverlay('url')),
    ...places,
    action('Undo', undoStep, state.history.past.at(-1)?.label ?? `${commandKey} Z`),
    action('Redo', redoStep, state.history.future[0]?.label ?? `Shift ${commandKey} Z`),
    action('Share', () => openOverlay('share')),
    action('Settings', () => openOverlay('settings')),
    action('All keys', () => openOverlay('keys'), '?'),
    action('About and measurements', () => openOverlay('about')),
    ...(['system', 'light', 'dark'] as const).map((theme) =>
      action(`Theme: ${theme}`, () => setSettings({ theme }), state.settings.theme === theme ? 'now' : undefined),
    ),
    ...(open ? [action('Look at the data', openDataPanel, state.session.data?.reference.name)] : []),
    ...(open ? jobEntries(state, action) : []),
    ...(open
      ? metrics.map((m) =>
          action(`Colour by ${m}`, () => setMetric(m), state.selection.metric === m ? 'now' : undefined),
        )
      : []),
    ...(open
      ? [8, 16, 32].map((bits) =>
          action(`Verdict at ${bits} bits`, () => setBits(bits), state.session.bits === bits ? 'now' : undefined),
        )
      : []),
    ...(state.selection.points.length ? [action('Clear comparison', clearPoints)] : []),
  ];
}

type MakeEntry = (title: string, run: () => void, value?: string) => Entry;

/** Entries with why they cannot be used now. */
function trainingEntries(state: AppState, action: MakeEntry): readonly (readonly [Entry, string | undefined])[] {
  const show = (): void => {
    goTo('compress');
    showTab('train');
  };
  const { recipe } = state.training;
  const pausable = state.jobs.list.find((job) => job.pausable);
  const isLooked = state.training.data !== undefined;
  return [
    [action('Show training', show), undefined],
    ...(isLooked
      ? [
          [
            action(
              'Train',
              () => {
                show();
                void train();
              },
              `${recipe.epochs} epochs`,
            ),
            trainObstacle(state),
          ] as const,
          [
            action('Sweep learning rates', () => {
              show();
              void sweepRates();
            }),
            sweepObstacle(state),
          ] as const,
        ]
      : []),
    ...(pausable
      ? [
          [
            action(pausable.state === 'paused' ? 'Resume the job' : 'Pause the job', togglePause, 'P'),
            undefined,
          ] as const,
        ]
      : []),
  ];
}

function jobEntries(state: AppState, action: MakeEntry): Entry[] {
  const withReason = (entry: Entry, reason: string | undefined): Entry =>
    reason === undefined ? entry : { ...entry, disabledReason: reason };
  const { points, status, budget } = state.exploration;
  return [
    withReason(
      action(
        points.length > 0 ? 'Continue the search' : 'Search with the present limits',
        () => void explore(),
        `${budget} evaluations`,
      ),
      exploreObstacle(),
    ),
    ...(status === 'running' ? [action('Cancel the search', cancelExploration, `keep ${points.length}`)] : []),
    withReason(
      action('Quantize and check', () => {
        goTo('compress');
        void checkScheme();
      }),
      checkObstacle(state),
    ),
    action('Measure sensitivity', () => {
      goTo('compress');
      void measureSensitivity();
    }),
    ...trainingEntries(state, action).map(([entry, reason]) => withReason(entry, reason)),
    action('Save .paretoscope', () => void saveParetoscope('with model')),
  ];
}

function targetEntries(state: AppState): Entry[] {
  if (!state.session.view) return [];
  return targetOptions(state.session.catalog).map((option) => {
    const estimate = state.session.estimates.find((e) => targetId(e) === option.id);
    return {
      id: `target-${option.id}`,
      group: 'action',
      title: `Target: ${option.label}`,
      value: estimate?.latency ? inText(estimate.latency.value, 'seconds') : '',
      run: () => setTarget(option.target),
    };
  });
}

function layerEntries(state: AppState): Entry[] {
  const latencies = new Map(targetEstimate(state)?.layers.map((layer) => [layer.node, layer.latency?.value]));
  return (state.session.view?.costs ?? []).map((cost) => {
    const latency = latencies.get(cost.node);
    return {
      id: `layer-${cost.node}`,
      group: 'layer',
      title: cost.node,
      detail: `${cost.op}, ${inText(cost.macs, 'macs')} MACs`,
      value: latency === undefined ? '' : inText(latency, 'seconds'),
      run: () => selectLayer(cost.node),
    };
  });
}

function pointEntries(state: AppState): Entry[] {
  return state.exploration.points.map((point) => ({
    id: `point-${point.id}`,
    group: 'point',
    title: `Point ${point.id.slice(0, 6)}`,
    detail: point.origin,
    value: pointValue(state, point.id),
    run: () => {
      if (state.selection.points.includes(point.id)) activatePoint(point.id);
      else selectPoint(point.id);
      goTo('explore');
    },
  }));
}

function pointValue(state: AppState, id: string): string {
  const objectives = state.exploration.points.find((p) => p.id === id)?.objectives ?? {};
  const quality = objectives['accuracy'] ?? objectives['agreement'];
  const latency = objectives['latencySeconds'];
  return [quality && inText(quality.value, 'share'), latency && inText(latency.value, 'seconds')]
    .filter(Boolean)
    .join(', ');
}
