import { type ReactElement, useRef } from 'react';
import { closeOverlay, openOverlay, redoStep, setSettings, undoStep } from '../actions/navigate.ts';
import { fingerprint, inText, middleCut } from '../format/index.ts';
import { useApp } from '../state/store.ts';
import { Button, Floating, Icon, Key, Mark, ProgressBar, Select } from '../widgets/index.ts';
import { JobsPopover } from './jobs-popover.tsx';
import { commandKey } from './keys.ts';

/** Name of the model, undo, command field, jobs, requests since load, share, theme. */
export function TopBar(): ReactElement {
  return (
    <header className="top-bar">
      <span className="brand">
        <Mark />
        <span className="brand-name">Paretoscope</span>
      </span>
      <ModelName />
      <div className="top-actions">
        <UndoRedo />
        <button type="button" className="command-field" onClick={() => openOverlay('palette')}>
          <span className="grow">
            Find<span className="command-rest"> or run a command</span>
          </span>
          <Key>{commandKey} K</Key>
        </button>
        <JobsButton />
        <Requests />
        <ShareButton />
        <ThemeSelect />
      </div>
    </header>
  );
}

function ModelName(): ReactElement {
  const view = useApp((s) => s.session.view);
  const reference = useApp((s) => s.session.view?.reference ?? s.session.wanted);
  if (!reference) return <span className="model-name secondary">No model open</span>;
  return (
    <span className="model-name">
      <strong className="strong cut">{middleCut(reference.name, 40)}</strong>
      <span className="mono caption">{fingerprint(reference.sha256)}</span>
      <span className="caption model-facts">
        {view
          ? `opset ${view.opset} · ${view.totals.nodes} nodes · ${inText(reference.bytes, 'fileBytes')}`
          : 'from a link; the file is not here'}
      </span>
    </span>
  );
}

function UndoRedo(): ReactElement {
  const last = useApp((s) => s.history.past.at(-1)?.label);
  const next = useApp((s) => s.history.future[0]?.label);
  return (
    <span className="row undo">
      <Button kind="quiet" onClick={undoStep} disabledReason={last === undefined ? 'nothing to undo' : undefined}>
        {last === undefined ? (
          'Undo'
        ) : (
          <span>
            Undo<span className="sr-only">: {last}</span>
          </span>
        )}
        <span aria-hidden="true">
          <Key>{commandKey} Z</Key>
        </span>
      </Button>
      <span className="redo">
        <Button kind="quiet" onClick={redoStep} disabledReason={next === undefined ? 'nothing to redo' : undefined}>
          <span>Redo{next !== undefined && <span className="sr-only">: {next}</span>}</span>
        </Button>
      </span>
    </span>
  );
}

function JobsButton(): ReactElement {
  const list = useApp((s) => s.jobs.list);
  const open = useApp((s) => s.page.overlay === 'jobs');
  const anchor = useRef<HTMLButtonElement>(null);
  const running = list.filter(({ state }) => state === 'running' || state === 'paused');
  const first = running.find(({ state }) => state === 'running') ?? running[0];
  const words =
    running.length === 0
      ? list.length === 0
        ? 'No jobs'
        : 'Jobs'
      : `${running.length} job${running.length > 1 ? 's' : ''}${first?.state === 'paused' ? ', paused' : ''}`;
  const percent = first && first.total > 0 ? Math.round((first.done / first.total) * 100) : undefined;
  return (
    <span className="top-item jobs-item">
      <Button ref={anchor} kind="quiet" expanded={open} onClick={() => (open ? closeOverlay() : openOverlay('jobs'))}>
        {words}
        {first && (
          <span className="jobs-bar" aria-hidden="true">
            <ProgressBar label={first.title} done={first.done} total={first.total} thin />
          </span>
        )}
        {percent !== undefined && <span>{`${percent}\u202f%`}</span>}
      </Button>
      {open && (
        <Floating
          anchor={anchor}
          onClose={closeOverlay}
          align="end"
          role="dialog"
          label="Jobs"
          className="jobs-popover"
        >
          <JobsPopover />
        </Floating>
      )}
    </span>
  );
}

function Requests(): ReactElement {
  const requests = useApp((s) => s.page.requests);
  return (
    <span
      className="top-item requests"
      title="Network requests since the page finished loading, as the browser counts them. The page may only reach the address it came from; a model by its address is fetched after you agreed to its host."
    >
      <span className="ok">
        <Icon name="tick" />
      </span>
      {requests} {requests === 1 ? 'request' : 'requests'}
      <span className="requests-note">, nothing sent</span>
    </span>
  );
}

function ShareButton(): ReactElement {
  const possible = useApp((s) => s.session.view !== undefined || s.exploration.points.length > 0);
  return (
    <span className="top-item share-item">
      <Button
        kind="quiet"
        onClick={() => openOverlay('share')}
        disabledReason={possible ? undefined : 'open a model first'}
      >
        Share
      </Button>
    </span>
  );
}

function ThemeSelect(): ReactElement {
  const theme = useApp((s) => s.settings.theme);
  return (
    <span className="top-item theme-item">
      <Select
        label="Theme"
        hideLabel
        quiet
        value={theme}
        options={[
          { value: 'system', label: 'System' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
        onChange={(value) => setSettings({ theme: value })}
      />
    </span>
  );
}
