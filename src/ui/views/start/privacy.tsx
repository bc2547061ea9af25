import { type ReactElement, useState } from 'react';
import { openOverlay } from '../../actions/navigate.ts';
import { deleteStored } from '../../actions/persist.ts';
import { commandKey } from '../../app/keys.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Dialog, Fact, Key } from '../../widgets/index.ts';

/** Four facts that can be checked. */
export function Privacy(): ReactElement {
  const requests = useApp((s) => s.page.requests);
  const recent = useApp((s) => s.page.recent);
  const bytes = useApp((s) => s.page.storedBytes);
  const [asking, ask] = useState(false);
  const stored = `${recent.length} explorations${bytes === undefined ? '' : `, ${inText(bytes, 'fileBytes')}`}`;
  return (
    <section className="privacy" aria-labelledby="privacy-title">
      <h2 id="privacy-title">Nothing leaves this page</h2>
      <p className="prose">
        Models, data and results stay in this browser. The page may only talk to the address it came from, and sets no
        cookies.
      </p>
      <dl className="fact-list">
        <Fact label="Requests since load">{requests}</Fact>
        <Fact label="Allowed to connect to">this address only</Fact>
        <Fact label="Cookies, analytics">none</Fact>
        <Fact label="Stored in this browser">{stored}</Fact>
      </dl>
      <Button kind="link" onClick={() => openOverlay('about')}>
        How this is tested
      </Button>{' '}
      <Button
        kind="link"
        onClick={() => ask(true)}
        disabledReason={recent.length > 0 ? undefined : 'nothing is stored'}
      >
        Delete stored data
      </Button>
      {asking && (
        <Dialog
          title={`Delete ${recent.length} stored explorations?`}
          onClose={() => ask(false)}
          actions={
            <>
              <Button
                kind="primary"
                onClick={() => {
                  ask(false);
                  void deleteStored();
                }}
              >
                Delete them
              </Button>
              <Button onClick={() => ask(false)}>Keep them</Button>
            </>
          }
        >
          <p className="prose">
            They and the models stored with them are removed from this browser. This cannot be undone.
          </p>
        </Dialog>
      )}
    </section>
  );
}

export function KeyHints(): ReactElement {
  return (
    <section className="key-hints" aria-labelledby="keys-title">
      <h3 id="keys-title">Keyboard</h3>
      <p className="row wrap wide">
        <span>
          <Key>O</Key> open
        </span>
        <span>
          <Key>{commandKey} K</Key> command
        </span>
        <span>
          <Key>1</Key>–<Key>8</Key> places
        </span>
        <span>
          <Key>?</Key> all keys
        </span>
      </p>
    </section>
  );
}
