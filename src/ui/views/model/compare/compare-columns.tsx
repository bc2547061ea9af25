import type { ReactElement } from 'react';
import { inText, middleCut } from '../../../format/index.ts';
import type { Column } from '../../../widgets/index.ts';
import { type CompareMetric, type CompareRow, differenceOf, type RowState, signs } from './compare-rows.ts';

export const metricTitles: Readonly<Record<CompareMetric, string>> = {
  macs: 'MACs',
  params: 'parameters',
  weightBytes: 'weight bytes',
  outputElements: 'output elements',
  latency: 'latency',
};

const ORDER: readonly RowState[] = ['added', 'removed', 'changed', 'same'];
/** As many characters of a name as its column holds, wide and narrow. */
const NAME_LENGTHS = { wide: 17, narrow: 12 } as const;

/** With its sign always; nothing changed is 0, not known is said. */
export function differenceText(difference: number | undefined, metric: CompareMetric): string {
  if (difference === undefined) return 'unknown';
  if (difference === 0) return '0';
  return (difference < 0 ? '\u2212' : '+') + inText(Math.abs(difference), kindOf(metric));
}

export const kindOf = (metric: CompareMetric): 'bytes' | 'macs' | 'seconds' =>
  metric === 'weightBytes' ? 'bytes' : metric === 'latency' ? 'seconds' : 'macs';

export function columnsFor(
  metric: CompareMetric,
  rows: readonly CompareRow[],
  width: 'wide' | 'narrow',
): readonly Column<CompareRow>[] {
  const length = NAME_LENGTHS[width];
  const top = rows.reduce((most, row) => Math.max(most, Math.abs(differenceOf(row, metric) ?? 0)), 0);
  return [
    {
      id: 'state',
      head: <span className="sr-only">State</span>,
      cell: ({ state }) => <StateSign state={state} />,
      sort: ({ state }) => ORDER.indexOf(state),
      width: 28,
    },
    {
      id: 'before',
      head: 'Before',
      cell: (row) => <Name name={row.before} length={length} />,
      sort: (row) => row.before,
    },
    {
      id: 'after',
      head: 'After',
      cell: (row) => <Name name={row.after} length={length} faint={row.after === row.before} />,
      sort: (row) => row.after,
    },
    {
      id: 'operator',
      head: 'Operator',
      className: 'column-operator',
      cell: (row) => <span className="cut compare-operator">{row.operator}</span>,
      sort: (row) => row.operator,
    },
    {
      id: 'what',
      head: 'Changed',
      cell: (row) => (
        <span className="cut compare-what" title={row.what}>
          {row.what}
        </span>
      ),
      sort: (row) => row.what,
    },
    sideColumn('before', metric),
    sideColumn('after', metric),
    {
      id: 'difference',
      head: 'Difference',
      number: true,
      cell: (row) => <Difference difference={differenceOf(row, metric)} top={top} metric={metric} />,
      sort: (row) => differenceOf(row, metric),
    },
  ];
}

function sideColumn(side: 'before' | 'after', metric: CompareMetric): Column<CompareRow> {
  return {
    id: `${side} ${metric}`,
    head: `${metricTitles[metric]} ${side}`,
    className: 'column-side',
    number: true,
    cell: ({ metrics, ...row }) => {
      if (row[side] === undefined) return null;
      const value = metrics[side][metric];
      return value === undefined ? <span className="faint">unknown</span> : inText(value, kindOf(metric));
    },
    sort: ({ metrics }) => metrics[side][metric],
  };
}

/** Sign and colour; the word is for who hears the page. */
export function StateSign({ state }: { readonly state: RowState }): ReactElement {
  return (
    <span className={`state-sign ${state}`} title={state}>
      <span aria-hidden="true">{signs[state]}</span>
      <span className="sr-only">{state}</span>
    </span>
  );
}

function Name({
  name,
  length,
  faint,
}: {
  readonly name: string | undefined;
  readonly length: number;
  readonly faint?: boolean;
}): ReactElement | null {
  if (name === undefined) return null;
  return (
    <span className={`mono cut compare-name${faint ? ' secondary' : ''}`} title={name}>
      {middleCut(name, length)}
    </span>
  );
}

const BAR = 24;

/** The difference with its sign, and a bar left or right of nothing. */
function Difference({
  difference,
  top,
  metric,
}: {
  readonly difference: number | undefined;
  readonly top: number;
  readonly metric: CompareMetric;
}): ReactElement {
  if (difference === undefined) return <span className="faint">unknown</span>;
  const width = top > 0 ? (Math.abs(difference) / top) * BAR : 0;
  return (
    <span className={`cell-bar${difference === 0 ? ' faint' : ''}`}>
      <svg className="difference-bar" width={2 * BAR} height={12} aria-hidden="true">
        <path className="difference-zero" d={`M${BAR},0V12`} />
        {width > 0 && (
          <rect
            x={difference < 0 ? BAR - width : BAR}
            width={Math.max(1, width)}
            height={12}
            className={difference < 0 ? 'less' : 'more'}
          />
        )}
      </svg>
      <span>{differenceText(difference, metric)}</span>
    </span>
  );
}
