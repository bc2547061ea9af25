import type { ReactElement } from 'react';
import { type Family, shapePath } from './families.ts';

/** Colour and shape of a family beside its name. */
export const FamilyGlyph = ({ family }: { readonly family: Family }): ReactElement => (
  <svg className="family-glyph" width={10} height={10} viewBox="-5 -5 10 10" aria-hidden="true">
    <path d={shapePath(family.shape, 3.6)} fill={`var(--cat${family.category})`} />
  </svg>
);
