import { memo, type ReactElement, useCallback, useDeferredValue, useMemo } from 'react';
import type { DesignPoint } from '../../../explore/index.ts';
import { figureValue } from '../../../explore/view.ts';
import { setBrush } from '../../actions/explore.ts';
import { hoverPoint, letterOf, selectPoint, togglePoint } from '../../actions/select.ts';
import { intervalText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, type Column, Panel, Table, Tag } from '../../widgets/index.ts';
import { inBrush } from './brush-geometry.ts';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { FamilyGlyph } from './family-glyph.tsx';
import { cellText, headOf } from './objective-units.ts';

/** All points, or those brushed; what is compared stays on top. */
export function PointsTable({ designs }: { readonly designs: Designs }): ReactElement {
  // Points come every frame while a search runs: the plot is drawn first, the rows when there is time.
  return <PointsPanel designs={useDeferredValue(designs)} />;
}

const PointsPanel = memo(function PointsPanel({ designs }: { readonly designs: Designs }): ReactElement {
  const compared = useApp((s) => s.selection.points);
  const brush = useApp((s) => s.exploration.brush);
  const hovered = useApp((s) => s.selection.hoveredPoint);
  const columns = useMemo(() => columnsOf(designs, compared), [designs, compared]);
  const brushed = useMemo(() => {
    const { axes } = designs;
    if (!brush || !axes) return undefined;
    const at = (point: DesignPoint, k: 0 | 1): number => figureValue(point, axes[k].id) ?? Number.NaN;
    return designs.points.filter((point) => inBrush(brush, at(point, 0), at(point, 1)));
  }, [designs, brush]);
  const rows = useMemo(() => {
    if (!brushed) return designs.points;
    const inside = new Set(brushed.map((p) => p.id));
    return designs.points.filter((p) => inside.has(p.id) || compared.includes(p.id));
  }, [designs, brushed, compared]);
  const pinned = useCallback((point: DesignPoint) => compared.includes(point.id), [compared]);
  const quality = designs.axes?.find((o) => o.direction === 'max')?.id;
  return (
    <Panel
      title="Points"
      className="points"
      note={noteOf(compared.length, brushed?.length, designs.points.length)}
      actions={
        brushed && (
          <Button kind="quiet" small onClick={() => setBrush(undefined)}>
            Clear brush
          </Button>
        )
      }
      scroll={false}
    >
      <Table
        key={quality}
        label="Design points"
        columns={columns}
        rows={rows}
        rowId={(point) => point.id}
        dense
        pinned={pinned}
        {...(quality === undefined ? {} : { initialSort: { column: quality, descending: true } })}
        selected={pinned}
        hovered={(point) => point.id === hovered}
        dimmed={(point) => designs.meets[designs.indexOf.get(point.id) ?? -1] !== 'yes'}
        onSelect={(point, event) => (event.shiftKey ? togglePoint(point.id) : selectPoint(point.id))}
        onAdd={(point) => togglePoint(point.id)}
        onHover={(point) => hoverPoint(point?.id)}
        empty={<p className="caption table-empty">{designs.total === 0 ? 'No point yet' : 'All methods are hidden'}</p>}
      />
    </Panel>
  );
});

function noteOf(compared: number, brushed: number | undefined, all: number): string {
  const parts = [
    ...(compared > 0 ? [`${compared} selected`] : []),
    ...(brushed === undefined ? [`${all}`] : [`${brushed} brushed`]),
  ];
  return parts.join(', then ');
}

function columnsOf(designs: Designs, compared: readonly string[]): readonly Column<DesignPoint>[] {
  const onAxis = new Set(designs.axes?.map((o) => o.id));
  const first = designs.axes ? [designs.axes[1], designs.axes[0]] : [];
  const ordered = [...first, ...designs.objectives.filter((o) => !first.includes(o))];
  const values = ordered.flatMap((objective): readonly Column<DesignPoint>[] => {
    const unit = designs.units.get(objective.id);
    if (!unit) return [];
    const value: Column<DesignPoint> = {
      id: objective.id,
      head: headOf(unit),
      number: true,
      sort: (point) => figureValue(point, objective.id),
      cell: (point) => {
        const known = figureValue(point, objective.id);
        return known === undefined ? <span className="faint">unknown</span> : cellText(unit, known);
      },
    };
    const hasInterval = onAxis.has(objective.id) && designs.points.some((p) => p.objectives[objective.id]?.interval);
    if (!hasInterval) return [value];
    const range: Column<DesignPoint> = {
      id: `${objective.id}-interval`,
      head: coverageOf(designs, objective.id),
      number: true,
      className: 'range',
      cell: (point) => {
        const figure = point.objectives[objective.id];
        return figure ? intervalText(figure, unit.kind) : null;
      },
    };
    return [value, range];
  });
  return [
    {
      id: 'id',
      head: 'Id',
      sort: (point) => designs.indexOf.get(point.id),
      cell: (point) => <IdCell point={point} designs={designs} letter={letterOf(compared, point.id)} />,
    },
    ...values,
  ];
}

/** '80 %', where all intervals are meant alike. */
function coverageOf(designs: Designs, objective: string): string {
  const shares = new Set(designs.points.flatMap((p) => p.objectives[objective]?.coverage ?? []));
  const [only] = shares;
  return shares.size === 1 && only !== undefined ? `${Math.round(only * 100)}\u202f%` : 'range';
}

interface IdCellProps {
  readonly point: DesignPoint;
  readonly designs: Designs;
  readonly letter: string | undefined;
}

const IdCell = ({ point, designs, letter }: IdCellProps): ReactElement => {
  const family = familyOf(point.origin);
  return (
    <span className="id-cell">
      <span className="id-mark" title={family.label}>
        {letter === undefined ? <FamilyGlyph family={family} /> : <Tag kind="letter">{letter}</Tag>}
      </span>
      <span className="mono">{pointName(point)}</span>
      {designs.onFront.has(designs.indexOf.get(point.id) ?? -1) && <span className="front-word">front</span>}
    </span>
  );
};
