import { type ReactElement, useState } from 'react';
import { editModel } from '../../../actions/model-place.ts';
import { Button, Select } from '../../../widgets/index.ts';
import type { OptionsProps } from './edit-props.ts';
import { shortName } from './short-name.ts';

/** Another operator that takes the same inputs. */
export function OperatorForm({ node, busy, options }: OptionsProps): ReactElement {
  const [op, setOp] = useState(options.replacements[0] ?? '');
  return (
    <div className="edit-form">
      <div className="edit-line">
        <Select
          label={`Instead of ${node.op}`}
          value={op}
          options={options.replacements.map((other) => ({ value: other, label: other }))}
          onChange={setOp}
        />
        <Button
          small
          disabledReason={busy}
          onClick={() =>
            void editModel({ kind: 'replace-operator', node: node.id, op }, `Make ${shortName(node.id)} ${op}`)
          }
        >
          Make it {op}
        </Button>
      </div>
    </div>
  );
}
