import { type ReactElement, useState } from 'react';
import { deployPoint } from '../../actions/deploy.ts';
import { explore, exploreObstacle } from '../../actions/explore.ts';
import { activatePoint, letterOf } from '../../actions/select.ts';
import { useApp } from '../../state/store.ts';
import { Button, Dialog, ErrorList, FigureText, Tag } from '../../widgets/index.ts';
import { Chips } from './chips.tsx';
import { Compare, difference, useCompared } from './compare.tsx';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { shortLabel } from './objective-units.ts';
import { PointsTable } from './points-table.tsx';
import { Scatter } from './scatter.tsx';
import { Progress, SearchButtons } from './search-panel.tsx';

/** Under 600 px: limits as chips, the chart, the chosen point, progress, one primary action at the foot. */
export function ExplorePhone({ designs }: { readonly designs: Designs }): ReactElement {
  const [open, setOpen] = useState<'compare' | 'points' | undefined>();
  const status = useApp((s) => s.exploration.status);
  const problem = useApp((s) => s.exploration.problem);
  const close = (): void => setOpen(undefined);
  return (
    <div className="explore-phone">
      <Chips designs={designs} search="with search" />
      <Scatter designs={designs} onTable={() => setOpen('points')} plain />
      <ChosenPoint designs={designs} />
      {problem && <ErrorList problems={[problem]} />}
      {status !== 'none' && (
        <div className="phone-progress">
          <Progress total={designs.total} />
          <SearchButtons total={designs.total} />
        </div>
      )}
      <PhoneActions onCompare={() => setOpen('compare')} onPoints={() => setOpen('points')} total={designs.total} />
      {open === 'compare' && (
        <Dialog title="Compare" onClose={close} className="explore-dialog">
          <Compare designs={designs} />
        </Dialog>
      )}
      {open === 'points' && (
        <Dialog title="Points" onClose={close} className="explore-dialog tall">
          <PointsTable designs={designs} />
        </Dialog>
      )}
    </div>
  );
}

function ChosenPoint({ designs }: { readonly designs: Designs }): ReactElement | null {
  const active = useApp((s) => s.selection.activePoint);
  const compared = useCompared();
  const point = compared.find((p) => p.id === active);
  if (!point) {
    return designs.total > 1 ? <p className="caption chosen-point">Touch a point to see its values.</p> : null;
  }
  const [first] = compared;
  const at = compared.indexOf(point);
  const next = compared[(at + 1) % compared.length];
  return (
    <section className="chosen-point" aria-label="Chosen point">
      <div className="row between">
        <h2 className="row panel-title">
          <Tag kind="letter">
            {letterOf(
              compared.map((p) => p.id),
              point.id,
            )}
          </Tag>
          Point {pointName(point)}, {familyOf(point.origin).label}
        </h2>
        {next && compared.length > 1 && (
          <Button kind="link" onClick={() => activatePoint(next.id)}>
            Next
          </Button>
        )}
      </div>
      <dl className="chosen-figures">
        {designs.objectives.map((objective) => {
          const unit = designs.units.get(objective.id);
          const figure = point.objectives[objective.id];
          if (!unit) return null;
          const change = first === point ? '' : difference(unit, figure?.value, first?.objectives[objective.id]?.value);
          return (
            <div key={objective.id}>
              <dt className="caption">{shortLabel(objective)}</dt>
              <dd>
                <FigureText name={objective.label} figure={figure} kind={unit.kind} hideInterval />
                {change && <span className="caption">{change} from A</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

interface PhoneActionsProps {
  readonly onCompare: () => void;
  readonly onPoints: () => void;
  readonly total: number;
}

function PhoneActions({ onCompare, onPoints, total }: PhoneActionsProps): ReactElement {
  const points = useApp((s) => s.selection.points);
  const active = useApp((s) => s.selection.activePoint);
  const obstacle = useApp(() => exploreObstacle());
  const letter = active === undefined ? undefined : letterOf(points, active);
  const letters = points.map((_, i) => String.fromCharCode(65 + i)).join(', ');
  return (
    <div className="phone-actions">
      {total > 0 && (
        <Button onClick={points.length > 1 ? onCompare : onPoints}>
          {points.length > 1 ? `Compare ${letters}` : total === 1 ? '1 point' : 'All points'}
        </Button>
      )}
      {active !== undefined && letter !== undefined ? (
        <Button kind="primary" onClick={() => deployPoint(active)}>
          Deploy {letter}
        </Button>
      ) : (
        total <= 1 && (
          <Button kind="primary" disabledReason={obstacle} onClick={() => void explore()}>
            Explore trade-offs
          </Button>
        )
      )}
    </div>
  );
}
