import type { Diagnostic, NodeId, TensorId } from '../ir/index.ts';
import { type Row, readRows, type Separator, separatorOf } from './delimited.ts';
import {
  metricEncoding,
  metricJson,
  metricNoMatch,
  metricNoNumbers,
  metricNotANumber,
  metricNotFinite,
  metricTooLarge,
} from './errors.ts';

/** A number per layer, from a file of the user's. */
export interface LayerMetric {
  /** What it is: the column's heading, or the file's name. */
  readonly title: string;
  /** As the file writes it: 'ms'. */
  readonly unit?: string;
  /** Every layer once, in the order of the file. */
  readonly values: readonly { readonly layer: string; readonly value: number }[];
  /** What was left out or taken twice. */
  readonly diagnostics: readonly Diagnostic[];
}

const LIMIT_BYTES = 32 * 2 ** 20;

/**
 * A metric from CSV (separated by comma, semicolon or tab; heading optional, a unit in it as 'latency [ms]'; decimal point or
 * comma; quotes) or JSON ({layer: value}, [{layer, value}], [[layer, value]], or one of these as `values` beside `name` and `unit`).
 * Of several columns of numbers the first is taken. Empty cells and null are values that are not known: they are left out.
 *
 * Throws `datasets/metric-…` for files without numbers, cells that are no number, and values that are not finite.
 */
export function readMetric(fileName: string, content: Uint8Array | string): LayerMetric {
  if (content.length > LIMIT_BYTES) throw metricTooLarge(fileName, content.length, LIMIT_BYTES);
  const text = typeof content === 'string' ? content.replace(/^\ufeff/, '') : textOf(fileName, content);
  const raw = isJson(fileName, text) ? fromJson(fileName, text) : fromTable(fileName, text);
  return settled(fileName, raw);
}

interface RawMetric {
  readonly title?: string;
  readonly unit?: string;
  readonly entries: readonly { readonly layer: string; readonly value: number | undefined; readonly where: string }[];
  readonly diagnostics: readonly Diagnostic[];
}

function textOf(file: string, bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw metricEncoding(file, cause);
  }
}

