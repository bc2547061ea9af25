import { figureValue } from '../../../explore/view.ts';
import type { ChartTable } from '../../charts/index.ts';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { headOf } from './objective-units.ts';

/** Points as rows, values in the unit of the head to six digits: all for CSV; the front alone for the screen reader's table. */
export function pointTable(designs: Designs, caption: string, which: 'all' | 'front' = 'all'): ChartTable {
  const indices = which === 'front' ? designs.front : designs.points.map((_, i) => i);
  const units = designs.objectives.map((o) => designs.units.get(o.id)).filter((u) => u !== undefined);
  return {
    caption,
    columns: ['Point', 'Method', 'On the front', 'Meets all limits', ...units.map((u) => headOf(u, 'long'))],
    rows: indices.flatMap((i) => {
      const point = designs.points[i];
      return point
        ? [
            [
              pointName(point),
              familyOf(point.origin).label,
              designs.onFront.has(i) ? 'yes' : 'no',
              designs.meets[i],
              ...units.map((u) => {
                const value = figureValue(point, u.objective.id);
                return value === undefined ? undefined : Number((value * u.factor).toPrecision(6));
              }),
            ],
          ]
        : [];
    }),
  };
}
