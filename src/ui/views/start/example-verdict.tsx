import { scaleLog } from 'd3';
import type { ReactElement } from 'react';
import type { Estimate, Figure } from '../../../ir/index.ts';
import { targetId } from '../../actions/target.ts';
import { decades, IntervalMark, useSize } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { ProvenanceGlyph } from '../../widgets/index.ts';

const HEIGHT = 62;
const LINE = 34;
const LABEL_PIXELS = 6.4;

/** One real verdict before any file is opened: a sample on every target, on one log axis. */
export function ExampleVerdict(): ReactElement | null {
  const example = useApp((s) => s.page.example);
  const platforms = useApp((s) => s.session.catalog?.platforms);
  const [box, { width }] = useSize<HTMLDivElement>();
  const open = useApp((s) => s.session.modelId !== undefined);
  const estimates = example?.estimates ?? [];
  const timed = estimates
    .filter((e): e is Timed => e.latency !== undefined)
    .sort((a, b) => a.latency.value - b.latency.value);
  const values = timed.map((e) => e.latency.value);
  const domain: [number, number] =
    values.length > 0
      ? [10 ** Math.floor(Math.log10(Math.min(...values))), 10 ** Math.ceil(Math.log10(Math.max(...values)))]
      : [1e-6, 1];
  const x = scaleLog()
    .domain(domain)
    .range([24, Math.max(60, width - 28)]);
  const counts = (['yes', 'no', 'unknown'] as const).map((f) => estimates.filter((e) => e.fits === f).length);
  const words = example
    ? `${counts[0]} fit, ${counts[1]} do not, ${counts[2]} unknown. Latency per inference, log scale.`
    : 'Estimating';
  const name = (e: Estimate): string =>
    (platforms?.find((p) => p.id === e.platform)?.name ?? e.platform)
      .replace(/\s*\(.*$/, '')
      .replace(/^(NVIDIA|Intel|Google|Xilinx|GreenWaves) /, '');
  // With a model open nobody needs an example, and none is computed.
  if (open && !example) return null;
  return (
    <section aria-labelledby="example-title">
      <header className="start-head example-head">
        <h2 id="example-title">Example{example ? `: ${example.title} on ${estimates.length} targets` : ''}</h2>
        <span className="secondary">{words}</span>
        <span className="grow" />
        <span className="row secondary nowrap">
          <ProvenanceGlyph provenance="fitted" /> fitted <ProvenanceGlyph provenance="assumed" /> assumed
        </span>
      </header>
      <div ref={box} className="example-plot">
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={`${example?.title ?? 'The sample'} on ${timed.length} targets, from ${timed[0] ? `${inText(timed[0].latency.value, 'seconds')} on ${name(timed[0])}` : 'unknown'} to ${timed.at(-1) ? `${inText((timed.at(-1) as Timed).latency.value, 'seconds')} on ${name(timed.at(-1) as Timed)}` : 'unknown'}`}
          >
            <path d={`M24,${LINE}H${width - 28}`} className="axis-line" />
            {decades(domain).map((t) => (
              <g key={t} transform={`translate(${x(t)},${LINE})`}>
                <path d="M0,0V5" className="axis-line" />
                <text y={18} textAnchor="middle" className="tick">
                  {inText(t, 'seconds')}
                </text>
              </g>
            ))}
            {timed.map((e) => (
              <IntervalMark key={targetId(e)} figure={e.latency} x={x} y={LINE} />
            ))}
            {labelled(timed, x, name, width).map(({ estimate, at, text }) => (
              <text key={targetId(estimate)} x={at} y={16} textAnchor="middle" className="tick">
                {text}
              </text>
            ))}
          </svg>
        )}
      </div>
    </section>
  );
}

type Timed = Estimate & { readonly latency: Figure };

/** Names of as many platforms as have room, each once, from the fastest. */
function labelled(timed: readonly Timed[], x: (v: number) => number, name: (e: Estimate) => string, width: number) {
  const shown: { estimate: Timed; at: number; text: string }[] = [];
  let free = 0;
  for (const estimate of timed) {
    const text = name(estimate);
    const half = (text.length * LABEL_PIXELS) / 2;
    const at = Math.min(Math.max(x(estimate.latency.value), half), width - half);
    if (at - half < free || shown.some((s) => s.text === text)) continue;
    shown.push({ estimate, at, text });
    free = at + half + 8;
  }
  return shown;
}
