import type { ReactElement } from 'react';
import type { Figure } from '../../ir/index.ts';
import { ProvenanceMark } from '../widgets/index.ts';

export interface IntervalMarkProps {
  readonly figure: Figure;
  readonly x: (value: number) => number;
  readonly y: number;
  readonly r?: number;
  /** Marks the interval even where it is measured and not selected. */
  readonly caps?: boolean;
  /** Centre it is drawn around, instead of the value. */
  readonly center?: number;
  /** A dot instead of the glyph of origin. */
  readonly plain?: boolean;
}

/** A value with its whisker: solid with caps where fitted, dashed where assumed; the mark is the glyph of origin. */
export function IntervalMark({ figure, x, y, r = 4, caps, center, plain }: IntervalMarkProps): ReactElement {
  const { interval, provenance } = figure;
  const at = center ?? x(figure.value);
  const dashed = provenance === 'assumed';
  const capped = caps ?? (provenance === 'fitted' || dashed);
  return (
    <g>
      {interval && (
        <g className="whisker" strokeDasharray={dashed ? '2 2' : undefined}>
          <path d={`M${x(interval[0])},${y}H${x(interval[1])}`} />
          {capped && <path strokeDasharray="none" d={`M${x(interval[0])},${y - 3}v6M${x(interval[1])},${y - 3}v6`} />}
        </g>
      )}
      {plain ? (
        <circle cx={at} cy={y} r={1.8} fill="currentColor" />
      ) : (
        <ProvenanceMark provenance={provenance} x={at} y={y} r={r} />
      )}
    </g>
  );
}
