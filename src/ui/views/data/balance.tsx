import type { ReactElement } from 'react';
import type { DataDescription } from '../../../explore/index.ts';
import { inText } from '../../format/index.ts';
import { Icon } from '../../widgets/index.ts';

type Class = NonNullable<DataDescription['classes']>[number];

const SHORT: Readonly<Record<string, string>> = {
  'calibration of training': 'Calibration',
  training: 'Training',
  validation: 'Validation',
};

/** Samples per class, in all and in each part of training; a bar is the class's share of the largest. */
export function Balance({ description }: { readonly description: DataDescription }): ReactElement {
  const { classes, parts, reference } = description;
  return (
    <section aria-labelledby="data-balance">
      <h3 id="data-balance">Class balance</h3>
      {classes ? (
        <BalanceTable classes={classes} parts={parts} total={reference.count} />
      ) : (
        <p className="secondary">
          The samples have no labels: designs are judged by agreement with the float model, and only an auto-encoder can
          be trained.
        </p>
      )}
      <p className="caption">
        {parts.length > 0
          ? 'Training would divide the set so: no sample is in two parts, equal samples stay together, each class keeps its share. The same data are always divided alike.'
          : reference.recipe
            ? 'Training makes its parts from seeds of their own, so no sample is in two.'
            : ''}
      </p>
    </section>
  );
}

interface TableOf {
  readonly classes: readonly Class[];
  readonly parts: DataDescription['parts'];
  readonly total: number;
}

function BalanceTable({ classes, parts, total }: TableOf): ReactElement {
  const columns = [
    Math.max(...classes.map(({ count }) => count)),
    ...parts.map((_, i) => Math.max(...classes.map(({ counts }) => counts[i] ?? 0))),
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <div className="data-balance scroll" tabIndex={0} role="region" aria-label="Samples per class">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">All</th>
            {parts.map(({ part }) => (
              <th key={part} scope="col">
                {SHORT[part]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map(({ label, name, groups, count, counts }) => (
            <tr key={label}>
              <th scope="row" className="cut" title={groups ? [...groups, name].join(', ') : name}>
                <span className="data-label">{label}</span> {name !== String(label) && name}
                {groups && <span className="data-groups"> {groups.join(', ')}</span>}
              </th>
              {[count, ...counts].map((n, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
                <td key={column}>
                  <Count count={n} most={columns[column] ?? 0} isPart={column > 0} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Sum</th>
            {[total, ...parts.map(({ count }) => count)].map((count, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns never move
              <td key={column}>
                <span className="data-count">
                  <span className="data-number">{inText(count, 'count')}</span>
                </span>
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Count({
  count,
  most,
  isPart,
}: {
  readonly count: number;
  readonly most: number;
  readonly isPart: boolean;
}): ReactElement {
  return (
    <span className="data-count">
      <span className="data-number">{inText(count, 'count')}</span>
      {count === 0 ? (
        <span className="row warn">
          <Icon name="triangle" /> none
        </span>
      ) : (
        <span className={`data-bar${isPart ? '' : ' strong'}`} style={{ width: `${(100 * count) / most}%` }} />
      )}
    </span>
  );
}
