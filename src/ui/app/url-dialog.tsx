import { type ReactElement, useEffect, useRef, useState } from 'react';
import { CancelledError } from '../../base/index.ts';
import { closeOverlay } from '../actions/navigate.ts';
import { askSize, openUrl, readUrl, type UrlOffer } from '../actions/open-url.ts';
import { problemOf } from '../actions/problems.ts';
import { inText } from '../format/index.ts';
import { Button, Dialog, TextField } from '../widgets/index.ts';

type Step =
  | { readonly at: 'address' }
  | { readonly at: 'asking'; readonly offer: UrlOffer }
  | { readonly at: 'offer'; readonly offer: UrlOffer }
  | { readonly at: 'fetching'; readonly offer: UrlOffer; readonly bytes: number };

/** Opens a model by its address. Every request is agreed to before it is made, with the host and then the size named. */
export function UrlDialog(): ReactElement {
  const [text, setText] = useState('');
  const [step, setStep] = useState<Step>({ at: 'address' });
  const [wrong, setWrong] = useState<string | undefined>();
  const control = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => control.current?.abort(), []);

  const guarded = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    control.current = new AbortController();
    setWrong(undefined);
    try {
      await work(control.current.signal);
    } catch (thrown) {
      setStep({ at: 'address' });
      if (thrown instanceof CancelledError) return;
      const { message, hint } = problemOf(thrown);
      setWrong(`${message} ${hint}`);
    }
  };
  const ask = (): Promise<void> =>
    guarded(async (signal) => {
      const offer = readUrl(text);
      setStep({ at: 'asking', offer });
      setStep({ at: 'offer', offer: await askSize(offer, signal) });
    });
  const get = (offer: UrlOffer): Promise<void> =>
    guarded(async (signal) => {
      setStep({ at: 'fetching', offer, bytes: 0 });
      await openUrl(offer, signal, (bytes) => setStep({ at: 'fetching', offer, bytes }));
      closeOverlay();
    });
  return (
    <Dialog
      title="Open by address"
      onClose={closeOverlay}
      actions={<Actions step={step} text={text} ask={ask} get={get} />}
    >
      <p className="prose">
        The only thing here that makes a request. The host learns your network address and which file you want; nothing
        of yours is sent. What you open is then read in this page as if you had dropped it.
      </p>
      <TextField
        label="Address of a model file"
        value={text}
        onChange={(value) => {
          setText(value);
          setStep({ at: 'address' });
        }}
        onEnter={() => void ask()}
        wrong={wrong}
        mono
      />
      <p className="prose" aria-live="polite">
        <Words step={step} text={text} />
      </p>
    </Dialog>
  );
}

const sizeText = ({ bytes }: UrlOffer): string => (bytes === undefined ? 'unknown size' : inText(bytes, 'fileBytes'));

function Words({ step, text }: { readonly step: Step; readonly text: string }): ReactElement | string {
  switch (step.at) {
    case 'address':
      return text === '' ? '' : hostQuestion(text);
    case 'asking':
      return `Asking ${step.offer.host} for the size of ${step.offer.name}`;
    case 'offer':
      return (
        <>
          <strong className="strong">{step.offer.host}</strong> has {step.offer.name}, {sizeText(step.offer)}.
        </>
      );
    case 'fetching':
      return `${inText(step.bytes, 'fileBytes')} of ${sizeText(step.offer)} from ${step.offer.host}`;
  }
}

/** Names the host while the address is still being typed. */
function hostQuestion(text: string): string {
  try {
    return `First ${readUrl(text).host} is asked for the size: one request.`;
  } catch {
    return 'Not an address yet.';
  }
}

interface ActionsProps {
  readonly step: Step;
  readonly text: string;
  readonly ask: () => Promise<void>;
  readonly get: (offer: UrlOffer) => Promise<void>;
}

function Actions({ step, text, ask, get }: ActionsProps): ReactElement {
  return (
    <>
      {step.at === 'offer' ? (
        <Button kind="primary" onClick={() => void get(step.offer)}>
          Fetch {sizeText(step.offer)} from {step.offer.host}
        </Button>
      ) : (
        <Button
          kind="primary"
          onClick={() => void ask()}
          disabledReason={
            text === '' ? 'type an address first' : step.at === 'address' ? undefined : 'a request is under way'
          }
        >
          Ask for the size
        </Button>
      )}
      <Button onClick={closeOverlay}>Cancel</Button>
    </>
  );
}