const isJson = (file: string, text: string): boolean => /\.json$/i.test(file) || /^\s*(\{|\[\s*[[{\]])/.test(text);

/** Checks the entries and takes the last of those with one name. */
function settled(file: string, { title, unit, entries, diagnostics }: RawMetric): LayerMetric {
  const values = new Map<string, number>();
  const twice = new Set<string>();
  let unknown = 0;
  for (const { layer, value, where } of entries) {
    if (value === undefined) {
      unknown++;
      continue;
    }
    if (!Number.isFinite(value)) throw metricNotFinite(file, layer, String(value), where);
    if (values.has(layer)) twice.add(layer);
    values.set(layer, value);
  }
  if (values.size === 0) throw metricNoNumbers(file);
  const noticed = [...diagnostics];
  if (twice.size > 0) noticed.push(duplicates(file, [...twice]));
  if (unknown > 0) noticed.push(leftOut(file, unknown));
  return {
    title: title || file.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, ''),
    ...(unit ? { unit } : {}),
    values: [...values].map(([layer, value]) => ({ layer, value })),
    diagnostics: noticed,
  };
}

const duplicates = (file: string, layers: readonly string[]): Diagnostic => ({
  code: 'datasets/metric-duplicates',
  severity: 'warning',
  message: `'${file}' gives ${layers.length === 1 ? 'one layer' : `${layers.length} layers`} more than one value; the last counts: ${layers.slice(0, 10).join(', ')}${layers.length > 10 ? ' …' : ''}.`,
});

const leftOut = (file: string, count: number): Diagnostic => ({
  code: 'datasets/metric-empty',
  severity: 'info',
  message: `'${file}' has ${count} ${count === 1 ? 'layer' : 'layers'} without a value: not known, left out.`,
});

// Tables

const LAYER_HEADING = /^(layer|node|tensor|op|operator|name|id)([ _-]?(name|id))?$/i;

function fromTable(file: string, text: string): RawMetric {
  const separator = separatorOf(text);
  const rows = readRows(text, separator);
  const [first] = rows;
  if (!first) throw metricNoNumbers(file);
  const { layer, value, others, hasHeading } = columnsOf(file, rows);
  const body = hasHeading ? rows.slice(1) : rows;
  const read = numberReader(
    body.map((row) => row.cells[value] ?? ''),
    separator,
  );
  const entries = body.map(({ cells, line }) => {
    const cell = cells[value] ?? '';
    if (hasHeading && cells.length > first.cells.length)
      throw metricNotANumber(file, line, cells.slice(value).join(separator));
    const number = cell === '' ? undefined : read(cell);
    if (cell !== '' && number === undefined) throw metricNotANumber(file, line, cell);
    return { layer: cells[layer] ?? '', value: number, where: `line ${line}` };
  });
  const diagnostics: Diagnostic[] = others.length === 0 ? [] : [otherColumns(file, first.cells[value] ?? '', others)];
  return { ...(hasHeading ? headingOf(first.cells[value] ?? '') : {}), entries, diagnostics };
}

const otherColumns = (file: string, taken: string, others: readonly string[]): Diagnostic => ({
  code: 'datasets/metric-columns',
  severity: 'info',
  message: `'${file}' has several columns of numbers; '${taken}' is shown, not ${others.map((o) => `'${o}'`).join(', ')}.`,
});

/** Which columns hold names and numbers. The first row is a heading where its value cell is no number. */
function columnsOf(file: string, rows: readonly Row[]) {
  const [first, ...rest] = rows as readonly [Row, ...Row[]];
  const width = Math.max(...rows.slice(0, 100).map((row) => row.cells.length));
  const sample = (rest.length > 0 ? rest : [first]).slice(0, 100);
  const isNumeric = (column: number): boolean => {
    const filled = sample.map((row) => row.cells[column] ?? '').filter((cell) => cell !== '');
    return filled.length > 0 && 2 * filled.filter((cell) => NUMBER_LIKE.test(cell)).length > filled.length;
  };
  const columns = Array.from({ length: width }, (_, i) => i);
  const named = first.cells.findIndex((cell) => LAYER_HEADING.test(cell));
  const layer =
    named >= 0
      ? named
      : Math.max(
          0,
          columns.findIndex((column) => !isNumeric(column)),
        );
  const numeric = columns.filter((column) => column !== layer && isNumeric(column));
  const headed = numeric.find((column) => /^value\b/i.test(first.cells[column] ?? ''));
  const value = headed ?? numeric[0];
  if (value === undefined) throw metricNoNumbers(file);
  const hasHeading = named >= 0 || !NUMBER_LIKE.test(first.cells[value] ?? '');
  const others = hasHeading ? numeric.filter((column) => column !== value).map((c) => first.cells[c] ?? '') : [];
  return { layer, value, hasHeading, others };
}

/** 'latency [ms]', 'latency (ms)' and 'latency / ms' have a unit. A column called 'value' has no title. */
function headingOf(heading: string): { title?: string; unit?: string } {
  const found = /^(.*?)\s*(?:\[([^\]]*)\]|\(([^)]*)\)|\s\/\s*(\S+))$/.exec(heading);
  const title = (found?.[1] ?? heading).trim();
  const unit = (found?.[2] ?? found?.[3] ?? found?.[4] ?? '').trim();
  return { ...(/^values?$/i.test(title) ? {} : { title }), ...(unit === '' ? {} : { unit }) };
}

// Numbers

