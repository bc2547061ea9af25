/** What proposed a point, as it is shown: a colour and a shape that always go together (look.md, categories). */
export interface Family {
  readonly origin: string;
  readonly label: string;
  /** 0 … 4: `--cat0` … `--cat4`. */
  readonly category: number;
  readonly shape: Shape;
}

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'plus';

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'plus'];
const KNOWN: readonly (readonly [string, string])[] = [
  ['uniform', 'Uniform widths'],
  ['greedy', 'Layer-wise'],
  ['nsga2', 'NSGA-II'],
  ['manual', 'By hand'],
];
/** A sixth category is not given a colour: all others share the fifth. */
const OTHERS = SHAPES.length - 1;
const OTHER_LABELS: Readonly<Record<string, string>> = { random: 'Random' };

export function familyOf(origin: string): Family {
  const at = KNOWN.findIndex(([id]) => id === origin);
  const category = at < 0 ? OTHERS : at;
  const label = KNOWN[at]?.[1] ?? OTHER_LABELS[origin] ?? origin;
  return { origin, label, category, shape: SHAPES[category] as Shape };
}

/** Path of a shape around the origin; `r` in px is the radius of the circle, the others have about its area. */
export function shapePath(shape: Shape, r: number): string {
  const n = (x: number): string => String(Math.round(x * 100) / 100);
  switch (shape) {
    case 'circle':
      return `M${n(-r)},0A${n(r)},${n(r)} 0 1 0 ${n(r)},0A${n(r)},${n(r)} 0 1 0 ${n(-r)},0Z`;
    case 'square':
      return `M${n(-0.9 * r)},${n(-0.9 * r)}h${n(1.8 * r)}v${n(1.8 * r)}h${n(-1.8 * r)}Z`;
    case 'triangle':
      return `M0,${n(-1.2 * r)}L${n(1.15 * r)},${n(0.85 * r)}H${n(-1.15 * r)}Z`;
    case 'diamond':
      return `M0,${n(-1.25 * r)}L${n(1.25 * r)},0L0,${n(1.25 * r)}L${n(-1.25 * r)},0Z`;
    case 'plus': {
      const [a, b] = [1.25 * r, 0.45 * r];
      return `M${n(-b)},${n(-a)}H${n(b)}V${n(-b)}H${n(a)}V${n(b)}H${n(b)}V${n(a)}H${n(-b)}V${n(b)}H${n(-a)}V${n(-b)}H${n(-b)}Z`;
    }
  }
}
