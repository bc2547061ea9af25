import type { ReactElement } from 'react';
import type { Provenance } from '../../ir/index.ts';
import { provenanceWords } from '../format/index.ts';

interface MarkProps {
  readonly provenance: Provenance | 'unknown';
  readonly x?: number;
  readonly y?: number;
  /** Radius in px. */
  readonly r?: number;
}

/** The mark of an origin inside an SVG: disc, half disc, diamond, dashed circle, dash. Coloured by `currentColor`. */
export function ProvenanceMark({ provenance, x = 0, y = 0, r = 4 }: MarkProps): ReactElement {
  const at = `translate(${x},${y})`;
  switch (provenance) {
    case 'measured':
      return <circle transform={at} r={r} fill="currentColor" />;
    case 'fitted':
      return (
        <g transform={at}>
          <circle r={r - 0.5} fill="var(--bg)" stroke="currentColor" strokeWidth={1.2} />
          <path d={`M0,${-r + 0.5}A${r - 0.5},${r - 0.5} 0 0 0 0,${r - 0.5}Z`} fill="currentColor" />
        </g>
      );
    case 'computed':
      return (
        <path
          transform={at}
          d={`M0,${-r - 0.5}L${r + 0.5},0L0,${r + 0.5}L${-r - 0.5},0Z`}
          fill="var(--bg)"
          stroke="currentColor"
          strokeWidth={1.2}
        />
      );
    case 'assumed':
      return (
        <circle
          transform={at}
          r={r - 0.5}
          fill="var(--bg)"
          stroke="currentColor"
          strokeWidth={1.4}
          strokeDasharray="2 1.6"
        />
      );
    case 'unknown':
      return <path transform={at} d={`M${-r},0H${r}`} stroke="currentColor" strokeWidth={1.4} />;
  }
}

/** The 10 px glyph beside a number; its word is read to screen readers. */
export function ProvenanceGlyph({ provenance }: { readonly provenance: Provenance | 'unknown' }): ReactElement {
  return (
    <svg className="glyph" width={10} height={10} viewBox="-5 -5 10 10" role="img" aria-label={provenance}>
      <title>{`${provenance}: ${provenanceWords[provenance]}`}</title>
      <ProvenanceMark provenance={provenance} />
    </svg>
  );
}
