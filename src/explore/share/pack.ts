import { canonicalJson } from '../../base/index.ts';
import type { Figure } from '../../ir/index.ts';
import type { DesignPoint } from '../design-point.ts';
import type { Exploration } from '../exploration.ts';
import { designPointId } from '../ids.ts';
import type { Checked } from './checked.ts';
import { badContent } from './errors.ts';
import type { Json, ShareState } from './state.ts';

/**
 * The columnar form inside links. Points become columns, because neighbours in a column are alike and compress well:
 *
 *   columns[0]  bits: per point a row of base-36 digits, weights and activations of each layer, '.' where it equals the row
 *               `back` points before (the one it resembles most): searches vary what they have
 *   settings    what else the choices say, as a column of few distinct values
 *   columns[…]  per objective: whole numbers with a common power of ten, four significant digits
 *   objectives  what the figures say besides their values (provenance, relative interval, formula, source), as columns
 *               of few distinct values
 *
 * Ids are not stored: they follow from the choices. Diagnostics are left out.
 */
const SIGNIFICANT_DIGITS = 4;
/** Decades a column may span and still be whole numbers, which must stay below 2^53. */
const WIDEST = 8;
/** Beyond this many distinct texts the formula and source of an objective are dropped. */
const MOST_TEXTS = 8;

