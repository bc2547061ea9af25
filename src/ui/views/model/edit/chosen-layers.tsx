import type { ReactElement } from 'react';
import type { ModelView } from '../../../../explore/index.ts';
import { editModel, removeLayers } from '../../../actions/model-place.ts';
import { useApp } from '../../../state/store.ts';
import { Button } from '../../../widgets/index.ts';
import { withFused } from './reach.ts';

/** What can be done at once to all layers that the graph sets off: a block, or what feeds or is fed by a layer. */
export function ChosenLayers({ view }: { readonly view: ModelView }): ReactElement | null {
  const chosen = useApp((s) => s.model.chosen);
  const changing = useApp((s) => s.model.changing);
  const nested = useApp((s) => s.model.body.length > 0);
  if (chosen.length === 0 || nested) return null;
  const nodes = withFused(chosen, view);
  const busy = changing === undefined ? undefined : `${changing} comes first`;
  return (
    <section className="edit-layer" aria-label="Layers set off">
      <h3>
        Set off in the graph <span className="secondary">{nodes.length} nodes</span>
      </h3>
      <div className="edit-acts">
        <Button small disabledReason={busy} onClick={() => void removeLayers(nodes)}>
          Remove them
        </Button>
        <Button
          small
          disabledReason={busy}
          onClick={() => void editModel({ kind: 'extract-nodes', nodes }, `Extract ${nodes.length} nodes`)}
        >
          Keep only them
        </Button>
      </div>
    </section>
  );
}
