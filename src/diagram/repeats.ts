/** Words that repeat in a sequence of classes. */

/** `times` equal words of `period` parts side by side, from part `from`; they go on for `length` parts in all, so that other phases fit too. */
export interface Region {
  readonly from: number;
  readonly period: number;
  readonly length: number;
}

/** Longest word looked for, in parts. Longer repeats consist of segments, which are found by themselves. */
const MOST_PARTS = 64;

/**
 * Stretches where a primitive word stands at least twice in a row: maximal, for each period. Time: parts × `MOST_PARTS`.
 */
export function repeatedRegions(classes: ArrayLike<number>): Region[] {
  const n = classes.length;
  const regions: Region[] = [];
  for (let period = 1; period <= Math.min(MOST_PARTS, n >> 1); period++) {
    let run = 0;
    for (let i = 0; i + period <= n; i++) {
      if (i + period < n && classes[i] === classes[i + period]) {
        run++;
        continue;
      }
      if (run >= period && isPrimitive(classes, i - run, period)) {
        regions.push({ from: i - run, period, length: run + period });
      }
      run = 0;
    }
  }
  return regions;
}

/** Whether a word is not itself a repeated shorter word. */
function isPrimitive(classes: ArrayLike<number>, from: number, period: number): boolean {
  for (let divisor = 1; divisor <= period >> 1; divisor++) {
    if (period % divisor !== 0) continue;
    let i = from;
    while (i + divisor < from + period && classes[i] === classes[i + divisor]) i++;
    if (i + divisor === from + period) return false;
  }
  return true;
}

/** Where `word` stands in `classes`, without overlaps, from the first on. After Knuth, Morris, Pratt (1977). */
export function occurrences(classes: ArrayLike<number>, word: ArrayLike<number>): number[] {
  const m = word.length;
  if (m === 0) return [];
  const border = new Int32Array(m + 1);
  border[0] = -1;
  for (let i = 0, k = -1; i < m; ) {
    while (k >= 0 && word[i] !== word[k]) k = border[k]!;
    border[++i] = ++k;
  }
  const found: number[] = [];
  for (let i = 0, k = 0; i < classes.length; i++) {
    while (k >= 0 && classes[i] !== word[k]) k = border[k]!;
    if (++k < m) continue;
    found.push(i - m + 1);
    k = 0;
  }
  return found;
}
