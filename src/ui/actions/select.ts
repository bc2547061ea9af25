import type { NodeId } from '../../ir/index.ts';
import { act, getState, patch } from '../state/store.ts';

/** As many as there are letters in the comparison: A to F. */
export const MAX_COMPARED = 6;

export function hoverLayer(layer: NodeId | undefined): void {
  if (getState().selection.hoveredLayer !== layer) patch({ selection: { hoveredLayer: layer } });
}

export function hoverPoint(point: string | undefined): void {
  if (getState().selection.hoveredPoint !== point) patch({ selection: { hoveredPoint: point } });
}

export function hoverPlatform(platform: string | undefined): void {
  if (getState().selection.hoveredPlatform !== platform) patch({ selection: { hoveredPlatform: platform } });
}

export function selectLayer(layer: NodeId | undefined): void {
  if (getState().selection.layer === layer) return;
  act(layer === undefined ? 'Clear layer' : `Select ${layer}`, { selection: { layer } }, { key: 'select-layer' });
}

/** The layer `by` places further in graph order, from the selected one. */
export function stepLayer(by: 1 | -1): void {
  const { session, selection } = getState();
  const costs = session.view?.nodes ?? [];
  const at = costs.findIndex((node) => node.id === selection.layer);
  const next = costs[at < 0 ? 0 : (at + by + costs.length) % costs.length];
  if (next) selectLayer(next.id);
}

/** Makes `point` the only one compared. */
export function selectPoint(point: string): void {
  act('Select point', { selection: { points: [point], activePoint: point } }, { key: 'select-point' });
}

/** Adds a point to the comparison, or takes it out; the seventh replaces the sixth. */
export function togglePoint(point: string): void {
  const { points } = getState().selection;
  if (points.includes(point)) {
    const rest = points.filter((p) => p !== point);
    act('Remove point from comparison', { selection: { points: rest, activePoint: rest.at(-1) } });
  } else {
    const kept = points.slice(0, MAX_COMPARED - 1);
    act('Add point to comparison', { selection: { points: [...kept, point], activePoint: point } });
  }
}

export function activatePoint(point: string): void {
  if (getState().selection.activePoint !== point) act('Choose point', { selection: { activePoint: point } });
}

export function clearPoints(): void {
  if (getState().selection.points.length > 0)
    act('Clear comparison', { selection: { points: [], activePoint: undefined } });
}

export function setMetric(metric: string): void {
  if (getState().selection.metric !== metric) act(`Colour by ${metric}`, { selection: { metric } });
}

/** 'A' … 'F' of a compared point. */
export const letterOf = (points: readonly string[], point: string): string | undefined => {
  const at = points.indexOf(point);
  return at < 0 ? undefined : String.fromCharCode(65 + at);
};
