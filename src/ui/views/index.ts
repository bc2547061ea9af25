import { type ComponentType, createElement, lazy, useState } from 'react';
import type { AppState } from '../state/types.ts';
import { StartView } from './start/index.tsx';
import type { View } from './view.ts';

/** Code of the places that the start page does not show: fetched once it stands, before requests are counted. */
const loaders: (() => Promise<unknown>)[] = [];

function later(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined;
  const fetched = async (): Promise<ComponentType> => {
    loaded = await load();
    return loaded;
  };
  loaders.push(fetched);
  const Later = lazy(async () => ({ default: await fetched() }));
  // What is here already is shown at once: a lazy component waits even then, and React shows 'Loading' for 300 ms at least.
  return function Place() {
    const [Shown] = useState(() => loaded ?? Later);
    return createElement(Shown);
  };
}

const ModelView = later(async () => (await import('./model/index.tsx')).ModelView);
const TargetsView = later(async () => (await import('./targets/index.tsx')).TargetsView);
const CompressView = later(async () => (await import('./compress/index.tsx')).CompressView);
const ExploreView = later(async () => (await import('./explore/index.tsx')).ExploreView);
const DeployView = later(async () => (await import('./deploy/index.tsx')).DeployView);

/** Lies over any place: what the open data hold. */
export const DataPanel = later(async () => (await import('./data/index.tsx')).DataPanel);

/** Fetches every place that is not here yet. After it the page needs no request to show any of them. */
export async function loadPlaces(): Promise<void> {
  await Promise.all(loaders.map((load) => load()));
}

const modelOpen = (state: AppState): boolean => state.session.view !== undefined;
const pointsOrModel = (state: AppState): boolean => modelOpen(state) || state.exploration.points.length > 0;

const fitCount = (state: AppState): string | undefined => {
  const { estimates } = state.session;
  return estimates.length ? `${estimates.filter((e) => e.fits === 'yes').length} of ${estimates.length}` : undefined;
};

/** The places, in the order of the row. Search and Run time are added with their first content (keys 5 and 7). */
export const views: readonly View[] = [
  { id: 'start', title: 'Start', key: '1', Component: StartView, available: () => true, reason: '' },
  { id: 'model', title: 'Model', key: '2', Component: ModelView, available: modelOpen, reason: 'open a model first' },
  {
    id: 'targets',
    title: 'Targets',
    key: '3',
    Component: TargetsView,
    available: modelOpen,
    reason: 'open a model first',
    count: fitCount,
  },
  {
    id: 'compress',
    title: 'Compress',
    key: '4',
    Component: CompressView,
    available: modelOpen,
    reason: 'open a model first',
  },
  {
    id: 'explore',
    title: 'Explore',
    key: '6',
    Component: ExploreView,
    available: pointsOrModel,
    reason: 'open a model or a link first',
    count: (state) => (state.exploration.points.length ? String(state.exploration.points.length) : undefined),
  },
  {
    id: 'deploy',
    title: 'Deploy',
    key: '8',
    Component: DeployView,
    available: pointsOrModel,
    reason: 'open a model first',
  },
];
