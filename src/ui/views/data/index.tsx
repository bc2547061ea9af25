import { type ReactElement, useEffect } from 'react';
import type { DataDescription } from '../../../explore/index.ts';
import { dataDescription, describedKey, describeOpenData } from '../../actions/data-panel.ts';
import { closeOverlay } from '../../actions/navigate.ts';
import { chooseFiles, chooseFolder } from '../../actions/open-files.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Dialog, Icon } from '../../widgets/index.ts';
import { Balance } from './balance.tsx';
import './data.css';
import { MadeData } from './made-data.tsx';
import { Previews } from './previews.tsx';
import { RefusedData } from './refused-data.tsx';
import { SettingsForm } from './settings-form.tsx';
import { Values } from './values.tsx';

/** What the open data hold: previews, class balance of each part, layout and normalization, what was noticed. */
export function DataPanel(): ReactElement {
  const key = useApp(describedKey);
  const status = useApp((s) => s.dataPanel.status);
  const version = useApp((s) => s.dataPanel.version);
  const reference = useApp((s) => s.session.data?.reference);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other data are described anew
  useEffect(() => void describeOpenData(), [key]);
  const description = dataDescription();
  return (
    <Dialog title="Data" onClose={closeOverlay} className="data-dialog">
      <div className="row wrap baseline data-name-line">
        <span className="strong cut" title={reference?.name}>
          {reference?.name ?? 'No data'}
        </span>
        {reference && (
          <span className="secondary">
            {inText(reference.count, 'count')} judge designs, {reference.labelled ? 'labelled' : 'no labels'}
            {reference.origin === 'generated' ? ', made from the shapes of the inputs' : ''}
          </span>
        )}
        <span className="data-actions row">
          <Button small onClick={chooseFiles}>
            Choose files
          </Button>
          <Button small onClick={chooseFolder}>
            Choose a folder of pictures
          </Button>
          <Button small onClick={closeOverlay}>
            Close
          </Button>
        </span>
      </div>
      <RefusedData />
      {description ? (
        <Described key={version} description={description} />
      ) : (
        status !== 'failed' && (
          <p className="caption data-waiting" role="status">
            Reading and counting the samples
          </p>
        )
      )}
    </Dialog>
  );
}

function Described({ description }: { readonly description: DataDescription }): ReactElement {
  return (
    <div className="data-columns">
      <div className="data-left">
        <Previews description={description} />
        <Balance description={description} />
      </div>
      <div className="data-right">
        <Values description={description} />
        <SettingsForm description={description} />
        <MadeData description={description} />
        <Notices description={description} />
      </div>
    </div>
  );
}

/** Warnings first; everything that was noticed while reading. */
function Notices({ description }: { readonly description: DataDescription }): ReactElement | null {
  const { diagnostics } = description;
  if (diagnostics.length === 0) return null;
  const ordered = [...diagnostics].sort((a, b) => Number(a.severity === 'info') - Number(b.severity === 'info'));
  return (
    <section aria-labelledby="data-notices">
      <h3 id="data-notices">Noticed while reading</h3>
      <ul className="data-notices">
        {ordered.map(({ code, severity, message }) => (
          <li key={code + message} className="row">
            {severity === 'info' ? (
              <span aria-hidden="true">·</span>
            ) : (
              <span className="warn">
                <Icon name="triangle" />
              </span>
            )}
            <span className={severity === 'info' ? 'secondary' : undefined}>{message}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
