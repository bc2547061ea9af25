/** Series as a table: one sample per row, one column with its label. */
import type { Diagnostic, Tensor } from '../ir/index.ts';
import { type Row, readRows, separatorOf } from './delimited.ts';
import { seriesLength, seriesNoRows, seriesNotANumber, tableEncoding } from './errors.ts';
import { isLabelName } from './labels.ts';
import type { ReadData } from './read-arrays.ts';

/** Numbers a row must hold at least to be a sample rather than a line about a layer. */
const LEAST_COLUMNS = 8;
/** Characters. */
const LOOKED_AT = 2 ** 18;
const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));

/**
 * Whether a table holds samples: rows of eight numbers and more, and beside them at most one column of words, which repeat (labels do,
 * names of layers do not) or stand under a heading for labels.
 */
export function looksLikeSeries(text: string): boolean {
  const start = text.slice(0, LOOKED_AT);
  // The last row may be cut.
  const rows = readRows(start, separatorOf(start)).slice(0, text.length > LOOKED_AT ? -1 : undefined);
  const [head, ...rest] = rows;
  if (!head || head.cells.length < LEAST_COLUMNS) return false;
  const body = rest.length > 0 ? rest : [head];
  const wordy = head.cells.map((_, column) => body.some(({ cells }) => !isNumber(cells[column] ?? '')));
  const columns = wordy.flatMap((isWordy, column) => (isWordy ? [column] : []));
  const [words, second] = columns;
  if (second !== undefined || head.cells.length - columns.length < LEAST_COLUMNS) return false;
  if (words === undefined) return true;
  const said = rows.map(({ cells }) => cells[words] ?? '');
  return isLabelHead(head.cells[words] ?? '') || new Set(said).size < said.length;
}

const isLabelHead = (cell: string): boolean => isLabelName(cell) || /^(class|category|annotation)$/i.test(cell);

/**
 * Arrays 'x' float32 [N, length] and, where a column holds labels, 'y' [N]. The label column is the one whose heading says so;
 * else the one with words; else, where rows hold one number more than `sampleSize`, the last or the first column if it is
 * whole numbers only. Words become classes in their order. A column of nothing but a count or a time is not told from data.
 *
 * `sampleSize`: elements of one sample of the model. Throws `datasets/series-…` naming the line.
 */
export function readSeries(file: string, bytes: Uint8Array, sampleSize?: number): ReadData {
  const text = decoded(file, bytes);
  const rows = readRows(text, separatorOf(text));
  const [first] = rows;
  if (!first) throw seriesNoRows(file);
  const hasHead =
    first.cells.filter((cell) => cell !== '' && !isNumber(cell)).length > 1 || first.cells.some(isLabelHead);
  const body = hasHead ? rows.slice(1) : rows;
  if (body.length === 0) throw seriesNoRows(file);
  const width = first.cells.length;
  const ragged = body.find(({ cells }) => cells.length !== width);
  if (ragged) throw seriesLength(file, ragged.line, ragged.cells.length, first.line, width);
  const label = labelColumn(body, hasHead ? first : undefined, sampleSize);
  const columns = Array.from({ length: width }, (_, i) => i).filter((i) => i !== label?.column);
  const data = new Float32Array(body.length * columns.length);
  body.forEach(({ cells, line }, row) => {
    columns.forEach((column, i) => {
      const cell = cells[column] as string;
      if (!isNumber(cell)) throw seriesNotANumber(file, line, column + 1, cell);
      data[row * columns.length + i] = Number(cell);
    });
  });
  const x: Tensor = { type: 'float32', shape: [body.length, columns.length], data };
  if (!label) return { arrays: new Map([['x', x]]), diagnostics: [] };
  return withLabels(file, x, body, label);
}

interface LabelColumn {
  readonly column: number;
  /** How it was found. */
  readonly how: string;
}

function labelColumn(
  body: readonly Row[],
  head: Row | undefined,
  sampleSize: number | undefined,
): LabelColumn | undefined {
  const width = (body[0] as Row).cells.length;
  const named = head?.cells.findIndex(isLabelHead) ?? -1;
  if (named >= 0) return { column: named, how: `headed '${head?.cells[named]}'` };
  const words = Array.from({ length: width }, (_, i) => i).filter((i) =>
    body.every(({ cells }) => cells[i] !== '' && !isNumber(cells[i] as string)),
  );
  if (words.length === 1) return { column: words[0] as number, how: 'the only one with words' };
  if (sampleSize === undefined || width !== sampleSize + 1) return undefined;
  const isWhole = (column: number): boolean =>
    body.every(({ cells }) => /^\d+(\.0*)?$/.test(cells[column] as string) && Number(cells[column]) < 2 ** 31);
  const column = isWhole(width - 1) ? width - 1 : isWhole(0) ? 0 : undefined;
  return column === undefined ? undefined : { column, how: `one more than the ${sampleSize} numbers the model takes` };
}

function withLabels(file: string, x: Tensor, body: readonly Row[], { column, how }: LabelColumn): ReadData {
  const cells = body.map((row) => row.cells[column] as string);
  const areNumbers = cells.every((cell) => isNumber(cell));
  const classNames = areNumbers ? undefined : [...new Set(cells)].sort();
  const values = classNames ? cells.map((cell) => classNames.indexOf(cell)) : cells.map(Number);
  const named = classNames
    ? `: ${classNames
        .slice(0, 12)
        .map((name, i) => `${i} ${name}`)
        .join(', ')}`
    : '';
  const diagnostics: Diagnostic[] = [
    {
      code: 'datasets/label-column',
      severity: 'info',
      message: `Column ${column + 1} of '${file}' (${how}) holds the labels${named}.`,
    },
  ];
  const y: Tensor = { type: 'float32', shape: [cells.length], data: Float32Array.from(values) };
  return {
    arrays: new Map([
      ['x', x],
      ['y', y],
    ]),
    diagnostics,
    ...(classNames && { classNames }),
  };
}

function decoded(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/^\ufeff/, '');
  } catch (cause) {
    throw tableEncoding(file, cause);
  }
}

/** A table of one column: labels that lie beside the samples. */
export function readLabelColumn(file: string, bytes: Uint8Array): ReadData | undefined {
  const rows = readRows(decoded(file, bytes), ',');
  if (rows.length === 0 || rows.some(({ cells }) => cells.length !== 1)) return undefined;
  const [head, ...rest] = rows.map(({ cells }) => cells[0] as string);
  const body = isLabelHead(head as string) ? rest : [head as string, ...rest];
  const classNames = body.every(isNumber) ? undefined : [...new Set(body)].sort();
  const data = Float32Array.from(body, (cell) => (classNames ? classNames.indexOf(cell) : Number(cell)));
  const y: Tensor = { type: 'float32', shape: [body.length], data };
  return { arrays: new Map([['y', y]]), diagnostics: [], ...(classNames && { classNames }) };
}
