import { type KeyboardEvent, type ReactElement, type ReactNode, useMemo, useRef, useState } from 'react';

export interface Column<Row> {
  readonly id: string;
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** Present: the column sorts. `undefined` sorts last whatever the direction. */
  readonly sort?: (row: Row) => number | string | undefined;
  readonly number?: boolean;
  readonly width?: number | string;
  readonly className?: string;
}

export interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  readonly selected?: (row: Row) => boolean;
  readonly hovered?: (row: Row) => boolean;
  readonly dimmed?: (row: Row) => boolean;
  readonly onSelect?: (row: Row, event: { readonly shiftKey: boolean }) => void;
  /** Space: add to compare. */
  readonly onAdd?: (row: Row) => void;
  readonly onHover?: (row: Row | undefined) => void;
  readonly initialSort?: { readonly column: string; readonly descending: boolean };
  /** Rows that stay on top whatever the order. */
  readonly pinned?: (row: Row) => boolean;
  readonly dense?: boolean;
  readonly foot?: ReactNode;
  readonly empty?: ReactNode;
}

/** From this many rows on only those in view are drawn. */
const WINDOW_FROM = 200;
const SPARE_ROWS = 12;

/** A table with a head that stays, sorting, one tab stop with arrows, and windowed rows when long. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const [sort, setSort] = useState(props.initialSort);
  const [focus, setFocus] = useState<string | undefined>();
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const box = useRef<HTMLDivElement>(null);
  const rows = useSorted(props, sort);
  const rowHeight = useRowHeight(props.dense ?? false);
  const windowed = rows.length > WINDOW_FROM;
  const first = windowed ? Math.max(0, Math.floor(scroll.top / rowHeight) - SPARE_ROWS) : 0;
  const last = windowed
    ? Math.min(rows.length, Math.ceil((scroll.top + scroll.height) / rowHeight) + SPARE_ROWS)
    : rows.length;
  const ids = rows.map(props.rowId);
  const current =
    focus !== undefined && ids.includes(focus)
      ? focus
      : (ids.find((_, i) => props.selected?.(rows[i] as Row)) ?? ids[0]);

  const onKey = useRowKeys({
    table: props,
    rows,
    ids,
    current,
    rowHeight,
    windowed,
    height: scroll.height,
    box,
    setFocus,
  });
  return (
    <div
      ref={box}
      className="table-box scroll"
      onScroll={(event) =>
        windowed && setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })
      }
    >
      <table
        className={`table${props.dense ? ' dense' : ''}`}
        aria-label={props.label}
        aria-rowcount={windowed ? rows.length + 1 : undefined}
        onKeyDown={onKey}
        onPointerLeave={() => props.onHover?.(undefined)}
      >
        <thead>
          <tr>
            {props.columns.map((column) => (
              <HeadCell key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <Spacer height={first * rowHeight} columns={props.columns.length} />}
          {rows.slice(first, last).map((row, i) => (
            <BodyRow
              key={props.rowId(row)}
              row={row}
              table={props}
              index={first + i}
              tabStop={props.rowId(row) === current}
              onFocus={() => setFocus(props.rowId(row))}
            />
          ))}
          {last < rows.length && <Spacer height={(rows.length - last) * rowHeight} columns={props.columns.length} />}
        </tbody>
        {props.foot !== undefined && <tfoot>{props.foot}</tfoot>}
      </table>
      {rows.length === 0 && props.empty}
    </div>
  );
}

interface RowKeys<Row> {
  readonly table: TableProps<Row>;
  readonly rows: readonly Row[];
  readonly ids: readonly string[];
  readonly current: string | undefined;
  readonly rowHeight: number;
  readonly windowed: boolean;
  readonly height: number;
  readonly box: { readonly current: HTMLDivElement | null };
  readonly setFocus: (id: string) => void;
}

/** Arrows, pages and ends move the one tab stop; Enter selects, Space adds. Rows that are not drawn are scrolled to first. */
function useRowKeys<Row>(state: RowKeys<Row>): (event: KeyboardEvent<HTMLElement>) => void {
  const { table, rows, ids, current, rowHeight, windowed, height, box, setFocus } = state;
  const focusRow = (index: number): void => {
    const id = ids[index];
    if (id === undefined) return;
    setFocus(id);
    if (windowed && box.current) {
      const top = index * rowHeight;
      if (top < box.current.scrollTop + rowHeight) box.current.scrollTop = top - rowHeight;
      else if (top > box.current.scrollTop + box.current.clientHeight - 2 * rowHeight)
        box.current.scrollTop = top - box.current.clientHeight + 2 * rowHeight;
    }
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus());
  };
  return (event: KeyboardEvent<HTMLElement>): void => {
    if (!(event.target as HTMLElement).matches('tr')) return;
    const at = current === undefined ? -1 : ids.indexOf(current);
    const page = Math.max(1, Math.floor(height / rowHeight) - 2);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + page,
      PageUp: at - page,
    };
    const to = moves[event.key];
    const row = rows[at];
    if (to !== undefined) {
      event.preventDefault();
      focusRow(Math.min(rows.length - 1, Math.max(0, to)));
    } else if (event.key === 'Enter' && row !== undefined) {
      table.onSelect?.(row, event);
    } else if (event.key === ' ' && row !== undefined && (table.onAdd || table.onSelect)) {
      event.preventDefault();
      if (table.onAdd) table.onAdd(row);
      else table.onSelect?.(row, event);
    }
  };
}

