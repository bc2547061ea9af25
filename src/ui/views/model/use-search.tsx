import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { DrawnModel } from '../../../explore/index.ts';
import { setFind } from '../../actions/model-place.ts';
import { selectLayer } from '../../actions/select.ts';
import { getState, useApp } from '../../state/store.ts';
import { factsOfModel } from './graph/facts.ts';
import { FindRow, hitAfter, useFound } from './graph/find.tsx';
import type { LayerFacts } from './graph/query.ts';
import { onLayers } from './layers.ts';
import { allMetrics } from './metrics.ts';
import type { LayerData } from './use-layers.ts';

/** Metrics a search may ask for. */
const SEARCHED = ['macs', 'params', 'bytes', 'latency', 'energy', 'intensity'];

/** The search over a drawing: its row, its hits, and how it is opened and closed. */
export interface Search {
  readonly shown: boolean;
  readonly row: ReactElement;
  readonly hits: ReadonlySet<number> | undefined;
  readonly open: () => void;
  /** Closes the search; true if it was open. */
  readonly escape: () => boolean;
}

export function useSearch(data: LayerData, drawn: DrawnModel | undefined): Search {
  const text = useApp((s) => s.model.find);
  const selected = useApp((s) => s.selection.layer);
  const [asked, setAsked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const shown = asked || text !== '';
  const facts = useMemo(() => (shown ? factsFor(data, drawn) : []), [shown, data, drawn]);
  const found = useFound(text, drawn?.nodes, facts, SEARCHED);
  const indexOf = useMemo(() => new Map(drawn?.nodes.map((id, i) => [id, i])), [drawn]);
  const current = selected === undefined ? -1 : (indexOf.get(selected) ?? -1);
  const close = (): void => {
    setFind('');
    setAsked(false);
  };
  const open = (): void => {
    setAsked(true);
    requestAnimationFrame(() => field.current?.focus());
  };
  useSlash(open);
  const row = (
    <FindRow
      field={field}
      text={text}
      found={found}
      at={(found.hits?.indexOf(current) ?? -1) + 1}
      metrics={SEARCHED}
      onText={setFind}
      onStep={(by) => {
        const next = found.hits && hitAfter(found.hits, current, by);
        const node = next === undefined ? undefined : drawn?.nodes[next];
        if (node !== undefined) selectLayer(node);
      }}
      onClose={close}
    />
  );
  return {
    shown,
    row,
    hits: found.hitSet,
    open,
    escape: () => {
      if (shown) close();
      return shown;
    },
  };
}

/** `/` opens Find, unless something is being typed. */
function useSlash(open: () => void): void {
  const latest = useRef(open);
  latest.current = open;
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const typing = (event.target as HTMLElement | null)?.closest('input, textarea, select, [contenteditable]');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || !getState().settings.singleKeys) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);
}

function factsFor(data: LayerData, drawn: DrawnModel | undefined): readonly LayerFacts[] {
  const scopes = new Map(drawn?.nodes.map((id, i) => [id, drawn.scopes[i] ?? '']));
  const figures = new Map(
    allMetrics([])
      .filter((metric) => SEARCHED.includes(metric.id))
      .map((metric) => [metric.id, onLayers(metric.values(data.sources), data.layers)]),
  );
  return factsOfModel(data.sources.view, (node) => scopes.get(node) ?? '', figures);
}
