import { type ReactElement, useState } from 'react';
import { changeData, refusedData, settingsOf } from '../../actions/open-data.ts';
import { dismissProblem } from '../../actions/problems.ts';
import { getState, useApp } from '../../state/store.ts';
import { Button, ErrorList } from '../../widgets/index.ts';

/** Data that were given last and are not in use: why, and what setting would help. */
export function RefusedData(): ReactElement | null {
  const problem = useApp((s) => s.dataPanel.problem);
  const [busy, setBusy] = useState(false);
  if (!problem) return null;
  const refused = refusedData();
  const resize = async (): Promise<void> => {
    setBusy(true);
    const told = getState().page.problems.find(({ code }) => code === problem.code);
    const isRead = await changeData('Resize pictures to the input', { ...settingsOf(refused ?? {}), resize: true });
    if (isRead && told) dismissProblem(told);
    setBusy(false);
  };
  return (
    <section className="data-refused" role="alert" aria-label="Data that are not in use">
      <ErrorList problems={[problem]} />
      {problem.code === 'datasets/picture-sizes' && refused && (
        <Button onClick={() => void resize()} disabledReason={busy ? 'the pictures are being read' : undefined}>
          Resize pictures to the input
        </Button>
      )}
    </section>
  );
}