type Sort = { readonly column: string; readonly descending: boolean };

interface HeadCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>): ReactElement {
  const active = sort?.column === column.id;
  const name = `${column.number ? 'number ' : ''}${column.className ?? ''}`;
  return (
    <th
      scope="col"
      className={name}
      style={column.width === undefined ? undefined : { width: column.width }}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}
    >
      {column.sort ? (
        <button
          type="button"
          className={`sort${active ? ' active' : ''}`}
          onClick={() => onSort({ column: column.id, descending: active ? !sort.descending : false })}
        >
          {column.head}
          {active && <span aria-hidden="true">{sort.descending ? ' ▼' : ' ▲'}</span>}
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

interface BodyRowProps<Row> {
  readonly row: Row;
  readonly table: TableProps<Row>;
  readonly index: number;
  readonly tabStop: boolean;
  readonly onFocus: () => void;
}

function BodyRow<Row>({ row, table, index, tabStop, onFocus }: BodyRowProps<Row>): ReactElement {
  const selected = table.selected?.(row) ?? false;
  const names = [
    selected ? 'selected' : '',
    table.hovered?.(row) ? 'hovered' : '',
    table.dimmed?.(row) ? 'dimmed' : '',
    table.onSelect ? 'selectable' : '',
  ];
  return (
    <tr
      data-row={table.rowId(row)}
      className={names.join(' ').trim() || undefined}
      aria-selected={table.onSelect ? selected : undefined}
      aria-rowindex={index + 2}
      tabIndex={tabStop ? 0 : -1}
      onFocus={onFocus}
      onClick={(event) => table.onSelect?.(row, event)}
      onPointerEnter={() => table.onHover?.(row)}
    >
      {table.columns.map((column) => (
        <td key={column.id} className={`${column.number ? 'number ' : ''}${column.className ?? ''}`}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

const Spacer = ({ height, columns }: { readonly height: number; readonly columns: number }): ReactElement => (
  <tr className="spacer">
    <td colSpan={columns} style={{ height }} />
  </tr>
);

function useSorted<Row>(props: TableProps<Row>, sort: Sort | undefined): readonly Row[] {
  const { rows, columns, pinned } = props;
  return useMemo(() => {
    const key = columns.find((c) => c.id === sort?.column)?.sort;
    const direction = sort?.descending ? -1 : 1;
    const ordered = key
      ? [...rows].sort((a, b) => {
          const x = key(a);
          const y = key(b);
          if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
          return (x < y ? -1 : x > y ? 1 : 0) * direction;
        })
      : rows;
    return pinned ? [...ordered.filter(pinned), ...ordered.filter((row) => !pinned(row))] : ordered;
  }, [rows, columns, sort, pinned]);
}

function useRowHeight(dense: boolean): number {
  return useMemo(() => {
    const style = getComputedStyle(document.documentElement);
    return Number.parseFloat(style.getPropertyValue(dense ? '--row-dense' : '--row')) || 24;
  }, [dense]);
}
