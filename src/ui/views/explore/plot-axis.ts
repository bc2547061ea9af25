import { scaleLinear, scaleLog } from 'd3';
import type { Objective } from '../../../explore/view.ts';
import { fixed } from '../../format/index.ts';
import { headOf, type ObjectiveUnit } from './objective-units.ts';

export type Extent = readonly [number, number];

/** An axis of the scatter. Values go in and come out in SI base units; the scale inside is in the unit shown. */
export interface PlotAxis {
  readonly objective: Objective;
  /** 'Latency, ms' or 'Latency, ms, log'. */
  readonly title: string;
  readonly log: boolean;
  readonly domain: Extent;
  readonly range: Extent;
  /** For axes that are drawn: in the unit shown. */
  readonly scale: ShownScale;
  readonly ticks: readonly number[];
  readonly format: (shown: number) => string;
  /** px of a value. */
  at(value: number): number;
  /** Value at px. */
  from(px: number): number;
}

interface ShownScale {
  (shown: number): number;
  range(): number[];
}

/** From this ratio on an axis of positive values is logarithmic. */
const LOG_FROM = 30;
/** Share of the points that may lie off the scale, if that makes the axis at most `WORTH` as long. */
const OUTLIERS = 0.04;
const WORTH = 0.65;
const PADDING = 0.05;

export const wantsLog = ([low, high]: Extent): boolean => low > 0 && high / low > LOG_FROM;

/**
 * What an axis shows by default: all of `values`, or all but the worst few where these would squeeze the rest. What is in
 * `keep` (the front, the points compared) is always inside. Values in any unit; the result is padded.
 */
export function defaultDomain(
  values: readonly number[],
  keep: readonly number[],
  objective: Pick<Objective, 'direction' | 'format'>,
): Extent {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return [0, 1];
  let low = sorted[0] as number;
  let high = sorted.at(-1) as number;
  const cut = Math.floor(sorted.length * OUTLIERS);
  if (objective.direction === 'max') {
    const trimmed = Math.min(sorted[cut] as number, ...keep);
    if (high - trimmed < WORTH * (high - low)) low = trimmed;
  } else if (!wantsLog([low, high])) {
    const trimmed = Math.max(sorted[sorted.length - 1 - cut] as number, ...keep);
    if (trimmed - low < WORTH * (high - low)) high = trimmed;
  }
  return padded([low, high], objective.format);
}

function padded([low, high]: Extent, format: Objective['format']): Extent {
  if (wantsLog([low, high])) {
    const by = (high / low) ** PADDING;
    return [low / by, high * by];
  }
  const size = high - low;
  if (size === 0) {
    const by = Math.abs(high) * 0.1 || 1;
    return [low - by, high + by];
  }
  const start = low >= 0 && low < 0.2 * high && format !== 'percent' ? 0 : low - PADDING * size;
  return [start, high + PADDING * size];
}

/** `domain` in SI base units, `range` in px (from, to). */
export function plotAxis(unit: ObjectiveUnit, domain: Extent, range: Extent): PlotAxis {
  const { factor, objective } = unit;
  const log = wantsLog(domain);
  const shown: [number, number] = [domain[0] * factor, domain[1] * factor];
  const px: [number, number] = [range[0], range[1]];
  const scale = log ? scaleLog(shown, px) : scaleLinear(shown, px);
  const most = Math.max(2, Math.min(7, Math.floor(Math.abs(px[1] - px[0]) / 56)));
  const limit = objective.format === 'percent' ? 100 + 1e-9 : Number.POSITIVE_INFINITY;
  const ticks = (log ? scale.ticks(10) : scale.ticks(most)).filter((t) => t <= limit);
  const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : Math.abs(shown[1] - shown[0]);
  const digits = log ? 0 : Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  return {
    objective,
    title: headOf(unit, 'long') + (log ? ', log' : ''),
    log,
    domain,
    range,
    scale,
    ticks,
    format: log ? logFormat(shown) : (t) => fixed(t, digits),
    at: (value) => scale(value * factor),
    from: (at) => scale.invert(at) / factor,
  };
}

/** Words on 1, 2, 5 within two decades, on powers of ten beyond; none on the minor ticks. */
function logFormat([low, high]: Extent): (shown: number) => string {
  const wanted = high / low < 200 ? [1, 2, 5] : [1];
  return (tick) => {
    const power = Math.floor(Math.log10(tick) + 1e-9);
    const mantissa = Math.round(tick / 10 ** power);
    return wanted.includes(mantissa) ? fixed(tick, Math.max(0, -power)) : '';
  };
}

export interface OffScale {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly below: readonly number[];
  readonly above: readonly number[];
}

/** Indices of points outside the window, each once: by the vertical axis first. NaN (unknown) is nowhere. */
export function offScale(xs: ArrayLike<number>, ys: ArrayLike<number>, x: Extent, y: Extent): OffScale {
  const result = { left: [] as number[], right: [] as number[], below: [] as number[], above: [] as number[] };
  for (let i = 0; i < xs.length; i++) {
    const px = xs[i] as number;
    const py = ys[i] as number;
    if (Number.isNaN(px) || Number.isNaN(py)) continue;
    if (py < y[0]) result.below.push(i);
    else if (py > y[1]) result.above.push(i);
    else if (px < x[0]) result.left.push(i);
    else if (px > x[1]) result.right.push(i);
  }
  return result;
}
