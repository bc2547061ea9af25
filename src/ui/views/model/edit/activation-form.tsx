import { type ReactElement, useState } from 'react';
import type { Edit, EditOptions } from '../../../../edit/index.ts';
import { editModel } from '../../../actions/model-place.ts';
import { Button, Select, TextField } from '../../../widgets/index.ts';
import { parseSetting, settingText } from './attribute-text.ts';
import type { EditProps } from './edit-props.ts';
import { type LayerValue, valuesOf } from './layer-values.ts';
import { shortName } from './short-name.ts';

interface ActivationProps extends EditProps {
  /** Of the layer and those fused into it. */
  readonly options: readonly EditOptions[];
}

type Activation = EditOptions['activations'][number];

/** Where an activation can go: in the place of one, or behind a value. */
type Where = { readonly replaces: string } | { readonly behind: LayerValue };

/** An activation behind the layer, or in the place of the one it is or has fused into it. */
export function ActivationForm({ node, view, busy, options }: ActivationProps): ReactElement {
  const places = placesOf({ node, view, busy, options });
  const [place, setPlace] = useState(0);
  const activations = options[0]?.activations ?? [];
  const [id, setId] = useState(activations[0]?.id ?? '');
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const activation = activations.find((a) => a.id === id) ?? activations[0];
  const at = places[place] ?? places[0];
  if (!activation || !at)
    return <p className="edit-form secondary">No activation can be written at this operator set.</p>;
  const parameters = parametersOf(activation, texts);
  const wrong = parameters.some(({ value }) => value === undefined);
  const apply = (): void => {
    if (busy !== undefined || wrong) return;
    const { edit, label } = editFor(at.where, activation, parameters);
    void editModel(edit, label);
  };
  return (
    <div className="edit-form">
      <Select
        label="Place"
        value={places.indexOf(at)}
        options={places.map(({ words }, i) => ({ value: i, label: words }))}
        onChange={setPlace}
      />
      <Select
        label="Activation"
        value={activation.id}
        options={activations.map((a) => ({ value: a.id, label: a.title }))}
        onChange={setId}
      />
      <div className="edit-line">
        {parameters.map(({ name, text, value }) => (
          <TextField
            key={name}
            label={name}
            mono
            width={88}
            value={text}
            onChange={(changed) => setTexts({ ...texts, [`${activation.id} ${name}`]: changed })}
            onEnter={apply}
            wrong={value === undefined ? 'a number' : undefined}
          />
        ))}
        <Button small onClick={apply} disabledReason={busy ?? (wrong ? 'a parameter is no number' : undefined)}>
          {'replaces' in at.where ? `Replace by ${activation.title}` : `Insert ${activation.title}`}
        </Button>
      </div>
    </div>
  );
}

/** What can be replaced first, then every value of the layer, the last of what is fused into it first. */
function placesOf({
  node,
  view,
  options,
}: ActivationProps): readonly { readonly words: string; readonly where: Where }[] {
  const replaced = options
    .filter((o) => o.isActivation)
    .map((o) => ({ words: `instead of ${shortName(o.node)}`, where: { replaces: o.node } }));
  const behind = valuesOf(node, view).map((value) => ({
    words: `behind ${shortName(value.of)}${value.note}`,
    where: { behind: value },
  }));
  return [...behind, ...replaced];
}

interface Parameter {
  readonly name: string;
  readonly text: string;
  /** Absent: what was typed is no number. */
  readonly value: number | undefined;
  readonly usual: number;
}

const parametersOf = (activation: Activation, texts: Readonly<Record<string, string>>): readonly Parameter[] =>
  Object.entries(activation.parameters).map(([name, usual]) => {
    const text = texts[`${activation.id} ${name}`] ?? settingText({ kind: 'float', value: usual });
    const parsed = parseSetting('float', text);
    return { name, text, usual, value: 'wrong' in parsed ? undefined : Number(parsed.value.value) };
  });

function editFor(
  where: Where,
  { id, title }: Activation,
  parameters: readonly Parameter[],
): { readonly edit: Edit; readonly label: string } {
  const changed = parameters.flatMap(({ name, value, usual }) =>
    value === undefined || value === usual ? [] : [[name, value] as const],
  );
  const activation = { id, ...(changed.length > 0 ? { parameters: Object.fromEntries(changed) } : {}) };
  return 'replaces' in where
    ? {
        edit: { kind: 'replace-activation', node: where.replaces, activation },
        label: `Replace ${shortName(where.replaces)} by ${title}`,
      }
    : {
        edit: { kind: 'insert-activation', value: where.behind.id, activation },
        label: `Insert ${title} behind ${shortName(where.behind.of)}`,
      };
}
