/** Tables as text: RFC 4180 with any of three separators, read as spreadsheets write them. */

export type Separator = '\t' | ';' | ',';

export interface Row {
  /** Counted from 1, as an editor shows it. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The separator that gives the rows most evenly two cells and more; a tab before a semicolon before a comma. */
export function separatorOf(text: string): Separator {
  let best: Separator = ',';
  let most = 0;
  for (const separator of ['\t', ';', ','] as const) {
    const rows = readRows(text.slice(0, 65536), separator);
    const wide = rows.filter((row) => row.cells.length > 1).length;
    if (wide > most) {
      best = separator;
      most = wide;
    }
  }
  return best;
}

/**
 * The rows with their cells, white space around unquoted cells taken off. Empty lines and lines that start with '#' are left out; quotes may
 * hold separators, line ends and doubled quotes. A quote that is never closed ends with the text.
 */
export function readRows(text: string, separator: Separator): readonly Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let rowLine = 1;
  let at = 0;
  const endRow = (): void => {
    const isEmpty = cells.every((cell) => cell === '');
    if (!isEmpty && !cells[0]?.startsWith('#')) rows.push({ line: rowLine, cells });
    cells = [];
    rowLine = line;
  };
  while (at < text.length) {
    const { cell, end, lines } = readCell(text, at, separator);
    cells.push(cell);
    line += lines;
    at = end;
    if (text[at] === separator) {
      at++;
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    endRow();
  }
  if (cells.length > 0) endRow();
  return rows;
}

/** One cell from `start`; `end` is at the separator, the line end or the end of the text. */
function readCell(text: string, start: number, separator: Separator) {
  let at = start;
  while (text[at] === ' ') at++;
  let quoted = '';
  let lines = 0;
  const isQuoted = text[at] === '"';
  if (isQuoted) {
    for (at++; at < text.length; at++) {
      if (text[at] === '"' && text[++at] !== '"') break;
      if (text[at] === '\n') lines++;
      quoted += text[at] ?? '';
    }
  }
  const from = at;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  const rest = text.slice(from, at).trim();
  return { cell: isQuoted ? quoted + rest : rest, end: at, lines };
}
