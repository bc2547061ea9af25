import { type ReactElement, useState } from 'react';
import { editModel } from '../../../actions/model-place.ts';
import { Button, TextField } from '../../../widgets/index.ts';
import type { EditProps } from './edit-props.ts';
import { shortName } from './short-name.ts';

/** Another name for the layer. */
export function RenameForm({ node, view, busy }: EditProps): ReactElement {
  const [name, setName] = useState(node.id);
  const taken = name !== node.id ? view.nodes.find(({ id }) => id === name) : undefined;
  const obstacle =
    busy ??
    (name === '' ? 'a name is missing' : name === node.id ? 'the name is as it was' : taken && 'the name is taken');
  const apply = (): void => {
    if (obstacle === undefined)
      void editModel(
        { kind: 'rename-node', node: node.id, name },
        `Rename ${shortName(node.id)} to ${shortName(name)}`,
        name,
      );
  };
  return (
    <div className="edit-form">
      <div className="edit-line">
        <TextField
          label="Name"
          mono
          value={name}
          onChange={setName}
          onEnter={apply}
          wrong={taken ? `a ${taken.op} layer has this name` : undefined}
        />
        <Button small onClick={apply} disabledReason={obstacle}>
          Rename
        </Button>
      </div>
    </div>
  );
}
