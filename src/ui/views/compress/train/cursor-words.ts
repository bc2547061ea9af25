import type { TrainingRun } from '../../../state/types.ts';
import type { DrawnRun } from './drawn-runs.ts';

/** What the curves say at an epoch: 'epoch 6.4: loss 0.383, after epoch 6 validation 0.436, 86.6 %'. */
export function wordsAt(drawn: readonly DrawnRun[], epoch: number): string {
  const told = drawn.map(({ run }) => valuesAt(run, epoch, drawn.length > 1)).filter((words) => words !== '');
  return [`epoch ${epoch.toFixed(1)}`, told.join('; ')].filter(Boolean).join(': ');
}

function valuesAt(run: TrainingRun, epoch: number, named: boolean): string {
  const point = run.curve.find((p) => p.epoch >= epoch);
  const record = run.epochs.findLast((r) => r.epoch <= epoch && r.validation);
  const { validation } = record ?? {};
  const parts = [
    point ? `loss ${point.loss.toFixed(3)}` : '',
    record && validation ? `after epoch ${record.epoch} validation ${validation.loss.toFixed(3)}` : '',
    validation?.accuracy === undefined ? '' : `${(validation.accuracy * 100).toFixed(1)}\u202f%`,
  ].filter(Boolean);
  if (parts.length === 0) return '';
  return `${named ? `run ${run.number} ` : ''}${parts.join(', ')}`;
}