const NUMBER_LIKE = /^[+-]?(\d[\d.,'\s]*|[.,]\d+)(e[+-]?\d+)?$|^[+-]?(nan|inf(inity)?)$/i;
const GROUPED_BY_COMMA = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const GROUPED_BY_POINT = /^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$/;

/**
 * Reads the cells of one column, which share a decimal mark: a comma where one stands where no thousands can, or where the
 * column has no point and commas do not separate cells; a point otherwise.
 */
function numberReader(cells: readonly string[], separator: Separator): (cell: string) => number | undefined {
  const marked = cells.map(withoutSpaces);
  const hasComma = marked.some((cell) => cell.includes(','));
  const hasPoint = marked.some((cell) => cell.includes('.'));
  const needsComma = marked.some(
    (cell) => (cell.includes(',') && !GROUPED_BY_COMMA.test(cell)) || /\d\.\d{3},\d/.test(cell),
  );
  const isComma = hasComma && (needsComma || (!hasPoint && separator !== ','));
  const grouped = isComma ? GROUPED_BY_POINT : GROUPED_BY_COMMA;
  return (cell) => {
    const text = withoutSpaces(cell);
    if (/^[+-]?nan$/i.test(text)) return Number.NaN;
    if (/^[+-]?inf(inity)?$/i.test(text))
      return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const plain = grouped.test(text) ? text.replaceAll(isComma ? '.' : ',', '') : text;
    if (isComma && plain.includes('.')) return undefined;
    const pointed = isComma ? plain.replace(',', '.') : plain;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(pointed) ? Number(pointed) : undefined;
  };
}

/** Spaces and apostrophes group thousands. */
const withoutSpaces = (cell: string): string => cell.replace(/(?<=\d)[\s'\u2019](?=\d{3}(?!\d))/g, '').trim();

// JSON

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromJson(file: string, text: string): RawMetric {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw metricJson(file, 'it cannot be parsed', cause);
  }
  const isWrapped = isObject(value) && typeof value.values === 'object' && value.values !== null;
  if (!isWrapped) return { entries: entriesOf(file, value), diagnostics: [] };
  const { name, title = name, unit, values } = value as JsonObject;
  return {
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof unit === 'string' ? { unit } : {}),
    entries: entriesOf(file, values),
    diagnostics: [],
  };
}

function entriesOf(file: string, values: unknown): RawMetric['entries'] {
  if (isObject(values))
    return Object.entries(values).map(([layer, value]) => ({
      layer,
      value: numberFrom(file, layer, value),
      where: layer,
    }));
  if (!Array.isArray(values)) throw metricJson(file, 'it holds neither an object nor a list');
  return values.map((item: unknown, i) => {
    const [layer, value] = Array.isArray(item)
      ? item
      : isObject(item)
        ? [item.layer ?? item.node ?? item.name ?? item.id, item.value]
        : [];
    if (typeof layer !== 'string' && typeof layer !== 'number')
      throw metricJson(file, `entry ${i} names no layer: {"layer": …, "value": …} is expected`);
    return { layer: String(layer), value: numberFrom(file, String(layer), value), where: `entry ${i}` };
  });
}

function numberFrom(file: string, layer: string, value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return value;
  throw metricJson(file, `the value of '${layer}' is no number`);
}

// Layers

export interface MatchedMetric {
  /** Values by layer id. */
  readonly matched: ReadonlyMap<NodeId, number>;
  /** Names in the file that belong to no layer, or to more than one. */
  readonly unmatched: readonly string[];
}

/** Layers by every name that a file may call them, each rank with what it makes of a name. */
const RANKS: readonly ((name: string) => readonly string[])[] = [
  (name) => [name],
  (name) => [name.toLowerCase()],
  (name) => endingsOf(name.toLowerCase()),
];

/** A name and what follows each '/', '.' or ':' in it: 'a/b/c', 'b/c', 'c'. */
function endingsOf(name: string): readonly string[] {
  const endings = [name];
  for (const { index } of name.matchAll(/[/.:]/g)) if (index + 1 < name.length) endings.push(name.slice(index + 1));
  return endings;
}

/**
 * The metric's values by layer: by id, then by the name of an output, exactly, in any case, and by the end of the name ('conv1' for
 * 'model/conv1', either way round) where only one layer has it. A layer takes the value that names it best.
 *
 * Throws `datasets/metric-no-match` where nothing matches.
 */
export function matchMetric(
  metric: LayerMetric,
  layers: readonly { readonly id: NodeId; readonly outputs: readonly TensorId[] }[],
): MatchedMetric {
  const matched = new Map<NodeId, number>();
  let open = metric.values;
  for (const names of RANKS) {
    for (const namesOf of [
      (layer: (typeof layers)[number]) => [layer.id],
      (layer: (typeof layers)[number]) => layer.outputs,
    ]) {
      const byName = layersByName(layers, (layer) => namesOf(layer).flatMap(names));
      open = open.filter(({ layer, value }) => {
        const id = names(layer)
          .map((name) => byName.get(name))
          .find((found) => found !== undefined);
        if (id === undefined || id === 'several' || matched.has(id.id)) return true;
        matched.set(id.id, value);
        return false;
      });
    }
  }
  if (matched.size === 0)
    throw metricNoMatch(
      metric.title,
      metric.values.map((v) => v.layer),
      layers.map((l) => l.id),
    );
  const found = layers.flatMap(({ id }) => {
    const value = matched.get(id);
    return value === undefined ? [] : [[id, value] as const];
  });
  return { matched: new Map(found), unmatched: open.map(({ layer }) => layer) };
}

type Layer = Parameters<typeof matchMetric>[1][number];

function layersByName(layers: readonly Layer[], namesOf: (layer: Layer) => readonly string[]) {
  const byName = new Map<string, Layer | 'several'>();
  for (const layer of layers) {
    for (const name of namesOf(layer)) {
      const known = byName.get(name);
      if (known === undefined || known === layer) byName.set(name, layer);
      else byName.set(name, 'several');
    }
  }
  return byName;
}
