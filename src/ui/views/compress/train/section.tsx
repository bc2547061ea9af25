import type { ReactElement, ReactNode } from 'react';
import { type RecipeNumber, rangeText } from '../../../actions/training-recipe.ts';
import { useAppShallow } from '../../../state/store.ts';
import { Tooltip } from '../../../widgets/index.ts';

export interface SectionProps {
  readonly title: string;
  /** Fields the mark beside the title explains, those shown now. */
  readonly fields?: readonly RecipeNumber[];
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** A numbered part of the recipe; hover or focus of the mark explains its fields with their ranges. */
export function Section({ title, fields = [], note, children }: SectionProps): ReactElement {
  const shown = useAppShallow((s) => fields.filter((field) => field.get(s.training.recipe) !== undefined));
  return (
    <section className="recipe-part">
      <div className="row between">
        <h3>{title}</h3>
        {note}
        {shown.length > 0 && (
          <Tooltip label={`What the fields of ${title} mean`} className="recipe-help" content={<Help fields={shown} />}>
            ?
          </Tooltip>
        )}
      </div>
      {children}
    </section>
  );
}

const Help = ({ fields }: { readonly fields: readonly RecipeNumber[] }): ReactElement => (
  <dl className="recipe-help-list">
    {fields.map((field) => (
      <div key={field.id}>
        <dt className="strong">{field.label}</dt>
        <dd>
          {field.help} <span className="faint">{rangeText(field)}.</span>
        </dd>
      </div>
    ))}
  </dl>
);
