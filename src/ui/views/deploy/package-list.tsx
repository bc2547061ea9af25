import type { ReactElement } from 'react';
import { packageKey, setExporter } from '../../actions/deploy.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Icon, Panel } from '../../widgets/index.ts';

/** The exporters: only packages whose self-test passed carry a size; others say why not. */
export function PackageList({ target, design }: { readonly target: string; readonly design: string }): ReactElement {
  const exporters = useApp((s) => s.session.catalog?.exporters) ?? [];
  return (
    <Panel title="Package" note={`for ${design}`} scroll={false}>
      <ul>
        {exporters.map((exporter) => (
          <li key={exporter.id}>
            <button
              type="button"
              className="package"
              aria-current={exporter.id === target ? 'true' : undefined}
              onClick={() => setExporter(exporter.id)}
            >
              <span className="row between baseline">
                <strong className="package-name">{exporter.name}</strong>
                <PackageWord exporter={exporter.id} />
              </span>
              <span className="caption">{exporter.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function PackageWord({ exporter }: { readonly exporter: string }): ReactElement {
  const state = useApp((s) => {
    const key = packageKey(s, exporter);
    return key === undefined ? undefined : s.deploy.packages[key];
  });
  if (!state) return <span className="caption">not made yet</span>;
  if (state.status === 'running') return <span className="caption">self-test running</span>;
  if (state.status === 'failed') {
    return (
      <span className="row bad fit">
        <Icon name="cross" /> not offered
      </span>
    );
  }
  const { mismatches, vectors } = state.reply.selfTest;
  return (
    <span className="row fit package-word">
      {mismatches === 0 && <span className="secondary">{inText(state.zipBytes, 'bytes')}</span>}
      <span className={mismatches === 0 ? 'ok row fit' : 'bad row fit'}>
        <Icon name={mismatches === 0 ? 'tick' : 'cross'} /> {mismatches} of {vectors} differ
      </span>
    </span>
  );
}
