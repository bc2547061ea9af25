import type { ReactElement } from 'react';
import type { ExporterOption } from '../../../exporters/index.ts';
import { optionsOf, setOption } from '../../actions/deploy.ts';
import { useApp, useAppShallow } from '../../state/store.ts';
import { Checkbox, Panel, Select, TextField } from '../../widgets/index.ts';

/** The form an exporter's own entries describe. */
export function OptionsForm({ target }: { readonly target: string }): ReactElement | null {
  const options = useApp((s) => s.session.catalog?.exporters.find((e) => e.id === target)?.options) ?? [];
  const values = useAppShallow((s) => optionsOf(s, target));
  if (options.length === 0) return null;
  return (
    <Panel title="Options" padded className="options">
      <div className="stack">
        {options.map((option) => (
          <OptionField
            key={option.id}
            option={option}
            value={values[option.id] ?? option.default}
            onChange={(value) => setOption(target, option.id, value)}
          />
        ))}
      </div>
    </Panel>
  );
}

interface OptionFieldProps {
  readonly option: ExporterOption;
  readonly value: number | boolean | string;
  readonly onChange: (value: number | boolean | string) => void;
}

function OptionField({ option, value, onChange }: OptionFieldProps): ReactElement {
  if (option.type === 'boolean') {
    return (
      <div title={option.help}>
        <Checkbox checked={value === true} onChange={onChange}>
          {option.label}
        </Checkbox>
      </div>
    );
  }
  if (option.type === 'choice') {
    return (
      <div className="form-row" title={option.help}>
        <Select
          label={option.label}
          value={String(value)}
          options={(option.choices ?? []).map((choice) => ({ value: choice, label: choice }))}
          onChange={onChange}
        />
      </div>
    );
  }
  const [low, high] = option.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return (
    <div className="form-row" title={option.help}>
      <TextField
        label={option.label}
        type="number"
        value={String(value)}
        wrong={Number(value) >= low && Number(value) <= high ? undefined : `${low} to ${high}`}
        onChange={(text) => Number.isFinite(Number(text)) && text !== '' && onChange(Number(text))}
      />
    </div>
  );
}
