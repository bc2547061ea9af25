import type { ReactElement } from 'react';
import { openSample } from '../../actions/open-sample.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import type { Sample } from '../../state/types.ts';

/** Networks that come with the page, as silhouettes of their own graphs: squares carry MACs. */
export function SampleGallery(): ReactElement {
  const samples = useApp((s) => s.page.samples);
  return (
    <section aria-labelledby="samples-title">
      <header className="start-head">
        <h2 id="samples-title">Samples</h2>
        <span className="secondary">one click, loaded from this page, each with source and licence</span>
      </header>
      {samples === 'loading' && <p className="caption samples-none">Reading the list of samples</p>}
      {samples === 'none' && (
        <p className="secondary samples-none">This page was built without samples. Drop a file of your own to begin.</p>
      )}
      {typeof samples !== 'string' && (
        <ul className="samples">
          {samples.map((sample) => (
            <SampleItem key={sample.id} sample={sample} />
          ))}
        </ul>
      )}
    </section>
  );
}

function SampleItem({ sample }: { readonly sample: Sample }): ReactElement {
  return (
    <li className="sample">
      <button type="button" className="sample-button" onClick={() => void openSample(sample)}>
        {sample.outline && <Silhouette outline={sample.outline} />}
        <span className="row between baseline">
          <span className="sample-title">{sample.title}</span>
          <span className="secondary nowrap">
            {sample.accuracy === undefined ? '' : inText(sample.accuracy, 'share')}
          </span>
        </span>
        <span className="caption cut">{sample.task}</span>
        <span className="row between sample-figures">
          <span>
            {sample.macs === undefined ? '' : inText(sample.macs, 'macs')} <span className="faint">MACs</span>
          </span>
          <span>{sample.bytes === undefined ? '' : inText(sample.bytes, 'fileBytes')}</span>
        </span>
        <span className="caption cut">
          {[sample.licence, sample.source].filter((text) => text !== undefined && text !== '').join(', ')}
        </span>
      </button>
    </li>
  );
}

const WIDTH = 200;
const HEIGHT = 44;
const LANE = 13;

/** Layers from left to right at their rank; size of the square by MACs, small circles carry none. */
function Silhouette({ outline }: { readonly outline: NonNullable<Sample['outline']> }): ReactElement {
  const last = Math.max(1, ...outline.map(([rank]) => rank));
  const lanes = Math.max(0, ...outline.map(([, lane]) => lane));
  const lane = Math.min(LANE, (HEIGHT - 12) / Math.max(1, lanes));
  const x = (rank: number): number => 6 + (rank / last) * (WIDTH - 12);
  const y = (row: number): number => HEIGHT / 2 + (row - lanes / 2) * lane;
  const widest = Math.min(11, (WIDTH - 12) / (last + 1) - 1.5);
  return (
    <svg className="silhouette" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={`M6,${y(lanes / 2)}H${WIDTH - 6}`} className="silhouette-line" />
      {outline.map(([rank, row, share]) => {
        const size = Math.max(2.5, Math.sqrt(share) * widest);
        return share > 0 ? (
          <rect
            key={`${rank}/${row}`}
            x={x(rank) - size / 2}
            y={y(row) - size / 2}
            width={size}
            height={size}
            className="silhouette-work"
          />
        ) : (
          <circle
            key={`${rank}/${row}`}
            cx={x(rank)}
            cy={y(row)}
            r={Math.max(1.2, widest / 4)}
            className="silhouette-free"
          />
        );
      })}
    </svg>
  );
}
