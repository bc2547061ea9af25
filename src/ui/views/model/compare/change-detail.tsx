import type { ReactElement } from 'react';
import { StateSign } from './compare-columns.tsx';
import { type CompareRow, subjectOf } from './compare-rows.ts';

/** What changed in the selected layer, each thing with what it was and what it is. */
export function ChangeDetail({ row }: { readonly row: CompareRow }): ReactElement {
  const name = row.after ?? row.before ?? '';
  const words = {
    added: 'only in the model after',
    removed: 'only in the model before',
    changed: row.changes.length === 1 ? '1 change' : `${row.changes.length} changes`,
    same: 'the same in both',
  }[row.state];
  return (
    <section className="change-detail scroll" aria-label={`Changes of ${name}`}>
      <h3 className="row baseline">
        <StateSign state={row.state} />
        <span className="mono grow">{name}</span>
        <span className="caption nowrap">{words}</span>
      </h3>
      {row.changes.length > 0 && (
        <dl>
          {row.changes.map((change) => (
            <div key={`${change.what} ${change.name}`} className="change">
              <dt>{subjectOf(change)}</dt>
              <dd className="mono">
                {change.before === undefined ? <span className="faint">none</span> : <del>{change.before}</del>} →{' '}
                {change.after === undefined ? <span className="faint">none</span> : <ins>{change.after}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {row.notCompared.length > 0 && (
        <p className="caption">Too large to compare element by element: {row.notCompared.join(', ')}.</p>
      )}
    </section>
  );
}
