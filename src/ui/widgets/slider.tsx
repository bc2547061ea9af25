import { type ReactElement, useId } from 'react';
import type { Histogram } from '../../explore/index.ts';

export interface SliderProps {
  readonly label: string;
  /** The limit in words: '≤ 100 ms', 'no limit'. */
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  /** Of what is there; bars inside the limit are strong. */
  readonly histogram?: Histogram | undefined;
  /** Which side of the value is inside. */
  readonly keeps: 'below' | 'above';
  /** At the end of its way it limits nothing and is drawn faint. */
  readonly unlimited: boolean;
}

const WIDTH = 200;
const HEIGHT = 24;

/** A limit over the histogram of what is there. Arrows move one step, Page keys ten. */
export function Slider(props: SliderProps): ReactElement {
  const id = useId();
  const span = props.max - props.min || 1;
  const step = props.step ?? span / 200;
  return (
    <div className={`slider${props.unlimited ? ' unlimited' : ''}`}>
      <div className="row between">
        <label htmlFor={id} className="secondary">
          {props.label}
        </label>
        <output htmlFor={id} className={props.unlimited ? 'faint' : 'strong'}>
          {props.text}
        </output>
      </div>
      <svg className="slider-bars" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {props.histogram && bars(props, props.histogram)}
      </svg>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={step}
        value={props.value}
        aria-valuetext={props.text}
        style={{ '--share': `${((props.value - props.min) / span) * 100}%` } as React.CSSProperties}
        data-keeps={props.keeps}
        onChange={(event) => props.onChange(Number(event.target.value))}
        onKeyDown={(event) => {
          const by = event.key === 'PageUp' ? 10 : event.key === 'PageDown' ? -10 : 0;
          if (!by) return;
          event.preventDefault();
          props.onChange(Math.min(props.max, Math.max(props.min, props.value + by * step)));
        }}
      />
    </div>
  );
}

function bars(props: SliderProps, histogram: Histogram): ReactElement[] {
  const top = Math.max(1, ...histogram.counts);
  const span = props.max - props.min || 1;
  const width = (histogram.high - histogram.low) / histogram.counts.length;
  const x = (value: number): number => ((value - props.min) / span) * WIDTH;
  return histogram.counts.flatMap((count, i) => {
    if (count === 0) return [];
    const low = histogram.low + i * width;
    const middle = low + width / 2;
    const inside = props.unlimited || (props.keeps === 'below' ? middle <= props.value : middle >= props.value);
    const height = Math.max(1.5, (count / top) * HEIGHT);
    return [
      <rect
        key={low}
        x={x(low)}
        y={HEIGHT - height}
        width={Math.max(1, x(low + width) - x(low) - 1)}
        height={height}
        className={inside ? 'bar-in' : 'bar-out'}
      />,
    ];
  });
}
