import type { HistoryStep } from '../../state/types.ts';

export interface ChainStep {
  readonly step: HistoryStep;
  /** Steps to undo (negative) or redo (positive) to stand right after it; 0: now. */
  readonly by: number;
}

/** The last `shown` steps around now, and how many are left out on either side. */
export function chainOf(
  past: readonly HistoryStep[],
  future: readonly HistoryStep[],
  shown: number,
): { readonly steps: readonly ChainStep[]; readonly earlier: number; readonly later: number } {
  const undone = Math.min(future.length, Math.max(2, shown - past.length));
  const first = Math.max(0, past.length - (shown - undone));
  const steps = [
    ...past.slice(first).map((step, i) => ({ step, by: first + i + 1 - past.length })),
    ...future.slice(0, undone).map((step, i) => ({ step, by: i + 1 })),
  ];
  return { steps, earlier: first, later: future.length - undone };
}
