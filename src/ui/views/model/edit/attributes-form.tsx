import { type ReactElement, useState } from 'react';
import type { EditOptions } from '../../../../edit/index.ts';
import { editModel } from '../../../actions/model-place.ts';
import { Button, Select, TextField } from '../../../widgets/index.ts';
import { kindWords, parseSetting, type SettingKind, settingText } from './attribute-text.ts';
import type { OptionsProps } from './edit-props.ts';
import { shortName } from './short-name.ts';

interface AttributesProps extends OptionsProps {
  /** What was typed and not applied, by `draftKey`. */
  readonly drafts: Readonly<Record<string, string>>;
  readonly onDrafts: (change: Readonly<Record<string, string>>) => void;
}

const draftKey = (node: string, name: string): string => JSON.stringify([node, name]);

/** The attributes of a layer, each to be set or deleted, and those that its operator reads besides, to be added. */
export function AttributesForm(props: AttributesProps): ReactElement {
  const { node, options } = props;
  return (
    <div className="edit-form">
      {options.attributes.length === 0 && (
        <p className="secondary">{node.op} has no attributes that can be set here.</p>
      )}
      {options.attributes.map((attribute) => (
        <AttributeRow key={attribute.name} {...props} attribute={attribute} />
      ))}
      {(options.addable.length > 0 || options.anyAttribute) && <AddAttribute key={node.id} {...props} />}
    </div>
  );
}

type Attribute = EditOptions['attributes'][number];

function AttributeRow(props: AttributesProps & { readonly attribute: Attribute }): ReactElement {
  const { node, busy, drafts, onDrafts, attribute } = props;
  const { name, setting } = attribute;
  const now = settingText(setting);
  const key = draftKey(node.id, name);
  const text = drafts[key] ?? now;
  const parsed = parseSetting(setting.kind, text);
  const obstacle =
    busy ?? ('wrong' in parsed ? 'the value is wrong' : text === now ? 'the value is as it was' : undefined);
  const set = async (): Promise<void> => {
    if (obstacle !== undefined || 'wrong' in parsed) return;
    const label = `Set ${name} of ${shortName(node.id)} to ${settingText(parsed.value)}`;
    const edit = { kind: 'set-attribute', node: node.id, name, attribute: parsed.value } as const;
    if (await editModel(edit, label)) onDrafts({ [key]: settingText(parsed.value) });
  };
  return (
    <div className="edit-line">
      <TextField
        label={name}
        mono
        value={text}
        onChange={(value) => onDrafts({ [key]: value })}
        onEnter={() => void set()}
        wrong={'wrong' in parsed ? parsed.wrong : undefined}
      />
      <Button small label={`Set ${name}`} onClick={() => void set()} disabledReason={obstacle}>
        Set
      </Button>
      <Button
        small
        kind="quiet"
        label={`Delete ${name}`}
        disabledReason={busy}
        onClick={() =>
          void editModel({ kind: 'delete-attribute', node: node.id, name }, `Delete ${name} of ${shortName(node.id)}`)
        }
      >
        Delete
      </Button>
    </div>
  );
}

const KINDS = Object.keys(kindWords) as readonly SettingKind[];

/** An attribute that is not there yet: its name, what kind of value it has where the operator does not say, the value. */
function AddAttribute({ node, options, busy }: AttributesProps): ReactElement {
  const [name, setName] = useState(options.anyAttribute ? '' : (options.addable[0]?.name ?? ''));
  const [kind, setKind] = useState<SettingKind>('int');
  const [text, setText] = useState('');
  const chosen = options.addable.find((a) => a.name === name) ?? options.addable[0];
  const given = options.anyAttribute ? name : (chosen?.name ?? '');
  const fixed = options.anyAttribute ? undefined : chosen?.kind;
  const parsed = parseSetting(fixed ?? kind, text);
  const wrong = text !== '' && 'wrong' in parsed ? parsed.wrong : undefined;
  const obstacle = busy ?? (given === '' ? 'a name is missing' : 'wrong' in parsed ? 'a value is missing' : undefined);
  const add = async (): Promise<void> => {
    if (obstacle !== undefined || 'wrong' in parsed) return;
    const edit = { kind: 'set-attribute', node: node.id, name: given, attribute: parsed.value } as const;
    if (await editModel(edit, `Set ${given} of ${shortName(node.id)} to ${settingText(parsed.value)}`)) setText('');
  };
  return (
    <div className="edit-line edit-add" role="group" aria-label="Add an attribute">
      {options.anyAttribute ? (
        <TextField label="New attribute" mono value={name} onChange={setName} />
      ) : (
        <Select
          label="New attribute"
          value={given}
          options={options.addable.map((a) => ({ value: a.name, label: a.name }))}
          onChange={setName}
        />
      )}
      {fixed === undefined && (
        <Select
          label="Kind"
          value={kind}
          options={KINDS.map((k) => ({ value: k, label: kindWords[k] }))}
          onChange={setKind}
        />
      )}
      <TextField
        label={fixed === undefined ? 'Value' : `Value, ${kindWords[fixed]}`}
        mono
        value={text}
        onChange={setText}
        onEnter={() => void add()}
        wrong={wrong}
      />
      <Button small onClick={() => void add()} disabledReason={obstacle}>
        Add
      </Button>
    </div>
  );
}
