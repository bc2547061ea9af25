/**
 * Dominance (methods F.3): a dominates b if it is nowhere worse and somewhere better; everything is minimized.
 *
 * Values that agree to about 1e−12 relative count as equal. To keep that an equivalence (a tolerance in each comparison
 * would not be transitive), values are rounded to 41 significant bits once, when they enter (`snap`).
 */

/** Objective values of many points, row-major: point i, objective m at [i · width + m]. */
export interface Scores {
  readonly count: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Rounds to 41 significant bits (Veltkamp's splitting), so that last-bit noise cannot make a point "better". */
export function snap(x: number): number {
  const t = 4097 * x;
  return Number.isFinite(t) ? t - (t - x) : x;
}

/** Points as one snapped matrix. All points have the same length. */
export function scoresOf(points: readonly (readonly number[])[]): Scores {
  const width = points[0]?.length ?? 0;
  const values = new Float64Array(points.length * width);
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as readonly number[];
    for (let m = 0; m < width; m++) values[i * width + m] = snap(point[m] as number);
  }
  return { count: points.length, width, values };
}

/** Whether `a` dominates `b`. Duplicates do not dominate each other. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (let m = 0; m < a.length; m++) {
    const x = snap(a[m] as number);
    const y = snap(b[m] as number);
    if (x > y) return false;
    if (x < y) better = true;
  }
  return better;
}

function rowDominates(values: Float64Array, width: number, a: number, b: number): boolean {
  let better = false;
  for (let m = 0; m < width; m++) {
    const x = values[a * width + m] as number;
    const y = values[b * width + m] as number;
    if (x > y) return false;
    if (x < y) better = true;
  }
  return better;
}

/** Row indices in lexicographic order of their objectives; ties by index, so that results do not depend on the engine. */
function lexicographic({ count, width, values }: Scores): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order.sort((a, b) => {
    const p = a * width;
    const q = b * width;
    for (let m = 0; m < width; m++) {
      const d = (values[p + m] as number) - (values[q + m] as number);
      if (d !== 0) return d;
    }
    return a - b;
  });
}

/**
 * Front number of every point: 0 for those nobody dominates, 1 for those only front 0 dominates, …
 *
 * Two objectives: O(N log N). In lexicographic order a point can only be dominated by earlier ones, and of each front by
 * its last member, whose second objectives grow with the front: a binary search finds the front. More objectives: the same
 * order, but each front is searched from its last member (ENS-SS, Zhang et al. 2015); O(M N²) at worst.
 */
export function ranks(scores: Scores): Uint32Array {
  return scores.width === 2 ? ranks2(scores) : ranksMany(scores);
}

function ranks2(scores: Scores): Uint32Array {
  const { count, values } = scores;
  const order = lexicographic(scores);
  const rank = new Uint32Array(count);
  const lastSecond = new Float64Array(count);
  let fronts = 0;
  for (let k = 0; k < count; k++) {
    const i = order[k] as number;
    const first = values[2 * i] as number;
    const second = values[2 * i + 1] as number;
    if (k > 0) {
      const before = order[k - 1] as number;
      if (values[2 * before] === first && values[2 * before + 1] === second) {
        rank[i] = rank[before] as number;
        continue;
      }
    }
    let low = 0;
    let high = fronts;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lastSecond[middle] as number) <= second) low = middle + 1;
      else high = middle;
    }
    if (low === fronts) fronts++;
    lastSecond[low] = second;
    rank[i] = low;
  }
  return rank;
}

function ranksMany(scores: Scores): Uint32Array {
  const { count, width, values } = scores;
  const order = lexicographic(scores);
  const rank = new Uint32Array(count);
  const fronts: number[][] = [];
  for (let k = 0; k < count; k++) {
    const i = order[k] as number;
    let front = 0;
    while (front < fronts.length) {
      const members = fronts[front] as number[];
      let j = members.length - 1;
      while (j >= 0 && !rowDominates(values, width, members[j] as number, i)) j--;
      if (j < 0) break;
      front++;
    }
    if (front === fronts.length) fronts.push([]);
    (fronts[front] as number[]).push(i);
    rank[i] = front;
  }
  return rank;
}

/**
 * Ranks with constraint domination (methods C.2): feasible points by dominance, then infeasible ones by their violation,
 * equal violations on one front.
 */
