import type { ReactElement } from 'react';
import type { ModelView, NodeView } from '../../../../explore/index.ts';
import { removeLayers } from '../../../actions/model-place.ts';
import { Button } from '../../../widgets/index.ts';

/** What can be done to the selected layer. */
export function EditLayer({ node }: { readonly node: NodeView; readonly view: ModelView }): ReactElement {
  return (
    <div className="padded row wrap">
      <Button small onClick={() => void removeLayers([node.id])}>
        Remove
      </Button>
    </div>
  );
}
