export interface Tolerance {
  /** Relative to the expected value. */
  readonly relative: number;
  readonly absolute: number;
}

export const EXACT: Tolerance = { relative: 0, absolute: 0 };

/**
 * The first element that differs by more than the tolerance, or the differing lengths, as a sentence; `undefined` when all are close. Equal
 * infinities and two not-a-numbers are close. NumPy's `allclose` with equal_nan.
 */
export function firstDifference(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  { relative, absolute }: Tolerance,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const a = Number(actual[i]);
    const e = Number(expected[i]);
    if (Object.is(a, e) || a === e) continue;
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e))) return `element ${i} is ${a} instead of ${e}`;
  }
  return undefined;
}