export function constrainedRanks(scores: Scores, violations: Float64Array): Uint32Array {
  const feasible: number[] = [];
  const infeasible: number[] = [];
  for (let i = 0; i < scores.count; i++) ((violations[i] as number) > 0 ? infeasible : feasible).push(i);
  if (infeasible.length === 0) return ranks(scores);
  const { width, values } = scores;
  const part = new Float64Array(feasible.length * width);
  feasible.forEach((i, k) => {
    part.set(values.subarray(i * width, (i + 1) * width), k * width);
  });
  const partRanks = ranks({ count: feasible.length, width, values: part });
  const rank = new Uint32Array(scores.count);
  let next = 0;
  feasible.forEach((i, k) => {
    rank[i] = partRanks[k] as number;
    next = Math.max(next, (partRanks[k] as number) + 1);
  });
  infeasible.sort((a, b) => (violations[a] as number) - (violations[b] as number) || a - b);
  infeasible.forEach((i, k) => {
    if (k > 0 && violations[i] !== violations[infeasible[k - 1] as number]) next++;
    rank[i] = next;
  });
  return rank;
}

/**
 * Indices of the points nobody dominates, in the order of the first objective (then the second, …); of points with equal
 * objectives the first given is kept.
 */
export function front(points: readonly (readonly number[])[]): number[] {
  const scores = scoresOf(points);
  const { width, values } = scores;
  const rank = ranks(scores);
  const kept: number[] = [];
  for (const i of lexicographic(scores)) {
    if (rank[i] !== 0) continue;
    const last = kept.at(-1);
    let same = last !== undefined;
    for (let m = 0; same && m < width; m++) same = values[(last as number) * width + m] === values[i * width + m];
    if (!same) kept.push(i);
  }
  return kept;
}

/**
 * Crowding distance of the points of one front (methods C.2 step 2), in the order of `members`: the sum over objectives of
 * the gap between both neighbours, relative to the front's range; Infinity at the extremes of an objective that varies.
 * With one or two members all are extremes.
 */
export function crowding(scores: Scores, members: ArrayLike<number>): Float64Array {
  const { width, values } = scores;
  const n = members.length;
  const distance = new Float64Array(n);
  if (n <= 2) return distance.fill(Number.POSITIVE_INFINITY);
  const order = new Uint32Array(n);
  const column = new Float64Array(n);
  for (let m = 0; m < width; m++) {
    for (let k = 0; k < n; k++) {
      order[k] = k;
      column[k] = values[(members[k] as number) * width + m] as number;
    }
    order.sort((a, b) => (column[a] as number) - (column[b] as number) || a - b);
    const lowest = column[order[0] as number] as number;
    const range = (column[order[n - 1] as number] as number) - lowest;
    if (range === 0) continue;
    distance[order[0] as number] = Number.POSITIVE_INFINITY;
    distance[order[n - 1] as number] = Number.POSITIVE_INFINITY;
    for (let k = 1; k < n - 1; k++) {
      const gap = (column[order[k + 1] as number] as number) - (column[order[k - 1] as number] as number);
      distance[order[k] as number] = (distance[order[k] as number] as number) + gap / range;
    }
  }
  return distance;
}

/**
 * Knee of a front of two objectives: the point farthest from the line through the two extremes, on the side of the ideal
 * corner, after min–max normalization (methods F.3). Index into `points`; `undefined` for fewer than three points or a
 * front that nowhere bulges towards the ideal.
 */
export function knee(points: readonly (readonly number[])[]): number | undefined {
  const on = front(points.map((p) => [p[0] as number, p[1] as number]));
  if (on.length < 3) return undefined;
  const first = points[on[0] as number] as readonly number[];
  const last = points[on.at(-1) as number] as readonly number[];
  const rangeX = (last[0] as number) - (first[0] as number);
  const rangeY = (first[1] as number) - (last[1] as number);
  let best: number | undefined;
  let farthest = 1e-12;
  for (const i of on) {
    const p = points[i] as readonly number[];
    // In unit coordinates the extremes are (0, 1) and (1, 0): the distance to their line is (1 − x − y) / √2.
    const x = ((p[0] as number) - (first[0] as number)) / rangeX;
    const y = ((p[1] as number) - (last[1] as number)) / rangeY;
    const distance = 1 - x - y;
    if (distance > farthest) {
      farthest = distance;
      best = i;
    }
  }
  return best;
}
