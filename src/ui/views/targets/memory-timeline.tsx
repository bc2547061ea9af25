import { scaleLinear } from 'd3';
import type { ReactElement } from 'react';
import type { MemoryTimeline as Timeline } from '../../../ir/index.ts';
import { hoverLayer, selectLayer } from '../../actions/select.ts';
import { AxisLeft, Chart } from '../../charts/index.ts';
import { factorOf, inText, middleCut, quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';

/** The arena over the schedule: each buffer at its address while it lives, the step of the peak, live bytes below. */
export function MemoryTimeline(): ReactElement {
  const memory = useApp((s) => s.session.view?.memory);
  return (
    <Chart
      name="memory"
      title="Memory over the schedule"
      note={memory ? 'int8, static arena' : 'unknown: a shape is not known'}
      table={() => ({
        caption: 'Buffers of the arena',
        columns: ['Value', 'Offset, B', 'Size, B', 'First step', 'Last step'],
        rows: (memory?.buffers ?? []).map((b) => [b.tensor, b.offset, b.bytes, b.firstTick, b.lastTick]),
      })}
    >
      {({ width, height }) => memory && <MemoryMarks memory={memory} width={width} height={height} />}
    </Chart>
  );
}

const LEFT = 46;
const LIVE = 22;

function MemoryMarks({
  memory,
  width,
  height,
}: {
  readonly memory: Timeline;
  readonly width: number;
  readonly height: number;
}): ReactElement {
  const nodes = useApp((s) => s.session.view?.nodes);
  const layer = useApp((s) => s.selection.layer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const right = width - 12;
  const bottom = height - 40 - LIVE;
  const steps = memory.ticks.length;
  const x = scaleLinear()
    .domain([-0.5, steps - 0.5])
    .range([LEFT, right]);
  const y = scaleLinear()
    .domain([0, memory.arenaBytes * 1.06])
    .range([bottom, 34]);
  const factor = factorOf(memory.arenaBytes, 'bytes');
  const unit = quantity(memory.arenaBytes, 'bytes').unit;
  const top = memory.arenaBytes * factor;
  const ticks = y
    .copy()
    .domain([0, top * 1.06])
    .ticks(4)
    .map((t) => t / factor);
  const producer = (tensor: string): string =>
    nodes?.find((n) => n.id === tensor || n.outputs.some((o) => o.id === tensor))?.id ?? tensor;
  const peak = memory.ticks[memory.peakTick];
  return (
    <>
      <AxisLeft
        scale={y}
        ticks={ticks}
        format={(v) => String(Number((v * factor).toPrecision(4)))}
        x={LEFT}
        width={right - LEFT}
        title={`Address, ${unit}`}
        titleY={16}
      />
      {memory.buffers.map((b) => {
        const node = producer(b.tensor);
        const state = node === layer ? 'selected' : node === hovered ? 'hovered' : '';
        const box = {
          x: x(Math.max(0, b.firstTick) - 0.5),
          y: y(b.offset + b.bytes),
          w: x(Math.min(steps - 1, b.lastTick) + 0.5) - x(Math.max(0, b.firstTick) - 0.5),
          h: y(b.offset) - y(b.offset + b.bytes),
        };
        const letters = Math.floor((box.w - 8) / 7);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: buffers are listed in the table of this chart
          <g
            key={b.tensor}
            className={`buffer ${state}`}
            onPointerEnter={() => hoverLayer(node)}
            onPointerLeave={() => hoverLayer(undefined)}
            onClick={() => selectLayer(node)}
          >
            <rect x={box.x} y={box.y} width={Math.max(0.5, box.w)} height={Math.max(0.5, box.h)} />
            {box.h > 14 && letters > 3 && (
              <text x={box.x + 4} y={box.y + 12} className="mono buffer-label">
                {middleCut(node, letters)}
              </text>
            )}
          </g>
        );
      })}
      <path d={`M${LEFT},${y(memory.arenaBytes)}H${right}`} className="line-goal" />
      <text x={right} y={y(memory.arenaBytes) - 5} textAnchor="end" className="axis-title">
        {`peak ${inText(memory.arenaBytes, 'bytes')}${peak ? ` at ${middleCut(peak.node, 24)}` : ''}; lower bound ${inText(memory.lowerBoundBytes, 'bytes')}`}
      </text>
      <LiveBars memory={memory} x={x} bottom={bottom} right={right} />
    </>
  );
}

interface LiveBarsProps {
  readonly memory: Timeline;
  readonly x: (value: number) => number;
  readonly bottom: number;
  readonly right: number;
}

function LiveBars({ memory, x, bottom, right }: LiveBarsProps): ReactElement {
  const most = Math.max(1, ...memory.ticks.map((t) => t.liveBytes));
  const base = bottom + 6 + LIVE;
  const every = Math.max(1, Math.ceil(memory.ticks.length / 16));
  return (
    <g>
      <text x={LEFT - 6} y={base - 2} textAnchor="end" className="tick">
        live
      </text>
      <path d={`M${LEFT},${bottom}H${right}`} className="axis-line" />
      {memory.ticks.map((tick, i) => {
        const h = (tick.liveBytes / most) * LIVE;
        return (
          <g key={tick.node}>
            <rect
              x={x(i - 0.5) + 0.5}
              width={Math.max(0.5, x(i + 0.5) - x(i - 0.5) - 1)}
              y={base - h}
              height={h}
              fill={i === memory.peakTick ? 'var(--ink)' : 'var(--bar)'}
            />
            {i % every === 0 && (
              <text x={x(i)} y={base + 13} textAnchor="middle" className="tick">
                {i}
              </text>
            )}
          </g>
        );
      })}
      <text x={right} y={base + 28} textAnchor="end" className="axis-title">
        Step in the schedule →
      </text>
    </g>
  );
}
