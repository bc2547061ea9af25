import { type ReactElement, useState } from 'react';
import { closeSimplify, simplifyModel } from '../../actions/model-place.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Dialog } from '../../widgets/index.ts';

const MOST_CHANGES = 200;

/** What each simplification pass would do, before anything is done; the graph behind it shows the same as marks. */
export function SimplifyDialog(): ReactElement | null {
  const report = useApp((s) => s.model.simplify);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  if (!report) return null;
  const steps = report.steps.filter((step) => step.changes.length > 0);
  const chosen = report.passes.filter((id) => !left.has(id));
  const first = steps[0]?.before.nodes ?? 0;
  const last = steps.at(-1)?.after.nodes ?? first;
  const toggle = (id: string): void =>
    setLeft((now) => (now.has(id) ? new Set([...now].filter((other) => other !== id)) : new Set([...now, id])));
  return (
    <Dialog
      title="Simplify"
      onClose={closeSimplify}
      className="simplify-dialog"
      actions={
        <>
          <Button
            kind="primary"
            onClick={() => void simplifyModel(chosen)}
            disabledReason={chosen.length === 0 ? 'no pass is chosen' : undefined}
          >
            {left.size === 0 ? `Simplify, ${first} to ${last} nodes` : `Simplify with ${chosen.length} passes`}
          </Button>
          <Button onClick={closeSimplify}>Keep as it is</Button>
        </>
      }
    >
      {steps.length === 0 ? (
        <p className="prose">Nothing to simplify: no pass finds anything it could remove or merge.</p>
      ) : (
        <>
          <p className="prose">
            Outputs stay the same to rounding. {first - last} of {first} nodes go; undo brings them back.
          </p>
          <ul className="simplify-steps">
            {[...new Set(steps.map((step) => step.id))].map((id) => {
              const own = steps.filter((step) => step.id === id);
              return <Pass key={id} steps={own} chosen={!left.has(id)} onToggle={() => toggle(id)} />;
            })}
          </ul>
        </>
      )}
    </Dialog>
  );
}

type Steps = NonNullable<ReturnType<typeof useReport>>['steps'];
const useReport = () => useApp((s) => s.model.simplify);

function Pass({
  steps,
  chosen,
  onToggle,
}: {
  readonly steps: Steps;
  readonly chosen: boolean;
  readonly onToggle: () => void;
}): ReactElement {
  const changes = steps.flatMap((step) => step.changes);
  const nodes = steps.reduce((sum, step) => sum + step.before.nodes - step.after.nodes, 0);
  const bytes = steps.reduce((sum, step) => sum + step.before.storedBytes - step.after.storedBytes, 0);
  const numbers = [
    nodes === 0 ? '' : `${nodes > 0 ? '−' : '+'}${Math.abs(nodes)} ${Math.abs(nodes) === 1 ? 'node' : 'nodes'}`,
    bytes === 0 ? '' : `${bytes > 0 ? '−' : '+'}${inText(Math.abs(bytes), 'bytes')} of weights`,
  ].filter(Boolean);
  return (
    <li>
      <label className="row baseline">
        <input type="checkbox" checked={chosen} onChange={onToggle} />
        <strong>{steps[0]?.title}</strong>
        <span className="secondary">{numbers.join(', ') || `${changes.length} changed`}</span>
      </label>
      <details className="simplify-changes">
        <summary className="caption">
          {changes.length} {changes.length === 1 ? 'change' : 'changes'}
        </summary>
        <ul className="mono secondary">
          {changes.slice(0, MOST_CHANGES).map((change) => (
            <li key={`${change.what} ${change.node} ${change.reason}`}>
              {change.what === 'removed' ? '−' : change.what === 'added' ? '+' : '~'} {change.node}: {change.reason}
            </li>
          ))}
          {changes.length > MOST_CHANGES && <li>and {changes.length - MOST_CHANGES} more</li>}
        </ul>
      </details>
    </li>
  );
}
