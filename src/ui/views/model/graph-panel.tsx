import { type ReactElement, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { DrawnModel } from '../../../explore/index.ts';
import { save } from '../../actions/deploy.ts';
import {
  cancelDrawing,
  draw,
  drawAgain,
  drawingChoice,
  drawingOf,
  drawingState,
  subjectOf,
} from '../../actions/drawing.ts';
import {
  askSimplify,
  compareWithFile,
  expandEverything,
  revealGroup,
  saveModel,
  setChosen,
  setFind,
  setForm,
  setGrouping,
  setHeatScale,
  showBody,
  toggleGroup,
} from '../../actions/model-place.ts';
import { hoverLayer, selectLayer, setMetric } from '../../actions/select.ts';
import { HeatLegend } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';
import { getState, useApp } from '../../state/store.ts';
import { Button, Menu, type MenuItem, Panel, Select } from '../../widgets/index.ts';
import { chooseComparison } from './compare/choose-comparison.ts';
import { ChangeProblem } from './edit/change-problem.tsx';
import { factsOfModel } from './graph/facts.ts';
import { FindRow, hitAfter, useFound } from './graph/find.tsx';
import { type GraphControl, GraphView } from './graph/graph-view.tsx';
import type { LayerFacts } from './graph/query.ts';
import { onLayers } from './layers.ts';
import { marksOf, marksOnLayers } from './marks.ts';
import { allMetrics, type Metric } from './metrics.ts';
import { SimplifyDialog } from './simplify-dialog.tsx';
import type { LayerData } from './use-layers.ts';

/** Metrics a search may ask for. */
const SEARCHED = ['macs', 'params', 'bytes', 'latency', 'energy', 'intensity'];

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
  useLayout(state.version);
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

/** Figures of layers that run inside another one count for that one. */
function insideSums(
  values: ReadonlyMap<string, number>,
  inside: readonly (readonly [string, string])[],
): ReadonlyMap<string, number> {
  if (inside.length === 0) return values;
  const sums = new Map(values);
  for (const [node, layer] of inside) {
    const value = values.get(node);
    if (value !== undefined) sums.set(layer, (sums.get(layer) ?? 0) + value);
  }
  return sums;
}

/** Which box feeds which, by index in the drawing: fused operators pass on what their layer makes. */
export function linksOf(
  { sources, layers }: Pick<LayerData, 'sources' | 'layers'>,
  nodes: readonly string[],
): { from: number; to: number }[] {
  const index = new Map(nodes.map((id, i) => [id, i]));
  const at = (node: string | undefined): number =>
    node === undefined ? -1 : (index.get(node) ?? index.get(layers.of.get(node) ?? '') ?? -1);
  return sources.view.edges.map((edge) => ({ from: at(edge.from), to: at(edge.to) }));
}

/** Intensity and bits of a group are those of its extreme layer; a figure of the user's own may be anything that adds up. */
export const combineOf = ({ id }: Metric): 'sum' | 'largest' =>
  id === 'intensity' || id === 'bits' || id === 'sensitivity' ? 'largest' : 'sum';

/** Marks in the browser's timeline when a whole drawing has been painted; measurements and tests wait for it. */
function useDrawnMark(version: number, whole: boolean): void {
  useEffect(() => {
    if (!whole || version === 0) return;
    // The canvas is painted in the next frame; the frame after that follows it.
    const first = requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('graph drawn')));
    return () => cancelAnimationFrame(first);
  }, [version, whole]);
}

/** Asks for a layout whenever the model, or what is shown of it, has changed. */
function useLayout(version: number): void {
  const modelId = useApp((s) => s.session.modelId);
  const { form, grouping, expanded, collapsed, expandAll, body } = useApp((s) => s.model);
  const choice = useMemo(
    () => drawingChoice({ form, grouping, expanded, collapsed, expandAll, body }),
    [form, grouping, expanded, collapsed, expandAll, body],
  );
  useEffect(() => {
    if (modelId !== undefined) void draw('model', modelId, choice);
  }, [modelId, choice]);
  useRevealed(version);
}

