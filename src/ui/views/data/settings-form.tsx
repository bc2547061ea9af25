import { type ReactElement, useState } from 'react';
import type { DataDescription, DataSettings } from '../../../explore/index.ts';
import { changeData } from '../../actions/open-data.ts';
import { Button, Checkbox, Select, TextField } from '../../widgets/index.ts';
import { preprocessingOf, presetsFor, type TypedNormalization, typedOf, wrongIn } from './normalizations.ts';

type LayoutChoice = NonNullable<DataSettings['layout']> | 'told';

/** Layout, normalization and resizing: applied together, for everyone who uses the data; undo goes back. */
export function SettingsForm({ description }: { readonly description: DataDescription }): ReactElement | null {
  const { settings, inputs, reference } = description;
  const [typed, setTyped] = useState<TypedNormalization>(() => typedOf(settings.preprocessing ?? {}));
  const [layout, setLayout] = useState<LayoutChoice>(settings.layout ?? 'told');
  const [resize, setResize] = useState(settings.resize ?? false);
  const [busy, setBusy] = useState(false);
  const channels = inputs[0]?.before.length ?? 1;
  const wrong = wrongIn(typed, channels);
  const presets = presetsFor(description);
  const same = (a: TypedNormalization): boolean => JSON.stringify(a) === JSON.stringify(typed);
  const preset = presets.find((p) => same(p.typed))?.id ?? 'hand';
  const preprocessing = Object.keys(wrong).length === 0 ? preprocessingOf(typed) : undefined;
  const next: DataSettings = {
    ...(preprocessing && { preprocessing }),
    ...(layout !== 'told' && { layout }),
    ...(resize && { resize }),
  };
  const isChanged = JSON.stringify(next) !== JSON.stringify(settings);
  // Inputs made from shapes are made as the model takes them: there is nothing to normalize.
  if (reference.origin === 'generated') return null;
  const apply = async (): Promise<void> => {
    setBusy(true);
    await changeData('Settings of the data', next);
    setBusy(false);
  };
  const isGiven = reference.recipe === undefined;
  return (
    <section aria-labelledby="data-settings">
      <h3 id="data-settings">As they are read</h3>
      <div className="stack">
        {isGiven && inputs.some((input) => input.layout) && (
          <Select
            label="Layout of the data"
            value={layout}
            options={[
              { value: 'told', label: 'told from the shape' },
              { value: 'NCHW', label: 'NCHW, channels first' },
              { value: 'NHWC', label: 'NHWC, channels last' },
            ]}
            onChange={setLayout}
          />
        )}
        <Select
          label="Normalization"
          value={preset}
          options={[
            ...presets.map(({ id, label }) => ({ value: id, label })),
            { value: 'hand' as const, label: 'By hand' },
          ]}
          onChange={(id) => {
            const found = presets.find((p) => p.id === id);
            if (found) setTyped(found.typed);
          }}
        />
        <div className="data-normalization">
          <TextField
            label="Scale"
            value={typed.scale}
            wrong={wrong.scale}
            onChange={(scale) => setTyped({ ...typed, scale })}
          />
          <TextField
            label="Mean"
            value={typed.mean}
            wrong={wrong.mean}
            onChange={(mean) => setTyped({ ...typed, mean })}
          />
          <TextField
            label="Deviation"
            value={typed.deviation}
            wrong={wrong.deviation}
            onChange={(deviation) => setTyped({ ...typed, deviation })}
          />
        </div>
        <p className="caption">(value · scale − mean) ÷ deviation; one number for all, or one per channel.</p>
        {isGiven && inputs.some((input) => input.layout) && (
          <Checkbox checked={resize} onChange={setResize}>
            Resize pictures to the input
          </Checkbox>
        )}
        <div className="row">
          <Button
            onClick={() => void apply()}
            disabledReason={
              busy
                ? 'the data are being read'
                : Object.keys(wrong).length > 0
                  ? 'a number is wrong'
                  : isChanged
                    ? undefined
                    : 'nothing is changed'
            }
          >
            {busy ? 'Reading the data' : 'Read the data so'}
          </Button>
        </div>
      </div>
    </section>
  );
}
