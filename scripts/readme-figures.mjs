// Writes the figures of public/bench/*.json between the markers of README.md: `node scripts/readme-figures.mjs`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const OPEN = '<!-- figures -->';
const CLOSE = '<!-- /figures -->';
/** As the measures are listed; suites that are not named here follow. */
const ORDER = ['verdict', 'engine', 'explore', 'search', 'load'];

/** Every record of a folder, in the order of the table. */
export function readRecords(folder = resolve(root, 'public/bench')) {
  if (!existsSync(folder)) return [];
  const records = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(resolve(folder, name), 'utf8')));
  const place = ({ suite }) => (ORDER.includes(suite) ? ORDER.indexOf(suite) : ORDER.length);
  return records.sort((a, b) => place(a) - place(b) || a.suite.localeCompare(b.suite));
}

/** Three significant digits, whole numbers whole. */
const digits = (value) =>
  Number.isInteger(value) || Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(3);
const withUnit = (value, unit) => (unit ? `${digits(value)} ${unit}` : digits(value));
/** What cannot stand in a cell of a table. */
const cell = (text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

/** The block between the markers: one row per figure, then on which machine and how busy it was. */
export function figuresBlock(records) {
  const rows = records.flatMap(({ results }) => results.map(rowOf));
  if (rows.length === 0) return '';
  const machines = new Map();
  for (const { machine, date, loadAverage, suite } of records) {
    const where = `${machine}, ${date}`;
    machines.set(where, [...(machines.get(where) ?? []), `${suite} ${loadAverage ?? '?'}`]);
  }
  const notes = [...machines].map(
    ([where, suites]) => `${where}. Load average when each suite began: ${suites.join(', ')}.`,
  );
  return ['| measure | median | runs | goal | peer |', '| --- | --- | --- | --- | --- |', ...rows, '', ...notes].join(
    '\n',
  );
}

function rowOf({ name, unit, median, runs, reference, peer, ratio, goal }) {
  const aim = goal
    ? `${goal.operator === '<=' ? '≤' : '≥'} ${goal.value}${goal.of === 'ratio' ? ' ×' : unit && ` ${unit}`}${goal.met ? '' : ', **missed**'}`
    : '';
  const against =
    reference === undefined
      ? ''
      : `${peer ?? 'peer'} ${withUnit(reference, unit)}${ratio === undefined ? '' : ` (${ratio.toFixed(2)} ×)`}`;
  return `| ${cell(name)} | ${withUnit(median, unit)} | ${runs} | ${aim} | ${cell(against)} |`;
}

/** The text between the markers of a README; undefined if it has none. */
export function blockOf(readme) {
  const from = readme.indexOf(OPEN);
  const to = readme.indexOf(CLOSE, from);
  return from < 0 || to < 0 ? undefined : readme.slice(from + OPEN.length, to).trim();
}

/** The README with this block; unchanged if it has no markers. */
export function replaceFigures(readme, block) {
  if (blockOf(readme) === undefined) return readme;
  const from = readme.indexOf(OPEN) + OPEN.length;
  return `${readme.slice(0, from)}\n${block}\n${readme.slice(readme.indexOf(CLOSE, from))}`;
}

if (process.argv[1] === import.meta.filename) {
  const path = resolve(root, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const written = replaceFigures(readme, figuresBlock(readRecords()));
  if (blockOf(readme) === undefined) console.log(`README.md has no markers ${OPEN} … ${CLOSE}: nothing was written.`);
  else if (written !== readme) writeFileSync(path, written);
}
