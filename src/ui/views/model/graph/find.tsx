import { type KeyboardEvent, type ReactElement, type Ref, useMemo } from 'react';
import { Icon } from '../../../widgets/index.ts';
import { type LayerFacts, type LayerTest, parseQuery } from './query.ts';

export interface Found {
  /** Whether anything is asked. */
  readonly asked: boolean;
  /** For the table beside; undefined: nothing asked, or not understood. */
  readonly test: LayerTest | undefined;
  readonly wrong: string | undefined;
  /** Node indices of the drawing that hit, in graph order. */
  readonly hits: readonly number[] | undefined;
  readonly hitSet: ReadonlySet<number> | undefined;
  /** How many layers could have been hits. */
  readonly of: number;
}

/** Answers a search over the layers of a drawing; `nodes`: id by index. */
export function useFound(
  text: string,
  nodes: readonly string[] | undefined,
  facts: readonly LayerFacts[],
  metrics: readonly string[],
): Found {
  const query = useMemo(() => (text.trim() === '' ? undefined : parseQuery(text, metrics)), [text, metrics]);
  const hits = useMemo(() => {
    if (!query || 'wrong' in query || !nodes) return undefined;
    const index = new Map(nodes.map((id, i) => [id, i]));
    const found = facts.filter(query.test).flatMap((layer) => index.get(layer.id) ?? []);
    return found.sort((a, b) => a - b);
  }, [query, nodes, facts]);
  const hitSet = useMemo(() => hits && new Set(hits), [hits]);
  return {
    asked: query !== undefined,
    test: query && 'test' in query ? query.test : undefined,
    wrong: query && 'wrong' in query ? query.wrong : undefined,
    hits,
    hitSet,
    of: nodes?.length ?? 0,
  };
}

/** The hit after (or before) a node, round and round; undefined where there is none. */
export function hitAfter(hits: readonly number[], node: number, by: 1 | -1): number | undefined {
  if (by > 0) return hits.find((h) => h > node) ?? hits[0];
  return hits.findLast((h) => h < node) ?? hits.at(-1);
}

interface FindRowProps {
  readonly field: Ref<HTMLInputElement>;
  readonly text: string;
  readonly found: Found;
  /** Place of the selected layer among the hits, from 1; 0: it is none. */
  readonly at: number;
  readonly metrics: readonly string[];
  readonly onText: (text: string) => void;
  readonly onStep: (by: 1 | -1) => void;
  readonly onClose: () => void;
}

/** The field under the head of the graph: words, `op:Conv`, `macs>1e6`; Enter goes from hit to hit, Escape closes. */
export function FindRow(props: FindRowProps): ReactElement {
  const { found } = props;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') props.onStep(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') props.onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const count = !found.hits
    ? ''
    : found.hits.length === 0
      ? `none of ${found.of}`
      : `${props.at > 0 ? `${props.at} / ` : ''}${found.hits.length} of ${found.of}`;
  const help = `Words, or name: op: tensor: scope: in: out: and ${props.metrics.join(', ')} with > >= < <=; - turns round`;
  return (
    <div className="graph-find">
      <span className={`text-field grow${found.wrong ? ' wrong' : ''}`}>
        <input
          ref={props.field}
          type="search"
          aria-label="Find layers"
          aria-describedby="graph-find-help"
          aria-invalid={found.wrong !== undefined || undefined}
          placeholder="op:Conv macs>1e6"
          spellCheck={false}
          autoComplete="off"
          value={props.text}
          onChange={(event) => props.onText(event.target.value)}
          onKeyDown={onKey}
        />
        <span className="caption nowrap" role="status">
          {count}
        </span>
      </span>
      <button type="button" className="button quiet small" aria-label="Previous hit" onClick={() => props.onStep(-1)}>
        <Icon name="up" />
      </button>
      <button type="button" className="button quiet small" aria-label="Next hit" onClick={() => props.onStep(1)}>
        <Icon name="down" />
      </button>
      <button type="button" className="button quiet small" aria-label="Close Find" onClick={props.onClose}>
        <Icon name="cross" />
      </button>
      <p
        id="graph-find-help"
        className={found.wrong ? 'graph-find-note bad' : 'sr-only'}
        role={found.wrong ? 'alert' : undefined}
      >
        {found.wrong ?? help}
      </p>
    </div>
  );
}
