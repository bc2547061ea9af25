import type { ChartTable } from '../../../charts/index.ts';
import { type CompareMetric, type CompareRow, differenceOf, subjectOf } from './compare-rows.ts';

const METRICS: readonly (readonly [CompareMetric, string])[] = [
  ['macs', 'macs'],
  ['params', 'params'],
  ['weightBytes', 'weight_bytes'],
  ['outputElements', 'output_elements'],
  ['latency', 'latency_seconds'],
];

/** The whole comparison with every metric; what is not known is empty. */
export function comparisonTable(rows: readonly CompareRow[]): ChartTable {
  return {
    caption: 'Compared layers',
    columns: [
      'state',
      'before',
      'after',
      'operator',
      'changes',
      ...METRICS.flatMap(([, name]) => [`${name}_before`, `${name}_after`, `${name}_difference`]),
    ],
    rows: rows.map((row) => [
      row.state,
      row.before,
      row.after,
      row.operator,
      row.changes.map((c) => `${subjectOf(c)}: ${c.before ?? 'none'} → ${c.after ?? 'none'}`).join('; '),
      ...METRICS.flatMap(([metric]) => [
        row.metrics.before[metric],
        row.metrics.after[metric],
        differenceOf(row, metric),
      ]),
    ]),
  };
}
