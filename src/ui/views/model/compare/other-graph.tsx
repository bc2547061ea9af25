import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { ModelView } from '../../../../explore/index.ts';
import type { NodeId } from '../../../../ir/index.ts';
import {
  cancelDrawing,
  draw,
  drawAgain,
  drawingChoice,
  drawingOf,
  drawingState,
  subjectOf,
} from '../../../actions/drawing.ts';
import { selectCompared } from '../../../actions/model-place.ts';
import { hoverLayer } from '../../../actions/select.ts';
import { otherEstimate } from '../../../actions/target.ts';
import { useApp } from '../../../state/store.ts';
import type { CompareState } from '../../../state/types.ts';
import { Button, Panel } from '../../../widgets/index.ts';
import { combineOf, linksOf } from '../drawn-figures.ts';
import { type GraphControl, GraphView } from '../graph/graph-view.tsx';
import { layersOf, onLayers } from '../layers.ts';
import { marksOnLayers, otherMarksOf } from '../marks.ts';
import type { LayerData } from '../use-layers.ts';
import { namesOf } from './model-names.ts';

interface OtherGraphProps {
  readonly compare: CompareState;
  /** Of the open model: metric and colours are the same in both graphs. */
  readonly data: LayerData;
  readonly className?: string;
}

/** The graph of the model before: what is selected or pointed at in one graph is so in the other, through the pairs. */
export function OtherGraph({ compare, data, className }: OtherGraphProps): ReactElement {
  const { view } = compare;
  const state = useApp(drawingState('other'));
  const drawn = drawingOf('other');
  const form = useApp((s) => s.model.form);
  const layers = useMemo(() => layersOf(view), [view]);
  const marks = useMemo(
    () => marksOnLayers(otherMarksOf(compare), form === 'layers' ? layers.of : undefined),
    [compare, form, layers],
  );
  const { values, sources } = useOtherValues(data, view, layers);
  const linked = useLinked(compare);
  const { toggle } = useOtherLayout(compare.modelId);
  const [pointed, setPointed] = useState<NodeId | undefined>();
  const control = useRef<GraphControl>(null);
  const open = useApp((s) => s.session.view);
  const shown = (node: NodeId | undefined): NodeId | undefined =>
    node !== undefined && form === 'layers' ? (layers.of.get(node) ?? node) : node;
  return (
    <Panel
      title="Before"
      className={`other-graph ${className ?? ''}`}
      scroll={false}
      note={open ? namesOf(view, open).before : view.reference.name}
      actions={
        <Button small kind="quiet" onClick={() => control.current?.fit()}>
          Fit
        </Button>
      }
    >
      <div className="graph-frame">
        <GraphView
          label={`Graph of the model before, ${view.reference.name}`}
          nodes={drawn?.nodes}
          diagram={drawn?.diagram}
          subject={subjectOf('other')}
          links={() => linksOf({ sources, layers }, drawn?.nodes ?? [])}
          status={state.status}
          partial={state.partial}
          count={view.nodes.length}
          problem={state.problem}
          values={values}
          heat={data.heat}
          metric={{ ...data.metric, combine: combineOf(data.metric) }}
          theme={data.theme}
          selected={shown(linked.selected)}
          hovered={shown(pointed ?? linked.hovered)}
          marks={marks}
          onSelect={(node) => {
            const partner = node === undefined ? undefined : linked.partnerOf.get(node);
            selectCompared(partner, partner === undefined ? node : undefined);
          }}
          onHover={(node) => {
            setPointed(node);
            hoverLayer(node === undefined ? undefined : linked.partnerOf.get(node));
          }}
          onToggle={toggle}
          onCancel={() => cancelDrawing('other')}
          onRetry={() => drawAgain('other')}
          control={control}
        />
      </div>
    </Panel>
  );
}

/** The metric that colours, for the other model: from its costs and estimate. Losses are known of the open one only. */
function useOtherValues(data: LayerData, view: ModelView, layers: ReturnType<typeof layersOf>) {
  const { metric } = data;
  const { bits } = data.sources;
  const estimate = useApp(otherEstimate);
  return useMemo(() => {
    const sources = { view, estimate, losses: [], point: undefined, bits };
    return { sources, values: onLayers(metric.values(sources), layers) };
  }, [metric, view, estimate, layers, bits]);
}

interface Linked {
  /** From layers of the other model to those of the open one. */
  readonly partnerOf: ReadonlyMap<NodeId, NodeId>;
  readonly selected: NodeId | undefined;
  readonly hovered: NodeId | undefined;
}

/** Selection and pointing of the open model, as layers of the other one. */
function useLinked({ result }: CompareState): Linked {
  const layer = useApp((s) => s.selection.layer);
  const otherLayer = useApp((s) => s.model.otherLayer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const { partnerOf, ofOpen } = useMemo(
    () => ({
      partnerOf: new Map(result.pairs.map(({ a, b }) => [a, b])),
      ofOpen: new Map(result.pairs.map(({ a, b }) => [b, a])),
    }),
    [result],
  );
  return {
    partnerOf,
    selected: layer === undefined ? otherLayer : ofOpen.get(layer),
    hovered: hovered === undefined ? undefined : ofOpen.get(hovered),
  };
}

/** Lays the other model out as the open one is; groups are opened and closed by themselves. */
function useOtherLayout(modelId: string): { readonly toggle: (group: string, expanded: boolean) => void } {
  const form = useApp((s) => s.model.form);
  const grouping = useApp((s) => s.model.grouping);
  const expandAll = useApp((s) => s.model.expandAll);
  const [byHand, setByHand] = useState<Readonly<Record<string, boolean>>>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: groups are others in another model, form or grouping
  useEffect(() => setByHand({}), [modelId, form, grouping, expandAll]);
  useEffect(() => {
    const groups = Object.entries(byHand);
    const choice = drawingChoice({
      form,
      grouping,
      expandAll: expandAll && groups.length === 0,
      expanded: groups.flatMap(([id, open]) => (open ? [id] : [])),
      collapsed: groups.flatMap(([id, open]) => (open ? [] : [id])),
      body: [],
    });
    void draw('other', modelId, choice);
  }, [modelId, form, grouping, expandAll, byHand]);
  return { toggle: (group, expanded) => setByHand((now) => ({ ...now, [group]: !expanded })) };
}
