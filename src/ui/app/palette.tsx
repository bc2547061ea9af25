import { type KeyboardEvent, type ReactElement, useEffect, useId, useMemo, useRef, useState } from 'react';
import { closeOverlay } from '../actions/navigate.ts';
import { useApp } from '../state/store.ts';
import { Dialog, Key } from '../widgets/index.ts';
import { type Entry, entriesFor, type Group, groups } from './palette-entries.ts';
import { matchOf } from './palette-match.ts';

const MAX_PER_GROUP = 6;

/** Finds and does: actions (`>`), layers (`@`), points (`#`), or all of them. */
export function Palette(): ReactElement {
  const state = useApp((s) => s);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => entriesFor(state), [state]);
  const found = useMemo(() => search(entries, text), [entries, text]);
  const shown = found.flatMap((g) => g.entries);
  const active = Math.min(at, Math.max(0, shown.length - 1));
  useEffect(() => {
    list.current?.querySelector(`#${CSS.escape(`${id}-${active}`)}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, id]);
  const run = (entry: Entry | undefined): void => {
    if (!entry || entry.disabledReason !== undefined) return;
    closeOverlay();
    entry.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setAt((active + (event.key === 'ArrowDown' ? 1 : -1) + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(shown[active]);
    }
  };
  return (
    <Dialog title="Find or run a command" hideTitle onClose={closeOverlay} className="palette">
      <div className="palette-input">
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={shown.length ? `${id}-${active}` : undefined}
          aria-label="Find or run a command"
          placeholder="Find or run a command"
          value={text}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <Key>Esc</Key>
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className="palette-list scroll">
        {shown.length === 0 && (
          <p className="palette-none secondary">Nothing is called “{text.replace(/^[>@#]/, '')}”.</p>
        )}
        {found.map((group) => (
          <div key={group.id} role="group" aria-label={group.title} className="palette-group">
            {group.entries.map((entry, i) => (
              <PaletteRow
                key={entry.id}
                id={`${id}-${shown.indexOf(entry)}`}
                entry={entry}
                words={text.replace(/^[>@#]\s*/, '')}
                title={i === 0 ? group.title : ''}
                active={shown.indexOf(entry) === active}
                onRun={() => run(entry)}
              />
            ))}
          </div>
        ))}
      </div>
      <div className="palette-foot">
        <span>
          <Key>↑</Key> <Key>↓</Key> move
        </span>
        <span>
          <Key>Enter</Key> do
        </span>
        <span>
          <Key>&gt;</Key> actions only
        </span>
        <span>
          <Key>@</Key> layers
        </span>
        <span>
          <Key>#</Key> points
        </span>
        <span className="palette-count">
          {shown.length} of {entries.length}
        </span>
      </div>
    </Dialog>
  );
}

interface PaletteRowProps {
  readonly id: string;
  readonly entry: Entry;
  readonly words: string;
  readonly title: string;
  readonly active: boolean;
  readonly onRun: () => void;
}

function PaletteRow({ id, entry, words, title, active, onRun }: PaletteRowProps): ReactElement {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's, which points here by aria-activedescendant
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      aria-disabled={entry.disabledReason !== undefined || undefined}
      className="palette-row"
      onClick={onRun}
    >
      <span className="palette-title">{title}</span>
      <span className="grow cut">
        <Marked text={entry.title} words={words} /> <span className="secondary">{entry.detail}</span>
      </span>
      <span className="caption nowrap">{entry.disabledReason ?? entry.value}</span>
    </div>
  );
}

/** The text with the letters that were found underlined. */
function Marked({ text, words }: { readonly text: string; readonly words: string }): ReactElement {
  const at = words ? text.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </>
  );
}

interface FoundGroup extends Group {
  readonly entries: readonly Entry[];
}

function search(entries: readonly Entry[], text: string): FoundGroup[] {
  const only = groups.find((g) => g.prefix !== '' && text.startsWith(g.prefix));
  const words = only ? text.slice(1).trim() : text.trim();
  return groups.flatMap((group) => {
    if (only && only !== group) return [];
    const limit = only ? 200 : MAX_PER_GROUP + (words ? 0 : 4);
    const scored = entries
      .filter((e) => e.group === group.id)
      .map((entry) => ({ entry, score: matchOf(entry, words) }))
      .filter((s) => s.score > 0)
      .sort((a, b) => b.score - a.score);
    return scored.length ? [{ ...group, entries: scored.slice(0, limit).map((s) => s.entry) }] : [];
  });
}
