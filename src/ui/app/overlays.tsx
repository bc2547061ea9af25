import { type ReactElement, Suspense, useState } from 'react';
import { closeOverlay, setSettings } from '../actions/navigate.ts';
import { openLink } from '../actions/open-link.ts';
import { useApp } from '../state/store.ts';
import { DataPanel } from '../views/index.ts';
import { Button, Checkbox, Dialog, Key, Segmented, TextField } from '../widgets/index.ts';
import { About } from './about.tsx';
import { keyList } from './keys.ts';
import { Palette } from './palette.tsx';
import { SharePanel } from './share-panel.tsx';
import { UrlDialog } from './url-dialog.tsx';

/** The one layer that may lie over the page. */
export function Overlays(): ReactElement | null {
  const overlay = useApp((s) => s.page.overlay);
  switch (overlay) {
    case 'palette':
      return <Palette />;
    case 'keys':
      return <KeysDialog />;
    case 'link':
      return <LinkDialog />;
    case 'url':
      return <UrlDialog />;
    case 'share':
      return (
        <Dialog title="Share" onClose={closeOverlay} className="share-dialog">
          <SharePanel />
        </Dialog>
      );
    case 'data':
      return (
        <Suspense fallback={null}>
          <DataPanel />
        </Suspense>
      );
    case 'settings':
      return <SettingsDialog />;
    case 'about':
      return <About />;
    default:
      return null;
  }
}

function KeysDialog(): ReactElement {
  const on = useApp((s) => s.settings.singleKeys);
  return (
    <Dialog title="Keys" onClose={closeOverlay} className="keys-dialog">
      <div className="keys-columns">
        {keyList.map((group) => (
          <section key={group.group}>
            <h3>{group.group}</h3>
            <dl className="keys-list">
              {group.keys.map(([key, does]) => (
                <div key={key} className="contents">
                  <dt>
                    <Key>{key}</Key>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Checkbox checked={on} onChange={(singleKeys) => setSettings({ singleKeys })}>
        Single keys (they are inactive while typing)
      </Checkbox>
    </Dialog>
  );
}

function LinkDialog(): ReactElement {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string | undefined>();
  const open = async (): Promise<void> => {
    const problem = await openLink(text);
    if (problem) setWrong(`${problem.message} ${problem.hint}`);
    else closeOverlay();
  };
  return (
    <Dialog
      title="Open a link"
      onClose={closeOverlay}
      actions={
        <>
          <Button kind="primary" onClick={() => void open()} disabledReason={text ? undefined : 'paste a link first'}>
            Open
          </Button>
          <Button onClick={closeOverlay}>Keep what is open</Button>
        </>
      }
    >
      <p className="prose">
        A link of Paretoscope holds choices and points, never weights. It is read here; no request is made.
      </p>
      <TextField label="Link" value={text} onChange={setText} onEnter={() => void open()} wrong={wrong} mono />
    </Dialog>
  );
}

function SettingsDialog(): ReactElement {
  const settings = useApp((s) => s.settings);
  return (
    <Dialog title="Settings" onClose={closeOverlay}>
      <div className="stack wide">
        <div className="row between">
          Theme
          <Segmented
            label="Theme"
            value={settings.theme}
            options={[
              { value: 'system', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            onChange={(theme) => setSettings({ theme })}
          />
        </div>
        <div className="row between">
          Density
          <Segmented
            label="Density"
            value={settings.density}
            options={[
              { value: 'default', label: 'Default' },
              { value: 'roomy', label: 'Roomy' },
            ]}
            onChange={(density) => setSettings({ density })}
          />
        </div>
        <Checkbox checked={settings.singleKeys} onChange={(singleKeys) => setSettings({ singleKeys })}>
          Single-key shortcuts
        </Checkbox>
      </div>
    </Dialog>
  );
}
