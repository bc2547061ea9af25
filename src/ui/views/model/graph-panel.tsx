import { type ReactElement, useMemo, useRef } from 'react';
import { cancelDrawing, drawAgain, drawingOf, drawingState, subjectOf } from '../../actions/drawing.ts';
import { setChosen, setHeatScale, showBody, toggleGroup } from '../../actions/model-place.ts';
import { hoverLayer, selectLayer, setMetric } from '../../actions/select.ts';
import { HeatLegend } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Panel, Select } from '../../widgets/index.ts';
import { combineOf, insideSums, linksOf } from './drawn-figures.ts';
import { ChangeProblem } from './edit/change-problem.tsx';
import { type GraphControl, GraphView } from './graph/graph-view.tsx';
import { ModelMenu, ViewMenu } from './graph-menus.tsx';
import { marksOf, marksOnLayers } from './marks.ts';
import { allMetrics } from './metrics.ts';
import { SimplifyDialog } from './simplify-dialog.tsx';
import type { LayerData } from './use-layers.ts';
import { useDrawnMark, useLayout } from './use-layout.ts';
import { useSearch } from './use-search.tsx';

/** The graph of the open model: drawing, search, colours, and what can be done to the model. */
export function GraphPanel({
  data,
  className,
}: {
  readonly data: LayerData;
  readonly className?: string;
}): ReactElement {
  const { view } = data.sources;
  const state = useApp((s) => drawingState('model')(s));
  const drawn = drawingOf('model');
  const path = useApp((s) => s.model.body);
  const selected = useApp((s) => s.selection.layer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const own = useApp((s) => s.model.ownMetrics);
  const values = useMemo(() => insideSums(data.values, drawn?.inside ?? []), [data.values, drawn]);
  const control = useRef<GraphControl>(null);
  const search = useSearch(data, drawn);
  const report = useApp((s) => s.model.simplify);
  const comparison = useApp((s) => s.model.compare);
  const form = useApp((s) => s.model.form);
  const marks = useMemo(
    () => marksOnLayers(marksOf(report, comparison), form === 'layers' ? data.layers.of : undefined),
    [report, comparison, form, data.layers],
  );
  // A node that is drawn as part of a layer is shown by that layer.
  const shownNode = (node: string | undefined): string | undefined =>
    node !== undefined && form === 'layers' ? (data.layers.of.get(node) ?? node) : node;
  useLayout(drawn);
  useDrawnMark(state.version, state.status === 'ready' && !state.partial);
  return (
    <Panel
      title={comparison ? 'After' : 'Graph'}
      className={`graph-panel ${className ?? ''}`}
      scroll={false}
      note={
        form === 'layers'
          ? `${view.nodes.length} nodes, ${data.layers.list.length} layers after fusing`
          : `${view.nodes.length} nodes`
      }
      actions={
        <>
          <span className="graph-colour secondary">
            <span className="graph-colour-word">Colour by</span>
            <Select
              label="Colour by"
              hideLabel
              small
              value={data.metric.id}
              options={allMetrics(own).map((m) => ({ value: m.id, label: m.title }))}
              onChange={setMetric}
            />
          </span>
          <Button small kind="quiet" onClick={() => control.current?.fit()}>
            Fit
          </Button>
          <Button small kind="quiet" onClick={search.open}>
            Find
          </Button>
          <ViewMenu control={control} name={view.reference.name} />
          <ModelMenu />
        </>
      }
    >
      {search.shown && search.row}
      {path.length > 0 && <Breadcrumb name={view.reference.name} />}
      <ChangeProblem />
      <div className="graph-frame">
        <GraphView
          label={`Graph of ${view.reference.name}`}
          nodes={drawn?.nodes}
          diagram={drawn?.diagram}
          subject={subjectOf('model')}
          links={() => linksOf(data, drawn?.nodes ?? [])}
          status={state.status}
          partial={state.partial}
          count={view.nodes.length}
          problem={state.problem}
          values={values}
          heat={data.heat}
          metric={{ ...data.metric, combine: combineOf(data.metric) }}
          theme={data.theme}
          selected={shownNode(selected)}
          hovered={shownNode(hovered)}
          hits={search.hits}
          marks={marks}
          onSelect={selectLayer}
          onHover={hoverLayer}
          onToggle={toggleGroup}
          onCancel={() => cancelDrawing('model')}
          onRetry={() => drawAgain('model')}
          onEscape={search.escape}
          control={control}
          onChosen={setChosen}
        />
        <Legend data={data} />
      </div>
      <SimplifyDialog />
    </Panel>
  );
}

function Legend({ data }: { readonly data: LayerData }): ReactElement {
  const choice = useApp((s) => s.model.heatScale);
  const nested = useApp((s) => s.model.body.length > 0);
  const { metric, heat, theme, values } = data;
  return (
    <div className="graph-legend">
      {values.size > 0 ? (
        <HeatLegend
          title={metric.title}
          scale={heat}
          theme={theme}
          ticks={[heat.domain[0], heat.domain[1]]}
          format={(v) => (v === 0 ? '0' : inText(v, metric.kind))}
        />
      ) : (
        <p className="caption">{nested ? 'Inside a node only costs are known, by layer.' : metric.missing}</p>
      )}
      {values.size > 0 && (
        <Select
          label="Scale of colours"
          hideLabel
          small
          quiet
          value={choice}
          options={[
            { value: 'automatic', label: 'Automatic' },
            { value: 'linear', label: 'Linear' },
            { value: 'logarithmic', label: 'Log' },
          ]}
          onChange={setHeatScale}
        />
      )}
    </div>
  );
}

function Breadcrumb({ name }: { readonly name: string }): ReactElement {
  const path = useApp((s) => s.model.body);
  return (
    <nav className="graph-path row" aria-label="Graphs inside nodes">
      <Button small kind="quiet" onClick={() => showBody([])}>
        {name}
      </Button>
      {path.map((step, i) => (
        <span key={`${step.node} ${step.name}`} className="row">
          ›
          <Button small kind="quiet" onClick={() => showBody(path.slice(0, i + 1))}>
            {step.node} {step.name}
          </Button>
        </span>
      ))}
    </nav>
  );
}
