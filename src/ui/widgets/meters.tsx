import type { ReactElement, ReactNode } from 'react';
import { timeLeft } from '../format/index.ts';

export interface MeterProps {
  readonly label: string;
  /** In the unit of `capacity`; absent: unknown, the track is dashed. */
  readonly used: number | undefined;
  readonly capacity: number | undefined;
  readonly width?: number;
  /** Words for screen readers: '52.3 of 640 KiB'. */
  readonly text: string;
}

/** Share of a capacity; over it the bar is broken off (the words beside it give the factor). */
export function Meter({ label, used, capacity, width = 36, text }: MeterProps): ReactElement {
  const share = used !== undefined && capacity ? used / capacity : undefined;
  const over = share !== undefined && share > 1;
  return (
    <svg className="meter" width={width} height={6} role="img" aria-label={`${label}: ${text}`}>
      <rect width={width} height={6} className={share === undefined ? 'meter-unknown' : 'meter-track'} />
      {share !== undefined && !over && <rect width={Math.max(1, share * width)} height={6} className="meter-bar" />}
      {over && <path d={`M0,0H${width - 6}l-2,6H0ZM${width - 4},0h4v6h-6Z`} className="meter-over" />}
    </svg>
  );
}

export interface ProgressBarProps {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly state?: 'running' | 'paused' | 'failed';
  readonly secondsLeft?: readonly [number, number, number] | undefined;
  /** Words under the bar; by default 'done of total' and the time left as an interval. */
  readonly words?: ReactNode;
  readonly thin?: boolean;
}

/** Progress in words and as a bar whose size never changes. */
export function ProgressBar(props: ProgressBarProps): ReactElement {
  const { done, total, state = 'running' } = props;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  return (
    <div className={`progress ${state}${props.thin ? ' thin' : ''}`}>
      <div
        role="progressbar"
        aria-label={props.label}
        aria-valuemin={0}
        aria-valuemax={total || 1}
        aria-valuenow={done}
        className="progress-track"
      >
        <div className="progress-bar" style={{ width: `${share * 100}%` }} />
      </div>
      {!props.thin && (
        <p className="caption">
          {props.words ??
            `${total > 0 ? `${done} of ${total}` : 'starting'}${props.secondsLeft ? `, ${timeLeft(props.secondsLeft)}` : ''}`}
        </p>
      )}
    </div>
  );
}

/** One cell per bit: length, never colour. */
export function BitCells({ bits, of = 8 }: { readonly bits: number; readonly of?: number }): ReactElement {
  const cells = Array.from({ length: of }, (_, i) => i);
  return (
    <svg className="bit-cells" width={of * 5} height={8} role="img" aria-label={`${bits} bits`}>
      {cells.map((i) => (
        <rect key={i} x={i * 5} width={4} height={8} className={i < bits ? 'bit-on' : 'bit-off'} />
      ))}
    </svg>
  );
}
