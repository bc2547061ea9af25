import { interpolateLab, max, median, min, rgb, scaleLinear, scaleLog, scaleSqrt } from 'd3';
import type { ReactElement } from 'react';

export type Theme = 'light' | 'dark';

/** Which theme is drawn now: chosen, or the system's. */
export const drawnTheme = (setting: 'system' | Theme): Theme =>
  setting === 'system'
    ? typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: dark)').matches
      ? 'dark'
      : 'light'
    : setting;

/** Cividis (Nuñez, Anderton, Renslow 2018) at 17 equal steps; straight lines between them stay within 3 of 255 of the original. */
const CIVIDIS =
  '002051 012b65 11366c 26426e 3c4d6e 51586e 62646f 727071 7f7c75 8c8877 9a9478 a9a177 bbaf71 cebd68 e2cb5c f3da4f fdea45'
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

function cividis(t: number): string {
  const place = Math.max(0, Math.min(1, t)) * (CIVIDIS.length - 1);
  const step = Math.min(CIVIDIS.length - 2, Math.floor(place));
  const [from = [], to = []] = [CIVIDIS[step], CIVIDIS[step + 1]];
  return `rgb(${from.map((c, i) => Math.round(c + ((to[i] ?? c) - c) * (place - step))).join(', ')})`;
}

/** Cividis so that more is further from the background; `share` is 0 … 1. */
export const heatColor = (share: number, theme: Theme): string =>
  cividis(theme === 'light' ? 0.97 + (0.02 - 0.97) * share : 0.06 + (0.98 - 0.06) * share);

/** Brown to teal; −1 … 1, teal is better. The sign is printed beside it. */
export function divergingColor(x: number, theme: Theme): string {
  const [bad, none, good] = theme === 'light' ? ['#8C510A', '#F1F1EE', '#01665E'] : ['#DFA45B', '#242729', '#5AB4AC'];
  return x < 0 ? interpolateLab(none, bad)(-x) : interpolateLab(none, good)(x);
}

/** Black or white, whichever reads better on the colour. */
export function textOn(color: string): '#ffffff' | '#000000' {
  const { r, g, b } = rgb(color);
  const linear = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

export interface HeatScale {
  /** Value → share 0 … 1. */
  readonly share: (value: number) => number;
  readonly color: (value: number) => string;
  readonly kind: 'linear' | 'square root' | 'log';
  readonly domain: readonly [number, number];
}

/** Values to colours by their logarithm; the ends of the domain are above 0, what lies outside gets the colour of its end. */
export function logHeatScale(domain: readonly [number, number], theme: Theme): HeatScale {
  const scale = scaleLog().domain(domain).range([0, 1]).clamp(true);
  const share = (v: number): number => (v > 0 ? scale(v) : 0);
  return { share, color: (v) => heatColor(share(v), theme), kind: 'log', domain };
}

/** Decades below the largest value that a logarithmic scale spans where smaller ones exist. */
const MOST_DECADES = 6;

/**
 * Values to colours from 0 (or the least value, if that is negative) to the largest. 'automatic': linear, or square root where
 * the largest exceeds ten times the median. 'logarithmic': from the least value above 0, at most six decades; values of 0 and
 * less get the first colour.
 */
export function heatScale(
  values: readonly number[],
  theme: Theme,
  choice: 'automatic' | 'linear' | 'logarithmic' = 'automatic',
): HeatScale {
  const top = max(values) ?? 1;
  const least = min(values.filter((v) => v > 0)) ?? top;
  if (choice === 'logarithmic' && top > 0) {
    return logHeatScale([Math.max(least === top ? top / 10 : least, top / 10 ** MOST_DECADES), top], theme);
  }
  const low = Math.min(0, min(values) ?? 0);
  const skewed = choice === 'automatic' && low === 0 && top > 10 * (median(values) ?? top);
  const scale = (skewed ? scaleSqrt() : scaleLinear())
    .domain([low, top > low ? top : low + 1])
    .range([0, 1])
    .clamp(true);
  return {
    share: scale,
    color: (v) => heatColor(scale(v), theme),
    kind: skewed ? 'square root' : 'linear',
    domain: [low, top],
  };
}

export interface HeatLegendProps {
  readonly title: string;
  readonly scale: HeatScale;
  readonly theme: Theme;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  readonly width?: number;
}

/** The ramp with ticks; says when it is not linear. */
export function HeatLegend({ title, scale, theme, ticks, format, width = 120 }: HeatLegendProps): ReactElement {
  const cells = Array.from({ length: 40 }, (_, i) => i / 39);
  return (
    <div className="heat-legend">
      <p className="caption">
        {title}
        {scale.kind === 'linear' ? '' : `, ${scale.kind} scale`}
      </p>
      <svg width={width + 56} height={24} aria-hidden="true">
        <g transform="translate(20,0)">
          {cells.map((share) => (
            <rect
              key={share}
              x={share * (width - width / 40)}
              width={width / 40 + 0.5}
              height={8}
              fill={heatColor(share, theme)}
            />
          ))}
          {ticks.map((tick) => (
            <text key={tick} x={scale.share(tick) * width} y={20} textAnchor="middle" className="tick">
              {format(tick)}
            </text>
          ))}
        </g>
      </svg>
    </div>
  );
}
