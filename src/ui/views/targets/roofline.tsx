import { scaleLog } from 'd3';
import type { ReactElement } from 'react';
import type { LayerCost } from '../../../ir/index.ts';
import { hoverLayer, selectLayer } from '../../actions/select.ts';
import { isTarget, targetId } from '../../actions/target.ts';
import { AxisBottom, AxisLeft, Chart, decades } from '../../charts/index.ts';
import { inText, quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { logDomain, type TargetRow } from './platform-rows.ts';

interface LayerMark {
  readonly node: string;
  /** op/B at the verdict's width. */
  readonly intensity: number;
  readonly opsPerSecond: number;
  readonly bound: string;
}

interface Roof {
  readonly row: TargetRow;
  readonly peak: number;
  readonly bandwidth: number | undefined;
  readonly marks: readonly LayerMark[];
}

/** Attained rate of each layer under the roof of the selected target; the hovered one's roof for comparison. */
export function Roofline({ rows }: { readonly rows: readonly TargetRow[] }): ReactElement {
  const selected = useApp((s) => s.session.target && targetId(s.session.target));
  const hovered = useApp((s) => s.selection.hoveredPlatform);
  const costs = useApp((s) => s.session.view?.costs) ?? [];
  const bits = useApp((s) => s.session.bits);
  const roofs = [selected, hovered === selected ? undefined : hovered].flatMap((id) => {
    const row = rows.find((r) => isTarget(r.estimate, id));
    const roof = row && roofOf(row, costs, bits);
    return roof ? [roof] : [];
  });
  const first = roofs[0];
  return (
    <Chart
      name={`roofline-${first?.row.estimate.platform ?? 'target'}`}
      title="Roofline"
      note={first ? `${first.marks.length} layers on ${first.row.name}` : 'no target chosen'}
      table={() => ({
        caption: `Roofline of ${first?.row.name ?? ''}`,
        columns: ['Layer', 'Intensity, op/B', 'Attained, op/s', 'Bound by'],
        rows: (first?.marks ?? []).map((m) => [m.node, m.intensity, m.opsPerSecond, m.bound]),
      })}
    >
      {({ width, height }) => first && <RooflineMarks roofs={roofs} width={width} height={height} />}
    </Chart>
  );
}

function roofOf(row: TargetRow, costs: readonly LayerCost[], bits: number): Roof | undefined {
  const runtime = row.platform?.runtimes.find((r) => r.id === row.estimate.runtime);
  if (!runtime) return undefined;
  const marks = row.estimate.layers.flatMap((layer) => {
    const cost = costs.find((c) => c.node === layer.node);
    if (!cost || cost.macs === 0 || !layer.latency || layer.latency.value <= 0) return [];
    const bytes = ((cost.weightElements + cost.inputElements + cost.outputElements) * bits) / 8;
    return [
      {
        node: layer.node,
        intensity: cost.ops / bytes,
        opsPerSecond: cost.ops / layer.latency.value,
        bound: layer.bound ?? '',
      },
    ];
  });
  return { row, peak: runtime.peak.opsPerSecond.value, bandwidth: runtime.peak.bytesPerSecond?.value, marks };
}

const LEFT = 46;

function RooflineMarks({
  roofs,
  width,
  height,
}: {
  readonly roofs: readonly Roof[];
  readonly width: number;
  readonly height: number;
}): ReactElement {
  const right = width - 12;
  const bottom = height - 36;
  const intensities = roofs.flatMap((r) => r.marks.map((m) => m.intensity));
  const xDomain = logDomain([...intensities, 1]);
  const x = scaleLog().domain(xDomain).range([LEFT, right]);
  const rates = roofs.flatMap((r) => [r.peak, ...r.marks.map((m) => m.opsPerSecond)]);
  const y = scaleLog()
    .domain(logDomain(rates))
    .range([bottom - 14, 40])
    .clamp(true);
  const yTicks = decades(y.domain() as [number, number]);
  return (
    <>
      <AxisLeft
        scale={y}
        ticks={yTicks.length > 7 ? yTicks.filter((_, i) => i % 2 === 0) : yTicks}
        format={(v) => `${Number(quantity(v, 'macs').value)} ${quantity(v, 'macs').unit}`.trim()}
        x={LEFT}
        width={right - LEFT}
        title="Throughput, op/s, log (1 MAC = 2 op)"
        titleY={16}
      />
      <AxisBottom
        scale={x}
        ticks={decades(xDomain)}
        format={(v) => String(v)}
        y={bottom}
        title="Intensity, op/B, log"
      />
      {[...roofs].reverse().map((roof) => (
        <RoofMarks key={targetId(roof.row.estimate)} roof={roof} x={x} y={y} right={right} chosen={roof === roofs[0]} />
      ))}
    </>
  );
}

type Scale = ReturnType<typeof scaleLog<number, number>>;

interface RoofMarksProps {
  readonly roof: Roof;
  readonly x: Scale;
  readonly y: Scale;
  readonly right: number;
  readonly chosen: boolean;
}

function RoofMarks({ roof, x, y, right, chosen }: RoofMarksProps): ReactElement {
  const layer = useApp((s) => s.selection.layer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const low = x.domain()[0] ?? 0.1;
  const high = x.domain()[1] ?? 1000;
  const ridge = roof.bandwidth === undefined ? low : Math.min(high, Math.max(low, roof.peak / roof.bandwidth));
  const start = roof.bandwidth === undefined ? roof.peak : Math.min(roof.peak, low * roof.bandwidth);
  const marked = roof.marks.find((m) => m.node === (hovered ?? layer));
  return (
    <g className={chosen ? 'roof chosen' : 'roof'}>
      <path
        d={`M${x(low)},${y(start)}L${x(ridge)},${y(Math.min(roof.peak, ridge * (roof.bandwidth ?? roof.peak / ridge)))}H${right}`}
        className="roof-line"
      />
      <text
        x={right}
        y={y(roof.peak) - (chosen && marked && y(marked.opsPerSecond) - y(roof.peak) < 14 ? 24 : 6)}
        textAnchor="end"
        className="roof-label"
      >
        {roof.row.name}, {inText(roof.peak, 'macs')}op/s
      </text>
      {roof.marks.map((mark) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the same layers are reached by key in the table of this chart and the layer list
        <circle
          key={mark.node}
          cx={x(mark.intensity)}
          cy={y(mark.opsPerSecond)}
          r={3}
          className="roof-mark"
          onPointerEnter={() => hoverLayer(mark.node)}
          onPointerLeave={() => hoverLayer(undefined)}
          onClick={() => selectLayer(mark.node)}
        />
      ))}
      {chosen && marked && (
        <g transform={`translate(${x(marked.intensity)},${y(marked.opsPerSecond)})`} pointerEvents="none">
          <circle
            r={7}
            fill="none"
            stroke={hovered === marked.node ? 'var(--ink)' : 'var(--accent)'}
            strokeWidth={1.6}
          />
          <text y={-12} textAnchor="end" x={8} className="mark-label ink">
            {marked.node}, {Math.round((marked.opsPerSecond / roof.peak) * 100)} % of peak
          </text>
        </g>
      )}
    </g>
  );
}
