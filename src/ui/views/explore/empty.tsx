import type { ReactElement } from 'react';
import { totalViolation } from '../../../explore/view.ts';
import { explore, exploreObstacle } from '../../actions/explore.ts';
import { selectPoint } from '../../actions/select.ts';
import { useApp } from '../../state/store.ts';
import { Button, EmptyState } from '../../widgets/index.ts';
import { type Designs, pointName } from './designs.ts';
import { valueWords } from './objective-units.ts';
import { plotOf, type Size } from './scatter-frame.ts';

/** With at most one point: one sentence, one action, how long it takes. */
export function ScatterEmpty({ designs }: { readonly designs: Designs }): ReactElement | null {
  const status = useApp((s) => s.exploration.status);
  const budget = useApp((s) => s.exploration.budget);
  // Read so that the reason follows what is loaded.
  const obstacle = useApp(() => exploreObstacle());
  if (designs.total > 1 || status === 'running' || status === 'failed') return null;
  const count = designs.total === 0 ? 'No point yet' : 'One point so far';
  return (
    <div className="scatter-empty">
      <EmptyState
        title={count}
        action={
          <Button kind="primary" disabledReason={obstacle} onClick={() => void explore()}>
            Explore trade-offs
          </Button>
        }
        duration={
          obstacle === undefined
            ? `${budget} evaluations; the time left is told after the third, and cancelling keeps what is there`
            : `Not now: ${obstacle}`
        }
      >
        The search tries bit widths of weights and activations on every layer, for this target and these limits.
      </EmptyState>
    </div>
  );
}

/** Before the first point: the axes a search will fill, without numbers. */
export function EmptyAxes({ size }: { readonly size: Size }): ReactElement {
  const labelled = useApp((s) => s.session.data?.reference.labelled);
  const quality = labelled === false ? 'Agreement with the float model, %' : 'Top-1 accuracy, %';
  const plot = plotOf(size);
  return (
    <svg width={size.width} height={size.height} className="plot-layer" aria-hidden="true">
      <text x={12} y={14} className="axis-title">
        ↑ {quality}
      </text>
      {[0, 1, 2, 3, 4].map((i) => (
        <path
          key={i}
          className="grid-line"
          d={`M${plot.left},${plot.top + (i * (plot.bottom - plot.top)) / 5}H${plot.right}`}
        />
      ))}
      <path d={`M${plot.left},${plot.bottom}H${plot.right}`} className="axis-line" />
      <text x={plot.right} y={plot.bottom + 28} textAnchor="end" className="axis-title">
        Flash, KiB →
      </text>
    </svg>
  );
}

/** When no point meets the limits: the nearest one, and by how much it misses. */
export function NearestMiss({ designs }: { readonly designs: Designs }): ReactElement | null {
  const miss = designs.meeting === 0 && designs.points.length > 1 ? nearestMiss(designs) : undefined;
  if (!miss) return null;
  return (
    <p className="nearest-miss">
      No point meets all limits.{' '}
      <button type="button" className="link" onClick={() => selectPoint(miss.id)}>
        Nearest: {miss.name}, {miss.words.join(', ')}
      </button>
    </p>
  );
}

/** The point that breaks the limits least, relative to them; undefined if none has all figures. */
export function nearestMiss(
  designs: Pick<Designs, 'points' | 'constraints' | 'objectives'>,
): { readonly id: string; readonly name: string; readonly words: readonly string[] } | undefined {
  let best: Designs['points'][number] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const point of designs.points) {
    const by = totalViolation(point, designs.constraints);
    if (by < least) {
      least = by;
      best = point;
    }
  }
  if (!best) return undefined;
  const { objectives } = best;
  const words = designs.constraints.flatMap(({ objective, operator, limit }) => {
    const entry = designs.objectives.find((o) => o.id === objective);
    const value = objectives[objective]?.value;
    if (!entry || value === undefined) return [];
    const over = operator === '<=' ? value - limit : limit - value;
    const way = operator === '<=' ? 'too much' : 'too little';
    if (over <= 0) return [];
    // A difference of shares is in points, not per cent.
    const by = entry.format === 'percent' ? `${(over * 100).toFixed(1)} points` : valueWords(entry, over);
    return [`${entry.label} ${by} ${way}`];
  });
  return { id: best.id, name: pointName(best), words };
}
