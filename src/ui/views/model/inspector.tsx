import { max, scaleLinear } from 'd3';
import { type ReactElement, useEffect } from 'react';
import type { Histogram, LayerDetail, NodeView } from '../../../explore/index.ts';
import type { Figure } from '../../../ir/index.ts';
import { loadLayerDetail } from '../../actions/layer-detail.ts';
import { showBody } from '../../actions/model-place.ts';
import { stepLayer } from '../../actions/select.ts';
import { HiddenTable, type Theme } from '../../charts/index.ts';
import { inText, shapeText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, EmptyState, Fact, FigureText, Panel } from '../../widgets/index.ts';
import { ChosenLayers } from './edit/chosen-layers.tsx';
import { EditLayer } from './edit/edit-layer.tsx';
import { ModelFacts } from './edit/model-facts.tsx';
import { LayerEngine } from './engine-facts.tsx';
import { TilePicture } from './tile-picture.tsx';
import type { LayerData } from './use-layers.ts';

/** Everything known of the selected layer: the file's words, shapes, costs with their formulas, distributions. */
export function Inspector({
  data,
  className,
}: {
  readonly data: LayerData;
  readonly className?: string;
}): ReactElement {
  const selected = useApp((s) => s.selection.layer);
  const { view } = data.sources;
  const node = view.nodes.find((n) => n.id === selected);
  const at = view.nodes.findIndex((n) => n.id === selected);
  const nested = useApp((s) => s.model.body.length > 0);
  useEffect(() => {
    if (selected !== undefined && !nested) void loadLayerDetail(selected);
  }, [selected, nested]);
  if (!node) {
    if (!nested) return <ModelFacts view={view} className={className ?? ''} />;
    return (
      <Panel title="Layer" className={className ?? ''} padded>
        <EmptyState title="No layer selected">
          Select a layer in the graph or the table: its shapes, costs, weights and activations appear here.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel
      title={node.id}
      mono
      className={className ?? ''}
      note={`node ${at + 1} of ${view.nodes.length}`}
      actions={
        <>
          <Button small kind="quiet" onClick={() => stepLayer(-1)}>
            Previous
          </Button>
          <Button small kind="quiet" onClick={() => stepLayer(1)}>
            Next
          </Button>
        </>
      }
    >
      <Facts data={data} node={node} />
      <Bodies node={node} />
      {!nested && <ChosenLayers view={view} />}
      {!nested && <EditLayer node={node} view={view} />}
      {!nested && <Distributions node={node} theme={data.theme} />}
    </Panel>
  );
}

const computed = (value: number, formula: string): Figure => ({ value, provenance: 'computed', formula });

function Facts({ data, node }: { readonly data: LayerData; readonly node: NodeView }): ReactElement {
  const { view, estimate, bits } = data.sources;
  const cost = view.costs.find((c) => c.node === node.id);
  const layer = estimate?.layers.find((l) => l.node === node.id);
  const bytes = cost && ((cost.inputElements + cost.outputElements + cost.weightElements) * bits) / 8;
  const fused = node.fused.length > 0 ? node.fused.map((id) => view.nodes.find((n) => n.id === id)?.op ?? id) : [];
  return (
    <dl className="facts padded">
      <Fact label="Operator">
        {node.domain ? `${node.domain}::` : ''}
        {node.op}
        {fused.length > 0 && ` + ${fused.join(' + ')}`}
      </Fact>
      <LayerEngine node={node.id} />
      {node.inputs.map((v) => (
        <Fact key={`i${v.id}`} label="Input">
          {shapeText(v.shape)} <span className="mono secondary cut">{v.id}</span>
        </Fact>
      ))}
      {node.outputs.map((v) => (
        <Fact key={`o${v.id}`} label="Output">
          {shapeText(v.shape)} <span className="mono secondary cut">{v.id}</span>
        </Fact>
      ))}
      {node.constants.map((v) => (
        <Fact key={`c${v.id}`} label="Constant">
          {shapeText(v.shape)} {v.type} <span className="mono secondary cut">{v.id}</span>
        </Fact>
      ))}
      {cost && (
        <>
          <Fact label="MACs">
            <FigureText
              name={`MACs of ${node.id}`}
              kind="count"
              figure={computed(
                cost.macs,
                'output elements × kernel elements × input channels / groups; biases not counted',
              )}
            />
          </Fact>
          <Fact label="Parameters">
            <FigureText
              name={`Parameters of ${node.id}`}
              kind="count"
              figure={computed(cost.params, `${cost.params - cost.biasElements} weights + ${cost.biasElements} biases`)}
            />
          </Fact>
          {bytes !== undefined && cost.macs > 0 && (
            <Fact label="Intensity">
              <FigureText
                name={`Intensity of ${node.id}`}
                kind="intensity"
                figure={computed((2 * cost.macs) / bytes, `2 · MACs / (inputs + outputs + weights) at ${bits} bits`)}
              />
              {layer?.bound && <span className="secondary"> {layer.bound} bound</span>}
            </Fact>
          )}
        </>
      )}
      <Fact label="Latency">
        <FigureText
          name={`Latency of ${node.id}`}
          kind="seconds"
          figure={layer?.latency}
          reason="The target has no latency for this layer."
        />
      </Fact>
      {layer?.energy && (
        <Fact label="Energy">
          <FigureText name={`Energy of ${node.id}`} kind="joules" figure={layer.energy} />
        </Fact>
      )}
      {node.attributes.map((a) => (
        <Fact key={`a${a.name}`} label={<span className="mono">{a.name}</span>}>
          <span className="mono cut">{a.text}</span>
        </Fact>
      ))}
    </dl>
  );
}

/** Graphs inside the node, each to be shown in place of the network. */
function Bodies({ node }: { readonly node: NodeView }): ReactElement | null {
  const path = useApp((s) => s.model.body);
  if (!node.bodies) return null;
  return (
    <div className="bodies stack">
      {node.bodies.map((body) => {
        const macs = body.costs.reduce((sum, cost) => sum + cost.macs, 0);
        return (
          <p key={body.name} className="row between">
            <span>
              <span className="mono">{body.name}</span>{' '}
              <span className="secondary">
                {body.nodes.length} {body.nodes.length === 1 ? 'node' : 'nodes'}
                {macs > 0 ? `, ${inText(macs, 'macs')} MACs` : ''}
              </span>
            </span>
            <Button small onClick={() => showBody([...path, { node: node.id, name: body.name }])}>
              Show graph
            </Button>
          </p>
        );
      })}
    </div>
  );
}

function Distributions({ node, theme }: { readonly node: NodeView; readonly theme: Theme }): ReactElement | null {
  const detail = useApp((s) => s.session.details.get(node.id));
  if (!detail) return null;
  return (
    <div className="distributions">
      {detail.weights && <Weights weights={detail.weights} />}
      {detail.weights?.filters && <TilePicture title="Filters" note="" tiles={detail.weights.filters} theme={theme} />}
      {detail.activations && (
        <HistogramFigure
          title="Activations"
          note={`${detail.activations.samples} samples, log count`}
          histogram={detail.activations.histogram}
          scale="log"
          threshold={detail.activations.threshold}
        />
      )}
      {detail.output && <OutputValues output={detail.output} theme={theme} />}
      {detail.notRun !== undefined && <p className="caption">No values of a run: {detail.notRun}</p>}
    </div>
  );
}

const FIRST_SHOWN = 24;

/** What the layer gives for the first sample: statistics, channels as pictures, the first numbers. */
function OutputValues({
  output,
  theme,
}: {
  readonly output: NonNullable<LayerDetail['output']>;
  readonly theme: Theme;
}): ReactElement {
  const { shape, min: least, max: largest, mean, first, channels } = output;
  const note = `${shapeText(shape)}, ${inText(least, 'plain')} to ${inText(largest, 'plain')}, mean ${inText(mean, 'plain')}`;
  const numbers = [...first.slice(0, FIRST_SHOWN)].map((v) => v.toPrecision(4)).join('  ');
  return (
    <>
      <p>
        <strong>Output of the first sample</strong> <span className="secondary">{note}</span>
      </p>
      {channels && <TilePicture title="Channels" note="" tiles={channels} theme={theme} />}
      <p className="mono secondary wrap-anywhere">
        {numbers}
        {first.length > FIRST_SHOWN ? ' …' : ''}
      </p>
    </>
  );
}

function Weights({ weights }: { readonly weights: NonNullable<LayerDetail['weights']> }): ReactElement {
  const top = max(weights.channelMaxima) ?? 0;
  const height = 32;
  const y = scaleLinear()
    .domain([0, top || 1])
    .range([0, height]);
  const width = 320 / Math.max(1, weights.channelMaxima.length);
  return (
    <>
      <HistogramFigure
        title="Weights"
        note={`${inText(weights.count, 'count')} values, max |w| ${inText(Math.max(Math.abs(weights.min), Math.abs(weights.max)), 'plain')}${weights.zeroShare > 0 ? `, ${inText(weights.zeroShare, 'share')} zero` : ''}`}
        histogram={weights.histogram}
        scale="linear"
      />
      {weights.channelMaxima.length > 1 && (
        <figure className="histogram">
          <figcaption className="caption">max |w| per output channel, 0 to {inText(top, 'plain')}</figcaption>
          <svg viewBox={`0 0 320 ${height}`} preserveAspectRatio="none" className="histogram-bars" aria-hidden="true">
            <path className="bar-fill" d={barsPath(weights.channelMaxima.map(y), width, height)} />
          </svg>
        </figure>
      )}
    </>
  );
}

/** Bars of these heights side by side, as one path. */
const barsPath = (heights: readonly number[], step: number, height: number): string =>
  heights
    .map(
      (h, i) =>
        `M${(i * step).toFixed(2)},${height}v${(-h).toFixed(2)}h${Math.max(0.5, step - 0.3).toFixed(2)}v${h.toFixed(2)}z`,
    )
    .join('');

interface HistogramFigureProps {
  readonly title: string;
  readonly note: string;
  readonly histogram: Histogram;
  readonly scale: 'linear' | 'log';
  readonly threshold?: number | undefined;
}

function HistogramFigure({ title, note, histogram, scale, threshold }: HistogramFigureProps): ReactElement {
  const { low, high, counts } = histogram;
  const [width, height] = [320, 64];
  const level = (c: number): number => (scale === 'log' ? Math.log1p(c) : c);
  const y = scaleLinear()
    .domain([0, max(counts, level) || 1])
    .range([0, height]);
  const x = scaleLinear().domain([low, high]).range([0, width]);
  const step = width / Math.max(1, counts.length);
  const marks = threshold === undefined ? [] : [-threshold, threshold].filter((t) => t > low && t < high);
  return (
    <figure className="histogram">
      <figcaption>
        <strong>{title}</strong> <span className="secondary">{note}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="histogram-bars" aria-hidden="true">
        <path
          className="bar-fill"
          d={barsPath(
            counts.map((c) => y(level(c))),
            step,
            height,
          )}
        />
        {marks.map((t) => (
          <path key={t} className="line-goal" d={`M${x(t)},0V${height}`} />
        ))}
      </svg>
      <div className="histogram-ticks tick">
        {x.ticks(5).map((t) => (
          <span key={t} style={{ left: `clamp(20px, ${((t - low) / (high - low || 1)) * 100}%, 100% - 20px)` }}>
            {inText(t, 'plain')}
          </span>
        ))}
      </div>
      <HiddenTable
        table={{
          caption: `${title}, ${note}`,
          columns: ['from', 'to', 'count'],
          rows: counts.map((c, i) => [
            low + ((high - low) * i) / counts.length,
            low + ((high - low) * (i + 1)) / counts.length,
            c,
          ]),
        }}
      />
    </figure>
  );
}
