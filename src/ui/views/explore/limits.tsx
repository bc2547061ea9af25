import type { ReactElement } from 'react';
import { binCounts, extentOf, figureValue, type Objective } from '../../../explore/view.ts';
import { resetConstraints, setConstraint, toggleOrigin } from '../../actions/explore.ts';
import { Button, Checkbox, Panel, Slider } from '../../widgets/index.ts';
import { type Designs, limitOn } from './designs.ts';
import { FamilyGlyph } from './family-glyph.tsx';
import { limitText, shortLabel } from './objective-units.ts';

const BINS = 36;
/** Not worth a limit before there is a second point. */
const FIXED: readonly string[] = ['macs', 'meanWeightBits', 'sqnrDecibel'];

/** One limit per objective over the histogram of all points shown. */
export function Limits({ designs }: { readonly designs: Designs }): ReactElement {
  const limited = designs.objectives.filter(
    (o) => varies(designs, o) || limitOn(designs.constraints, o.id) || (designs.total <= 1 && !FIXED.includes(o.id)),
  );
  return (
    <Panel
      title="Constraints"
      padded
      actions={
        designs.constraints.length > 0 && (
          <Button kind="quiet" small onClick={resetConstraints}>
            Reset
          </Button>
        )
      }
    >
      <div className="stack limits">
        {limited.map((objective) => (
          <LimitSlider key={objective.id} designs={designs} objective={objective} />
        ))}
        {designs.total <= 1 && (
          <p className="caption">
            {designs.total === 0 ? 'Limits appear with the first point' : 'Limits can be set before a search'}; points
            outside are still drawn.
          </p>
        )}
      </div>
    </Panel>
  );
}

const varies = ({ points }: Designs, objective: Objective): boolean => {
  const extent = extentOf(points, objective.id);
  return extent !== undefined && extent[1] > extent[0];
};

interface LimitSliderProps {
  readonly designs: Designs;
  readonly objective: Objective;
}

function LimitSlider({ designs, objective }: LimitSliderProps): ReactElement {
  const limit = limitOn(designs.constraints, objective.id);
  const found = roomFor(extentOf(designs.points, objective.id) ?? [0, 1], objective);
  const min = Math.min(found[0], limit?.limit ?? found[0]);
  const max = Math.max(found[1], limit?.limit ?? found[1]);
  const operator = objective.direction === 'min' ? '<=' : '>=';
  const free = operator === '<=' ? max : min;
  const values = designs.points.map((point) => figureValue(point, objective.id) ?? Number.NaN);
  const counts = [...binCounts(values, min, max, BINS)];
  return (
    <Slider
      label={shortLabel(objective) === objective.label ? objective.label : longerLabel(objective)}
      text={limit ? limitText(objective, limit.operator, limit.limit) : 'no limit'}
      min={min}
      max={max}
      value={limit?.limit ?? free}
      histogram={{ low: min, high: max, counts }}
      keeps={operator === '<=' ? 'below' : 'above'}
      unlimited={limit === undefined}
      onChange={(value) => {
        const ends = operator === '<=' ? value >= found[1] : value <= found[0];
        setConstraint(objective.id, operator, ends ? undefined : value);
      }}
    />
  );
}

/** A single value gets room on both sides, so that a limit can be set before there are more. */
function roomFor([low, high]: readonly [number, number], { format }: Objective): readonly [number, number] {
  if (low < high) return [low, high];
  return format === 'percent' ? [0, 1] : [0, 2 * Math.abs(high) || 1];
}

/** Room for one line: 'Agreement with the float model' is named in full on the axis. */
const longerLabel = (objective: Objective): string =>
  objective.label.length <= 18 ? objective.label : shortLabel(objective);

/** What proposed the points: colour, shape, counts, and whether they are shown. */
export function Families({ designs }: { readonly designs: Designs }): ReactElement | null {
  if (designs.families.length === 0) return null;
  return (
    <Panel title="Method" padded actions={<span className="caption">points, on front</span>}>
      {designs.families.map((family) => (
        <Checkbox
          key={family.origin}
          checked={!family.hidden}
          onChange={() => toggleOrigin(family.origin)}
          note={
            <span className="family-counts">
              <span>{family.count}</span>
              <span className="strong">{family.onFront}</span>
            </span>
          }
        >
          <span className="row">
            <FamilyGlyph family={family} />
            {family.label}
          </span>
        </Checkbox>
      ))}
    </Panel>
  );
}
