import { scaleLinear } from 'd3';
import type { ReactElement } from 'react';
import type { QuantizeReply } from '../../../jobs/protocol.ts';
import { AxisLeft, Chart } from '../../charts/index.ts';
import { signed } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';

/** Where accuracy goes: one step per stage, from float to integer; the steps add up as printed. */
export function LossChain(): ReactElement {
  const chain = useApp((s) => s.compress.checked?.reply.chain) ?? [];
  const labelled = useApp((s) => s.session.data?.reference.labelled);
  const first = chain[0];
  const last = chain.at(-1);
  const quality = labelled ? 'Top-1' : 'Agreement with float';
  return (
    <Chart
      name="loss-chain"
      title="Where accuracy goes"
      note={
        first && last
          ? `steps add up to ${signed(rounded(last.score) - rounded(first.score))} points`
          : 'after “Quantize and check”'
      }
      table={() => ({
        caption: 'Score after each stage',
        columns: ['Stage', `${quality}, %`],
        rows: chain.map((step) => [step.stage, rounded(step.score)]),
      })}
    >
      {({ width, height }) =>
        chain.length > 1 ? (
          <Waterfall
            chain={chain}
            width={width}
            height={height}
            title={`${quality}, %, cumulative; axis does not start at 0`}
          />
        ) : (
          <text x={width / 2} y={height / 2} textAnchor="middle" className="mark-label">
            Quantize and check draws the losses of each stage here
          </text>
        )
      }
    </Chart>
  );
}

/** In points with one decimal, so that printed steps add up to the printed total. */
const rounded = (score: number): number => Math.round(score * 1000) / 10;

interface WaterfallProps {
  readonly chain: QuantizeReply['chain'];
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

const LEFT = 46;

function Waterfall({ chain, width, height, title }: WaterfallProps): ReactElement {
  const scores = chain.map((step) => rounded(step.score));
  const low = Math.min(...scores);
  const high = Math.max(...scores);
  const room = Math.max(0.5, (high - low) * 0.2);
  const bottom = height - 30;
  const y = scaleLinear()
    .domain([low - room, high + room])
    .range([bottom, 36]);
  const step = (width - LEFT - 16) / chain.length;
  const bar = Math.min(48, step * 0.6);
  return (
    <>
      <AxisLeft
        scale={y}
        ticks={y.ticks(5)}
        format={(v) => String(Number(v.toFixed(2)))}
        x={LEFT}
        width={width - LEFT - 12}
        title={title}
        titleY={16}
      />
      {chain.map((entry, i) => {
        const x = LEFT + 8 + i * step + step / 2;
        const now = scores[i] ?? 0;
        const before = scores[i - 1];
        const total = i === 0 || i === chain.length - 1;
        return (
          <g key={entry.stage}>
            {before !== undefined && (
              <>
                <path d={`M${x - step + bar / 2},${y(before)}H${x - bar / 2}`} className="line-reference" />
                <rect
                  x={x - bar / 2}
                  width={bar}
                  y={Math.min(y(before), y(now))}
                  height={Math.max(1, Math.abs(y(now) - y(before)))}
                  fill="var(--bar)"
                />
                <text x={x} y={Math.min(y(before), y(now)) - 5} textAnchor="middle" className="mark-label">
                  {signed(now - before)}
                </text>
              </>
            )}
            {total && (
              <>
                <path d={`M${x - bar / 2},${y(now)}H${x + bar / 2}`} stroke="var(--ink)" strokeWidth={1.6} />
                <text x={x} y={i === 0 ? y(now) - 8 : y(now) + 16} textAnchor="middle" className="chain-total">
                  {now.toFixed(1)}
                </text>
              </>
            )}
            <text
              x={x}
              y={bottom + (step < 70 && i % 2 === 1 ? 26 : 14)}
              textAnchor="middle"
              className={total ? 'mark-label ink strong' : 'mark-label'}
            >
              {entry.stage}
            </text>
          </g>
        );
      })}
    </>
  );
}
