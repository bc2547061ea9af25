import type { ReactElement } from 'react';
import { dismissModelProblem } from '../../../actions/model-place.ts';
import { useApp } from '../../../state/store.ts';
import { Button, ErrorList } from '../../../widgets/index.ts';
import { useNarrow } from '../use-narrow.ts';

/** What is wrong with the last thing asked of the model: which layer, why, what to do. Stays until the next change. */
export function ChangeProblem(): ReactElement | null {
  const problem = useApp((s) => s.model.problem);
  if (!problem) return null;
  return (
    <div role="alert" className="change-problem">
      <ErrorList problems={[problem]} />
      <Button small kind="quiet" onClick={dismissModelProblem}>
        Dismiss
      </Button>
    </div>
  );
}

/** The same where the graph, which says it, is not on the screen. */
export function ProblemHere(): ReactElement | null {
  const narrow = useNarrow(900);
  return narrow ? <ChangeProblem /> : null;
}
