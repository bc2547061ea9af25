import type { ReactElement } from 'react';
import { chooseFiles } from '../../actions/open-files.ts';
import { openRecent } from '../../actions/persist.ts';
import { dayText, fingerprint } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import type { RecentRecord } from '../../state/types.ts';
import { Button } from '../../widgets/index.ts';

/** Explorations stored in this browser, newest first, each with its front. */
export function Recent(): ReactElement {
  const recent = useApp((s) => s.page.recent);
  return (
    <section aria-labelledby="recent-title">
      <header className="start-head between">
        <h2 id="recent-title">Recent explorations</h2>
        <Button kind="link" onClick={chooseFiles}>
          Open a file
        </Button>
      </header>
      {recent.length === 0 && (
        <p className="secondary recent-none">None in this browser yet. Explorations are stored here as they grow.</p>
      )}
      <ul>
        {recent.slice(0, 6).map((record) => (
          <RecentItem key={record.id} record={record} />
        ))}
      </ul>
    </section>
  );
}

function RecentItem({ record }: { readonly record: RecentRecord }): ReactElement {
  const facts = [
    record.points === 0 ? 'verdict only' : `${record.points} ${record.points === 1 ? 'point' : 'points'}`,
    record.points === 0 ? '' : `${record.onFront} on the front`,
    record.interrupted ? 'search interrupted' : '',
    record.hasModel ? '' : 'asks for the file',
  ];
  return (
    <li>
      <button type="button" className="recent-item" onClick={() => void openRecent(record.id)}>
        <span className="grow">
          <span className="sample-title cut">{record.name}</span>
          <span className="caption">{facts.filter(Boolean).join(', ')}</span>
          <span className="caption">
            {dayText(record.savedAt, Date.now())}, <span className="mono">{fingerprint(record.sha256)}</span>
          </span>
        </span>
        <Spark points={record.spark} />
      </button>
    </li>
  );
}

const WIDTH = 60;
const HEIGHT = 32;

/** The front over its points. */
function Spark({ points }: { readonly points: RecentRecord['spark'] }): ReactElement {
  const x = (v: number): number => 2 + v * (WIDTH - 4);
  const y = (v: number): number => HEIGHT - 2 - v * (HEIGHT - 4);
  const front = points.filter(([, , on]) => on).sort((a, b) => a[0] - b[0]);
  const path = front.map(([px, py], i) => (i === 0 ? `M${x(px)},${y(py)}` : `H${x(px)}V${y(py)}`)).join('');
  return (
    <svg className="spark" width={WIDTH} height={HEIGHT} aria-hidden="true">
      {points
        .filter(([, , on]) => !on)
        .map(([px, py]) => (
          <circle key={`${px}/${py}`} cx={x(px)} cy={y(py)} r={1} fill="var(--bar)" />
        ))}
      <path d={path} fill="none" stroke="var(--accent)" strokeWidth={1.4} />
    </svg>
  );
}
