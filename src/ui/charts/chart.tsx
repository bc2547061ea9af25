import { type KeyboardEvent, memo, type ReactElement, type ReactNode, useDeferredValue, useRef, useState } from 'react';
import { Dialog, Menu } from '../widgets/index.ts';
import { saveCsv, savePng, saveSvg } from './chart-export.ts';
import type { ChartTable } from './csv.ts';
import { useSize } from './use-size.ts';

export interface ChartProps {
  /** File name of exports, without ending. */
  readonly name: string;
  readonly title: string;
  readonly note?: ReactNode;
  readonly table: () => ChartTable;
  /** Draws into the given size, in px. */
  readonly children: (size: { readonly width: number; readonly height: number }) => ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
}

/** A chart in its panel: fixed place, menu (SVG, PNG, CSV, table), the table for screen readers. T shows the table, E the SVG. */
export function Chart(props: ChartProps): ReactElement {
  const [box, size] = useSize<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const [tableShown, showTable] = useState(false);
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 't' || event.key === 'T') showTable(true);
    else if ((event.key === 'e' || event.key === 'E') && svg.current) saveSvg(svg.current, props.name);
  };
  return (
    <section
      className={`panel chart ${props.className ?? ''}`}
      aria-label={props.title}
      data-panel
      tabIndex={-1}
      onKeyDown={onKey}
    >
      <header className="panel-head">
        <h2 className="panel-title">{props.title}</h2>
        {props.note !== undefined && <span className="panel-note cut">{props.note}</span>}
        <div className="panel-actions">
          {props.actions}
          <ChartMenu
            name={props.name}
            title={props.title}
            svg={svg}
            table={props.table}
            onTable={() => showTable(true)}
          />
        </div>
      </header>
      <div ref={box} className="chart-box">
        {size.width > 0 && size.height > 0 && (
          <svg ref={svg} width={size.width} height={size.height} role="group" aria-label={props.title}>
            {props.children(size)}
          </svg>
        )}
      </div>
      <HiddenTable table={props.table()} />
      {tableShown && (
        <Dialog title={props.title} onClose={() => showTable(false)} className="chart-table">
          <ShownTable table={props.table()} />
        </Dialog>
      )}
    </section>
  );
}

export interface ChartMenuProps {
  readonly name: string;
  readonly title: string;
  readonly svg: { readonly current: SVGSVGElement | null };
  readonly table: () => ChartTable;
  readonly onTable: () => void;
}

/** SVG, PNG, CSV, table: the same for every chart. */
export function ChartMenu({ name, title, svg, table, onTable }: ChartMenuProps): ReactElement {
  return (
    <Menu
      title="Export"
      label={`Export ${title}`}
      items={[
        { label: 'Export SVG', note: 'E', onSelect: () => svg.current && saveSvg(svg.current, name) },
        { label: 'Export PNG, 2×', onSelect: () => svg.current && void savePng(svg.current, name) },
        { label: 'Export CSV', onSelect: () => saveCsv(table(), name) },
        { label: 'Show as table', note: 'T', onSelect: onTable },
      ]}
    />
  );
}

/** In the page order for screen readers; drawn nowhere. */
export const HiddenTable = ({ table }: { readonly table: ChartTable }): ReactElement => (
  <div className="sr-only">
    <LateTable table={useDeferredValue(table)} />
  </div>
);

/** Drawn when there is time: nobody sees it change. */
const LateTable = memo(TableOf);

const ShownTable = ({ table }: { readonly table: ChartTable }): ReactElement => (
  <div className="scroll">
    <TableOf table={table} />
  </div>
);

/** Long charts are cut for screen readers; the CSV is whole. */
const MAX_ROWS = 500;

function TableOf({ table }: { readonly table: ChartTable }): ReactElement {
  return (
    <table className="plain-table">
      <caption className="caption">{table.caption}</caption>
      <thead>
        <tr>
          {table.columns.map((column) => (
            <th key={column} scope="col">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.slice(0, MAX_ROWS).map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a snapshot have no other name and never move
          <tr key={i}>
            {row.map((cell, k) => (
              <td key={table.columns[k]}>{cell ?? 'unknown'}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
