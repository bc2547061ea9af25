import { figureValue } from '../../../explore/view.ts';
import type { ChartTable } from '../../charts/index.ts';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { headOf } from './objective-units.ts';

/** All points as rows: what CSV and the screen reader's table hold. Values in the unit of the head, not rounded for CSV. */
export function pointTable(designs: Designs, caption: string): ChartTable {
  const units = designs.objectives.map((o) => designs.units.get(o.id)).filter((u) => u !== undefined);
  return {
    caption,
    columns: ['Point', 'Method', 'On the front', 'Meets all limits', ...units.map((u) => headOf(u, 'long'))],
    rows: designs.points.map((point, i) => [
      pointName(point),
      familyOf(point.origin).label,
      designs.onFront.has(i) ? 'yes' : 'no',
      designs.meets[i],
      ...units.map((u) => {
        const value = figureValue(point, u.objective.id);
        return value === undefined ? undefined : Number((value * u.factor).toPrecision(6));
      }),
    ]),
  };
}