/** A layer that was just chosen and that closed groups hide is shown by opening them, one inside the other. */
function useRevealed(version: number): void {
  const selected = useApp((s) => s.selection.layer);
  const pending = useRef<string | undefined>(undefined);
  const before = useRef(selected);
  if (before.current !== selected) {
    before.current = selected;
    pending.current = selected;
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again with every drawing that arrives
  useEffect(() => {
    const drawn = drawingOf('model');
    if (!drawn || pending.current === undefined) return;
    const index = drawn.nodes.indexOf(pending.current);
    const box = index < 0 ? -1 : (drawn.diagram.boxOfNode[index] ?? -1);
    const group = box < 0 ? undefined : drawn.diagram.groups[drawn.diagram.boxes.group[box] ?? -1];
    if (group && !group.expanded) revealGroup(group.id);
    else pending.current = undefined;
  }, [selected, version]);
}

interface Search {
  readonly shown: boolean;
  readonly row: ReactElement;
  readonly hits: ReadonlySet<number> | undefined;
  readonly open: () => void;
  /** Closes the search; true if it was open. */
  readonly escape: () => boolean;
}

function useSearch(data: LayerData, drawn: DrawnModel | undefined): Search {
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

function Legend({ data }: { readonly data: LayerData }): ReactElement {
  const choice = useApp((s) => s.model.heatScale);
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
        <p className="caption">{metric.missing}</p>
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

interface MenuProps {
  readonly control: RefObject<GraphControl | null>;
  readonly name: string;
}

function ViewMenu({ control, name }: MenuProps): ReactElement {
  const { form, grouping, expandAll } = useApp((s) => s.model);
  const chosen = (is: boolean): { note?: string } => (is ? { note: 'shown' } : {});
  const items: MenuItem[] = [
    { label: 'Layers, fused', onSelect: () => setForm('layers'), ...chosen(form === 'layers') },
    { label: 'What hardware runs as one', onSelect: () => setForm('execution'), ...chosen(form === 'execution') },
    { label: 'Every node of the file', onSelect: () => setForm('nodes'), ...chosen(form === 'nodes') },
    {
      label: 'Group as the names allow',
      onSelect: () => setGrouping('automatic'),
      ...chosen(grouping === 'automatic'),
    },
    { label: 'Group by repeated block', onSelect: () => setGrouping('blocks'), ...chosen(grouping === 'blocks') },
    { label: 'Group by scope of names', onSelect: () => setGrouping('scope'), ...chosen(grouping === 'scope') },
    { label: 'No groups', onSelect: () => setGrouping('none'), ...chosen(grouping === 'none') },
    { label: expandAll ? 'Close all groups' : 'Open all groups', onSelect: () => expandEverything(!expandAll) },
    { label: 'Select what feeds it', note: 'U', onSelect: () => control.current?.reach('upstream') },
    { label: 'Select what it feeds', note: 'D', onSelect: () => control.current?.reach('downstream') },
    {
      label: 'Follow its output',
      onSelect: () => control.current?.follow(),
    },
    {
      label: 'Export SVG',
      onSelect: () => {
        const svg = control.current?.svg(name);
        if (svg !== undefined) save(`${name}.svg`, svg, 'image/svg+xml');
      },
    },
    {
      label: control.current?.pictureHoldsAll() === false ? 'Export PNG of what is seen' : 'Export PNG',
      onSelect: () => {
        void control.current?.png().then((png) => {
          if (png) save(`${name}.png`, png, 'image/png');
        });
      },
    },
  ];
  return <Menu title="View" label="View of the graph" items={items} />;
}

function ModelMenu(): ReactElement {
  const changed = useApp((s) => s.session.changes.length > 0);
  const kept = useApp((s) => s.session.modelId !== undefined);
  const gone = kept ? {} : { disabledReason: 'open the model file first' };
  const items: MenuItem[] = [
    { label: 'Simplify', onSelect: () => void askSimplify(), ...gone },
    { label: 'Compare with a file', onSelect: chooseComparison, ...gone },
    {
      label: 'Compare with the file as read',
      onSelect: () => void compareWithFile(),
      ...(changed ? gone : { disabledReason: 'nothing has been changed' }),
    },
    { label: 'Save as ONNX', onSelect: () => void saveModel(), ...gone },
  ];
  return <Menu title="Model" label="What can be done to the model" items={items} />;
}