export function pack({ exploration, view }: ShareState) {
  const { points, ...head } = exploration;
  const rows = packBits(points);
  const columns = objectiveIds(points).map((id) => packObjective(id, points));
  return {
    head: plain(head),
    view,
    count: points.length,
    back: rows.back,
    origin: packColumn(points.map((point) => point.origin)),
    settings: packColumn(points.map((point) => settingsOf(point))),
    objectives: columns.map(({ id, exponent, about }) => ({ id, exponent, about })),
    columns: [rows.text, ...columns.map(({ text }) => text)],
  };
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Everything in the choices but the bits. */
function settingsOf({ choices }: DesignPoint): Json {
  const { bits: _bits, ...quantize } = choices.quantize;
  return plain({ ...choices, quantize });
}

/** How far back a row may look for one it resembles. */
const LOOK_BACK = 256;
const SAME = '.';

function packBits(points: readonly DesignPoint[]): { readonly back: readonly number[]; readonly text: string } {
  const rows = points.map((point) => point.choices.quantize.bits.flat().map((bits) => bits.toString(36)));
  const back: number[] = [];
  let text = '';
  rows.forEach((row, i) => {
    let nearest = 0;
    let fewest = row.length;
    for (let b = 1; b <= Math.min(i, LOOK_BACK) && fewest > 0; b++) {
      const other = rows[i - b] as string[];
      const differing = row.reduce((n, digit, k) => n + (digit === other[k] ? 0 : 1), 0);
      if (differing < fewest) {
        fewest = differing;
        nearest = b;
      }
    }
    back.push(nearest);
    const other = rows[i - nearest] as string[];
    text += nearest === 0 ? row.join('') : row.map((digit, k) => (digit === other[k] ? SAME : digit)).join('');
  });
  return { back, text };
}

/** A column of few distinct values: the values, and per point which one; the latter left out if there is only one. */
function packColumn(values: readonly Json[]): Json {
  const distinct = new Map<string, number>();
  const list: Json[] = [];
  const at = values.map((value) => {
    const key = canonicalJson(value);
    const known = distinct.get(key);
    if (known !== undefined) return known;
    distinct.set(key, list.length);
    list.push(value);
    return list.length - 1;
  });
  return list.length <= 1 ? { values: list } : { values: list, at };
}

function unpackColumn(json: Checked, count: number): Checked[] {
  const values = json.get('values').list();
  const at = json.get('at');
  const pick = (index: number): Checked => {
    const value = values[index];
    if (value === undefined) throw badContent(at.path, 'indices of values');
    return value;
  };
  if (!at.present) return Array.from({ length: count }, () => pick(0));
  const indices = at.list();
  if (indices.length !== count) throw badContent(at.path, `${count} entries`);
  return indices.map((index) => pick(index.whole()));
}

const objectiveIds = (points: readonly DesignPoint[]): string[] =>
  [...new Set(points.flatMap((point) => Object.keys(point.objectives)))].sort();

/** The value as it is printed: four significant digits. */
export const printed = (x: number): number => Number(x.toPrecision(SIGNIFICANT_DIGITS));

function packObjective(id: string, points: readonly DesignPoint[]) {
  const figures = points.map((point) => point.objectives[id]);
  const { exponent, numbers } = commonPower(figures.map((figure) => (figure ? printed(figure.value) : null)));
  const same = numbers.length > 0 && numbers.every((n) => n === numbers[0]);
  return {
    id,
    exponent,
    /** One number for all, or one per point with nothing between the commas where it is unknown. */
    text: same ? String(numbers[0] ?? '') : numbers.map((n) => n ?? '').join(),
    about: packColumn(limitTexts(figures.map((figure) => (figure ? aboutOf(figure) : null)))),
  };
}

/** Numbers of four digits as whole numbers times a power of ten; as they are (exponent null) if they lie too far apart. */
function commonPower(values: readonly (number | null)[]) {
  const sizes = values.flatMap((value) => (value ? [Math.abs(value)] : []));
  const magnitude = (x: number): number => Number(x.toExponential().split('e')[1]);
  const least = magnitude(Math.min(...sizes, Number.MAX_VALUE));
  if (sizes.length === 0 || magnitude(Math.max(...sizes)) - least > WIDEST) return { exponent: null, numbers: values };
  const exponent = least - SIGNIFICANT_DIGITS + 1;
  const numbers = values.map((value) => {
    if (value === null) return null;
    const [digits, power] = value.toExponential().split('e');
    return Math.round(Number(`${digits}e${Number(power) - exponent}`));
  });
  return { exponent, numbers };
}

function aboutOf({ value, interval, ...rest }: Figure): { readonly [key: string]: Json } {
  if (!interval || value === 0) return plain(rest) as { readonly [key: string]: Json };
  // Three decimals of the value are finer than any interval is known.
  const relative = interval.map((bound) => Math.round((bound / value) * 1000) / 1000);
  return plain({ ...rest, relative }) as { readonly [key: string]: Json };
}

function limitTexts(abouts: readonly ({ readonly [key: string]: Json } | null)[]): Json[] {
  if (new Set(abouts.map((about) => canonicalJson(about))).size <= MOST_TEXTS) return [...abouts];
  return abouts.map((about) => {
    if (!about) return about;
    const { formula: _formula, source: _source, ...rest } = about;
    return rest;
  });
}

/** The inverse of `pack`, as plain JSON in the form of an `Exploration`: still to be checked. Ids are computed by the caller. */
export function unpack(json: Checked): { readonly exploration: Json; readonly view: Json } {
  const head = json.get('head');
  const count = json.get('count').whole();
  if (count < 0 || count > 1_000_000) throw badContent(`${json.path}.count`, 'a number of points');
  const layers = head.get('layers').list().length;
  const [rows, ...numbers] = json.get('columns').list();
  if (!rows) throw badContent(`${json.path}.columns`, 'columns');
  const bits = unpackBits(rows, json.get('back'), layers, count);
  const origins = unpackColumn(json.get('origin'), count);
  const settings = unpackColumn(json.get('settings'), count);
  const columns = json
    .get('objectives')
    .list()
    .map((column, c) => unpackObjective(column, numbers[c] ?? column.get('numbers'), count));
  const points: Json[] = [];
  for (let i = 0; i < count; i++) {
    const setting = settings[i] as Checked;
    const objectives: Record<string, Json> = {};
    for (const { id, figures } of columns) {
      const figure = figures[i];
      if (figure) objectives[id] = figure;
    }
    points.push({
      id: '',
      choices: {
        ...asRecord(setting),
        quantize: { ...asRecord(setting.get('quantize')), bits: bits[i] as Json },
      },
      objectives,
      origin: (origins[i] as Checked).text(),
      diagnostics: [],
    });
  }
  return { exploration: { ...asRecord(head), points }, view: json.get('view').value ?? null };
}

function asRecord(json: Checked): { readonly [key: string]: Json } {
  return Object.fromEntries(json.entries().map(([key, member]) => [key, member.value as Json]));
}

function unpackBits(rowsText: Checked, backs: Checked, layers: number, count: number): Json[] {
  const text = rowsText.text();
  const back = backs.list();
  const width = 2 * layers;
  if (text.length !== width * count) throw badContent(rowsText.path, `${width * count} digits`);
  if (back.length !== count) throw badContent(backs.path, `${count} entries`);
  const rows: number[][] = [];
  for (let i = 0; i < count; i++) {
    const other = rows[i - (back[i] as Checked).whole()];
    rows.push(
      Array.from(text.slice(i * width, (i + 1) * width), (digit, k) => {
        const bits = digit === SAME ? other?.[k] : Number.parseInt(digit, 36);
        if (bits === undefined || Number.isNaN(bits)) throw badContent(rowsText.path, 'base-36 digits');
        return bits;
      }),
    );
  }
  return rows.map((row) => Array.from({ length: layers }, (_, l) => [row[2 * l] as number, row[2 * l + 1] as number]));
}

function unpackObjective(json: Checked, column: Checked, count: number) {
  const exponent = json.get('exponent').value === null ? undefined : json.get('exponent').whole();
  const split = column.text().split(',');
  const texts = split.length === 1 ? Array.from({ length: count }, () => split[0] as string) : split;
  if (texts.length !== count) throw badContent(column.path, `${count} numbers`);
  const abouts = unpackColumn(json.get('about'), count);
  const figures = texts.map((text, i): Json | undefined => {
    if (text === '') return undefined;
    const value = Number(exponent === undefined ? text : `${text}e${exponent}`);
    if (!Number.isFinite(value)) throw badContent(column.path, 'numbers');
    const { relative: _relative, ...rest } = asRecord(abouts[i] as Checked);
    const relative = (abouts[i] as Checked).get('relative');
    const interval = relative.present ? relative.list().map((bound) => bound.number() * value) : undefined;
    return { ...rest, value, ...(interval ? { interval } : {}) };
  });
  return { id: json.get('id').text(), figures };
}

/** Points with their ids, computed from the choices. */
export function withIds(exploration: Exploration): Exploration {
  return {
    ...exploration,
    points: exploration.points.map((point) => ({ ...point, id: designPointId(exploration, point.choices) })),
  };
}
