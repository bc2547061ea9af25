import type { ReactElement } from 'react';
import { isTarget, targetEstimate, targetId } from '../actions/target.ts';
import { duration, figureText, inText } from '../format/index.ts';
import { useApp } from '../state/store.ts';
import type { AppState } from '../state/types.ts';

/** What is selected and hovered, in words with units; seed, version, workers. */
export function StatusBar(): ReactElement {
  const selected = useApp(selectedText);
  const hovered = useApp(hoveredText);
  const read = useApp((s) =>
    s.session.readSeconds === undefined
      ? undefined
      : `read in ${duration(s.session.readSeconds)}${s.session.verdictSeconds === undefined ? '' : `, verdict in ${duration(s.session.verdictSeconds)}`}`,
  );
  const seed = useApp((s) => s.session.seed);
  const version = useApp((s) => s.session.catalog?.toolVersion);
  const workers = useApp((s) => s.jobs.workers);
  const busy = useApp((s) => s.jobs.list.filter((job) => job.state === 'running').length);
  const open = useApp((s) => s.session.view !== undefined);
  const online = useApp((s) => s.page.online);
  return (
    <footer className="status-bar">
      {!open && <span>no model open</span>}
      {selected && <span className="cut">{selected}</span>}
      {hovered && <span className="cut">hover {hovered}</span>}
      {read && <span className="status-read">{read}</span>}
      <span className="status-side">
        {open && <span>seed {seed}</span>}
        {version && <span>core {version}</span>}
        <span>
          {workers} workers, {busy > 0 ? 'busy' : 'idle'}
        </span>
        <span>{online ? 'works offline' : 'offline'}</span>
      </span>
    </footer>
  );
}

function layerText(s: AppState, id: string): string {
  const cost = s.session.view?.costs.find((c) => c.node === id);
  const estimate = targetEstimate(s);
  const latency = estimate?.layers.find((l) => l.node === id)?.latency;
  const parts = [id];
  if (cost) parts.push(`${cost.op}, ${inText(cost.macs, 'macs')} MACs`);
  if (latency) parts.push(figureText(latency, 'seconds'));
  return parts.join(' ');
}

function platformText(s: AppState, id: string): string {
  const estimate = s.session.estimates.find((e) => isTarget(e, id));
  const name = s.session.catalog?.platforms.find((p) => p.id === estimate?.platform)?.name ?? id;
  return estimate?.latency ? `${name} ${figureText(estimate.latency, 'seconds')}` : name;
}

function selectedText(s: AppState): string | undefined {
  const parts: string[] = [];
  if (s.selection.layer !== undefined) parts.push(layerText(s, s.selection.layer));
  else if (s.page.place === 'targets' && s.session.target) parts.push(platformText(s, targetId(s.session.target)));
  if (s.page.place === 'explore' && s.selection.points.length > 0) parts.push(`${s.selection.points.length} compared`);
  return parts.length ? `selected ${parts.join(', ')}` : undefined;
}

function hoveredText(s: AppState): string | undefined {
  if (s.page.place === 'compress' && s.training.cursor) return s.training.cursor.words;
  const { hoveredLayer, hoveredPlatform, hoveredPoint } = s.selection;
  if (hoveredLayer !== undefined) return layerText(s, hoveredLayer);
  if (hoveredPlatform !== undefined) return platformText(s, hoveredPlatform);
  if (hoveredPoint === undefined) return undefined;
  const point = s.exploration.points.find((p) => p.id === hoveredPoint);
  return point ? `point ${point.id.slice(0, 6)}, ${point.origin}` : undefined;
}
