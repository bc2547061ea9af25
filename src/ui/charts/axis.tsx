import type { ReactElement, ReactNode } from 'react';

/** What an axis needs of a d3 scale. */
export interface AxisScale {
  (value: number): number;
  range(): number[];
}

export interface AxisProps {
  readonly scale: AxisScale;
  readonly ticks: readonly number[];
  /** '' leaves the tick without words (minor ticks of log axes). */
  readonly format: (value: number) => string;
}

/** Horizontal axis at `y`: line, short ticks, words under them. */
export function AxisBottom(props: AxisProps & { readonly y: number; readonly title?: string }): ReactElement {
  const { scale, y } = props;
  const [left = 0, right = 0] = scale.range();
  return (
    <g className="axis" aria-hidden="true">
      <path d={`M${left},${y}H${right}`} className="axis-line" />
      {props.ticks.map((tick) => (
        <g key={tick} transform={`translate(${scale(tick)},${y})`}>
          <path d="M0,0V4" className="axis-line" />
          <text y={15} textAnchor="middle" className="tick">
            {props.format(tick)}
          </text>
        </g>
      ))}
      {props.title && (
        <text x={right} y={y + 28} textAnchor="end" className="axis-title">
          {props.title} →
        </text>
      )}
    </g>
  );
}

/** Vertical axis left of `x`: words only; horizontal grid lines over `width`. */
export function AxisLeft(
  props: AxisProps & { readonly x: number; readonly width: number; readonly title?: string; readonly titleY?: number },
): ReactElement {
  const { scale, x } = props;
  return (
    <g className="axis" aria-hidden="true">
      {props.ticks.map((tick) => (
        <g key={tick} transform={`translate(${x},${scale(tick)})`}>
          <path d={`M0,0H${props.width}`} className="grid-line" />
          <text x={-6} dy="0.32em" textAnchor="end" className="tick">
            {props.format(tick)}
          </text>
        </g>
      ))}
      {props.title && (
        <text x={12} y={props.titleY ?? 12} className="axis-title">
          ↑ {props.title}
        </text>
      )}
    </g>
  );
}

/** Powers of ten within a log domain; at most `most` of them keep words. */
export function decades([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

/** A limit, goal or reference: a line with its words on it. */
export function ReferenceLine(props: {
  readonly x?: number;
  readonly y?: number;
  readonly from: number;
  readonly to: number;
  readonly kind: 'goal' | 'limit' | 'reference';
  readonly children?: ReactNode;
}): ReactElement {
  const d = props.x === undefined ? `M${props.from},${props.y}H${props.to}` : `M${props.x},${props.from}V${props.to}`;
  return (
    <g>
      <path d={d} className={`line-${props.kind}`} />
      {props.children}
    </g>
  );
}
