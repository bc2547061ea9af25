import type { ReactElement } from 'react';
import { redoStep, undoStep } from '../../actions/navigate.ts';
import { useApp } from '../../state/store.ts';
import type { HistoryStep } from '../../state/types.ts';
import { chainOf } from './history-chain.ts';

const SHOWN = 7;

/** The last steps and those undone, as a chain; a click goes there. */
export function History(): ReactElement | null {
  const past = useApp((s) => s.history.past);
  const future = useApp((s) => s.history.future);
  const { steps, earlier, later } = chainOf(past, future, SHOWN);
  if (past.length + future.length === 0) return null;
  return (
    <section className="panel history" aria-label="History" data-panel tabIndex={-1}>
      <div className="history-head">
        <h2 className="panel-title">History</h2>
        <p className="caption">
          {past.length} {past.length === 1 ? 'step' : 'steps'}
          {future.length > 0 ? `, ${future.length} undone` : ''}
        </p>
      </div>
      <ol className="history-chain">
        {earlier > 0 && <li className="faint">{earlier} earlier</li>}
        {steps.map(({ step, by }) => (
          <li key={`${step.at}-${by}`} className={by > 0 ? 'undone' : by === 0 ? 'current' : undefined}>
            <StepButton step={step} by={by} />
          </li>
        ))}
        {later > 0 && <li className="faint">{later} more undone</li>}
      </ol>
    </section>
  );
}

function StepButton({ step, by }: { readonly step: HistoryStep; readonly by: number }): ReactElement {
  return (
    <button
      type="button"
      className="plain-button"
      aria-current={by === 0 ? 'step' : undefined}
      title={by === 0 ? 'This is shown' : by < 0 ? 'Go back to here' : 'Redo up to here'}
      onClick={() => {
        for (let i = 0; i < Math.abs(by); i++) (by < 0 ? undoStep : redoStep)();
      }}
    >
      <span className="history-dot" aria-hidden="true" />
      {step.label}
      {by > 0 && <span className="faint"> undone</span>}
    </button>
  );
}
