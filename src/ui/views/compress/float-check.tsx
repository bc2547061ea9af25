import type { ReactElement } from 'react';
import { checkFloats } from '../../actions/float-check.ts';
import { useApp } from '../../state/store.ts';
import { Button, ErrorList, Fact } from '../../widgets/index.ts';

/** An independent engine on the same float network: whether our own floats, which everything is judged by, can be trusted. */
export function FloatCheck(): ReactElement {
  const check = useApp((s) => s.compress.floatCheck);
  const ready = useApp((s) => s.session.modelId !== undefined && s.session.data !== undefined);
  const obstacle = check === 'running' ? 'being checked' : ready ? undefined : 'the inputs are still being made';
  return (
    <section className="recipe-part">
      <h3>Independent check</h3>
      {check !== undefined && check !== 'running' && 'samples' in check && (
        <dl>
          <Fact label="Same answer as ONNX Runtime">
            {check.sameLabels} of {check.samples}
          </Fact>
          <Fact label="Largest difference">{check.maxDifference.toExponential(1)}</Fact>
        </dl>
      )}
      {check !== undefined && check !== 'running' && 'code' in check && <ErrorList problems={[check]} />}
      <Button small onClick={() => void checkFloats()} disabledReason={obstacle}>
        {check === 'running' ? 'Checking floats' : 'Check floats with ONNX Runtime'}
      </Button>
      <p className="caption">The first check loads 14 MB from this page’s own address; nothing is sent.</p>
    </section>
  );
}
