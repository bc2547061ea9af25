import { type ReactElement, useEffect, useRef } from 'react';
import type { DataDescription } from '../../../explore/index.ts';
import { inText } from '../../format/index.ts';

type Preview = DataDescription['previews'][number];

/** A few samples, classes in turn. */
export function Previews({ description }: { readonly description: DataDescription }): ReactElement {
  const { previews, reference, classes } = description;
  const nameOf = new Map(classes?.map(({ label, name }) => [label, name]));
  return (
    <section aria-labelledby="data-previews">
      <h3 id="data-previews">Samples</h3>
      <ul className="data-previews">
        {previews.map((preview) => (
          <li key={preview.sample}>
            {preview.kind === 'picture' ? <Picture preview={preview} /> : <Lines preview={preview} />}
            <span className="caption cut" title={title(preview, nameOf)}>
              {preview.label === undefined ? `no. ${preview.sample + 1}` : (nameOf.get(preview.label) ?? preview.label)}
            </span>
          </li>
        ))}
      </ul>
      <p className="caption">
        {previews.length} of {inText(reference.count, 'count')}
        {classes ? ', the classes in turn' : ''}; drawn from the lowest to the highest value of{' '}
        {previews[0]?.kind === 'series' ? 'each sample' : 'the set'}.
      </p>
    </section>
  );
}

function title({ sample, label }: Preview, nameOf: ReadonlyMap<number, string | undefined>): string {
  const name = label === undefined ? undefined : nameOf.get(label);
  return `Sample ${sample + 1}${label === undefined ? '' : `, class ${label}${name === undefined ? '' : ` ${name}`}`}`;
}

function Picture({ preview }: { readonly preview: Extract<Preview, { kind: 'picture' }> }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, rgba, sample } = preview;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
  }, [rgba, width, height]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label={`Sample ${sample + 1}`} />;
}

const WIDE = 112;
const HIGH = 48;

function Lines({ preview }: { readonly preview: Extract<Preview, { kind: 'series' }> }): ReactElement {
  const { lines, sample } = preview;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    for (const value of line) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const x = (i: number, n: number): number => (n > 1 ? (i / (n - 1)) * WIDE : WIDE / 2);
  const y = (value: number): number => (high > low ? HIGH - 2 - ((value - low) / (high - low)) * (HIGH - 4) : HIGH / 2);
  const points = (line: Float32Array): string =>
    Array.from(line, (value, i) => `${x(i, line.length).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg viewBox={`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={`Sample ${sample + 1}`}>
      {lines.map((line, channel) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: channels have no other name
        <polyline key={channel} points={points(line)} className={channel === 0 ? 'strong' : ''} />
      ))}
    </svg>
  );
}
