import { type ReactElement, useId, useState } from 'react';
import { shortNumber } from '../../../actions/training-events.ts';
import { type RecipeNumber, rangeText, typeNumber, wrongNumber } from '../../../actions/training-recipe.ts';
import { useApp } from '../../../state/store.ts';
import { Icon } from '../../../widgets/index.ts';

export interface NumberFieldProps {
  readonly field: RecipeNumber;
  /** The largest value it may have here, where that is less than the field's own. */
  readonly most?: number | undefined;
}

/** A number of the recipe: label, unit, what it may be, what it does. A text that is no such number stays, with what is wrong. */
export function NumberField({ field, most }: NumberFieldProps): ReactElement | null {
  const id = useId();
  const value = useApp((s) => field.get(s.training.recipe));
  const invalid = useApp((s) => s.training.invalid[field.id]);
  const [typed, setTyped] = useState('');
  if (value === undefined) return null;
  // What was typed stays as it was typed ('0.10') as long as it says what the recipe says.
  const text = invalid ?? (typed !== '' && Number(typed.replace(',', '.')) === value ? typed : plainText(value));
  const wrong = wrongNumber(field, text, most);
  const range = rangeText({ min: field.min, max: Math.min(most ?? field.max, field.max) });
  return (
    <div className="recipe-field">
      <label htmlFor={id} className="secondary" title={`${field.help} ${range}.`}>
        {field.label}
      </label>
      <span className={`text-field${wrong === undefined ? '' : ' wrong'}`}>
        <input
          id={id}
          inputMode="decimal"
          value={text}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong === undefined ? undefined : true}
          aria-describedby={`${id}-help`}
          onChange={(event) => {
            setTyped(event.target.value);
            typeNumber(field, event.target.value, most);
          }}
        />
        {field.unit !== undefined && <span className="faint">{field.unit}</span>}
      </span>
      <span id={`${id}-help`} className={wrong === undefined ? 'sr-only' : 'field-wrong'}>
        {wrong === undefined ? (
          `${field.help} ${range}.`
        ) : (
          <>
            <Icon name="cross" /> {wrong}
          </>
        )}
      </span>
    </div>
  );
}

/** As one would type it. */
const plainText = (value: number): string =>
  Math.abs(value) >= 1e-3 || value === 0 ? String(value) : shortNumber(value).replace('\u2212', '-');
