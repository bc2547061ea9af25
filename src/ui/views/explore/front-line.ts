type Place = readonly [number, number];

/** Which way is better on the screen: y grows downwards there. */
export interface Better {
  readonly x: 'left' | 'right';
  readonly y: 'up' | 'down';
}

/**
 * The front as a staircase: the border of what is dominated. `places` in px, in any order; `edge` is the px where the
 * worse side of the horizontal axis ends, to which the last step is drawn.
 */
export function staircase(places: readonly Place[], better: Better, edge: number): string {
  const sorted = [...places].sort((a, b) => (better.x === 'left' ? a[0] - b[0] : b[0] - a[0]));
  const [first] = sorted;
  if (!first) return '';
  let path = `M${first[0]},${first[1]}`;
  for (let i = 1; i < sorted.length; i++) {
    const [x, y] = sorted[i] as Place;
    path += `H${x}V${y}`;
  }
  const last = sorted.at(-1) as Place;
  const beyond = better.x === 'left' ? edge > last[0] : edge < last[0];
  return beyond ? `${path}H${edge}` : path;
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/**
 * Where an arrow leads. Left and right from a point on the front go along it; anywhere else, and up and down, to the
 * nearest point on that side, sideways distance counting double. `front` holds indices ordered by px. No way: stays.
 */
export function neighbour(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  front: readonly number[],
  current: number,
  arrow: Arrow,
): number {
  const ordered = [...front].sort((a, b) => (xs[a] as number) - (xs[b] as number));
  const at = ordered.indexOf(current);
  if (at >= 0 && (arrow === 'ArrowLeft' || arrow === 'ArrowRight'))
    return ordered[at + (arrow === 'ArrowRight' ? 1 : -1)] ?? current;
  const x0 = xs[current] as number;
  const y0 = ys[current] as number;
  let best = current;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < xs.length; i++) {
    const dx = (xs[i] as number) - x0;
    const dy = (ys[i] as number) - y0;
    const ahead = arrow === 'ArrowLeft' ? -dx : arrow === 'ArrowRight' ? dx : arrow === 'ArrowUp' ? -dy : dy;
    const aside = arrow === 'ArrowLeft' || arrow === 'ArrowRight' ? Math.abs(dy) : Math.abs(dx);
    const cost = ahead + 2 * aside;
    if (i !== current && ahead > 0 && cost < least) {
      least = cost;
      best = i;
    }
  }
  return best;
}

/** Index of the point nearest to a place within `reach` px; undefined if none. */
export function nearest(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  [x, y]: Place,
  reach: number,
): number | undefined {
  let best: number | undefined;
  let least = reach * reach;
  for (let i = 0; i < xs.length; i++) {
    const d = ((xs[i] as number) - x) ** 2 + ((ys[i] as number) - y) ** 2;
    if (d <= least) {
      least = d;
      best = i;
    }
  }
  return best;
}
