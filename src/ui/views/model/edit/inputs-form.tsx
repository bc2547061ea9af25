import { type ReactElement, useState } from 'react';
import type { ModelView, ValueView } from '../../../../explore/index.ts';
import { editModel } from '../../../actions/model-place.ts';
import { shapeText } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import { Button, TextField } from '../../../widgets/index.ts';
import { parseShape, shapeAsTyped } from './shape-field.ts';
import { shortName } from './short-name.ts';

/** The shapes of the inputs, to be changed: sizes, or names for sizes that stay open. */
export function InputsForm({ view }: { readonly view: ModelView }): ReactElement | null {
  if (view.inputs.length === 0) return null;
  return (
    <section className="edit-layer" aria-label="Sizes of inputs">
      <h3>Inputs</h3>
      {view.inputs.map((input) => (
        <InputShape key={input.id} input={input} />
      ))}
      <p className="caption">A name in place of a size leaves it open.</p>
    </section>
  );
}

function InputShape({ input }: { readonly input: ValueView }): ReactElement {
  const now = shapeAsTyped(input.shape);
  const [text, setText] = useState(now);
  const changing = useApp((s) => s.model.changing);
  const kept = useApp((s) => s.session.modelId !== undefined);
  const parsed = parseShape(text);
  const obstacle = !kept
    ? 'open the model file first'
    : changing !== undefined
      ? `${changing} comes first`
      : 'wrong' in parsed
        ? 'the shape is wrong'
        : text.trim() === now
          ? 'the shape is as it was'
          : undefined;
  const set = (): void => {
    if (obstacle !== undefined || 'wrong' in parsed) return;
    const label = `Set ${shortName(input.id)} to ${shapeText(parsed.value)}`;
    void editModel({ kind: 'set-input-shape', input: input.id, shape: parsed.value }, label);
  };
  return (
    <div className="edit-line">
      <TextField
        label={input.type === undefined ? input.id : `${input.id}, ${input.type}`}
        mono
        value={text}
        onChange={setText}
        onEnter={set}
        placeholder="unknown"
        wrong={'wrong' in parsed ? parsed.wrong : undefined}
      />
      <Button small label={`Set the shape of ${input.id}`} onClick={set} disabledReason={obstacle}>
        Set
      </Button>
    </div>
  );
}
