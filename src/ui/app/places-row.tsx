import type { ReactElement } from 'react';
import { openDataPanel } from '../actions/data-panel.ts';
import { goTo } from '../actions/navigate.ts';
import { setTarget, targetId, targetOptions } from '../actions/target.ts';
import { inText, middleCut } from '../format/index.ts';
import { useApp } from '../state/store.ts';
import { views } from '../views/index.ts';
import type { View } from '../views/view.ts';
import { Button, Select } from '../widgets/index.ts';

/** The places with live counts; target and data at the right. On a phone the same entries stand at the bottom. */
export function PlacesRow(): ReactElement {
  return (
    <nav className="places" aria-label="Places">
      <div className="places-list">
        {views.map((view) => (
          <PlaceButton key={view.id} view={view} />
        ))}
      </div>
      <TargetAndData />
    </nav>
  );
}

function PlaceButton({ view }: { readonly view: View }): ReactElement {
  const here = useApp((s) => s.page.place === view.id);
  const available = useApp((s) => view.available(s));
  const count = useApp((s) => view.count?.(s));
  return (
    <button
      type="button"
      className="place"
      aria-current={here ? 'page' : undefined}
      aria-disabled={available ? undefined : true}
      title={available ? `Key ${view.key}` : view.reason}
      onClick={() => available && goTo(view.id)}
    >
      {view.title}
      {count !== undefined && <span className="place-count">{count}</span>}
    </button>
  );
}

function TargetAndData(): ReactElement | null {
  const target = useApp((s) => s.session.target);
  const catalog = useApp((s) => s.session.catalog);
  const data = useApp((s) => s.session.data?.reference);
  const view = useApp((s) => s.session.view);
  if (!view) return <span className="places-side caption">{`Paretoscope ${catalog?.toolVersion ?? ''}`.trim()}</span>;
  const options = targetOptions(catalog);
  const current = target ? targetId(target) : '';
  return (
    <div className="places-side">
      {target && (
        <span className="row">
          <span className="faint">Target</span>
          <Select
            label="Target"
            hideLabel
            quiet
            value={current}
            options={options.map((o) => ({ value: o.id, label: o.label }))}
            onChange={(id) => {
              const found = options.find((o) => o.id === id);
              if (found) setTarget(found.target);
            }}
          />
        </span>
      )}
      {data && (
        <span className="row data-name">
          <Button kind="quiet" small onClick={openDataPanel}>
            <span className="faint">Data</span>
            <span className="cut" title={data.name}>
              {middleCut(data.name, 30)}, {inText(data.count, 'count')}
              {data.labelled ? '' : ', no labels'}
            </span>
          </Button>
        </span>
      )}
    </div>
  );
}
