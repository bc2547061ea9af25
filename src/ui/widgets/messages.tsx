import { type ReactElement, type ReactNode, useEffect } from 'react';
import type { Message, Problem } from '../state/types.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

const SHOWN_MILLISECONDS = 8000;

export interface MessageLineProps {
  readonly message: Message | undefined;
  readonly onUndo: () => void;
  readonly onGone: () => void;
}

/** What an action did, for 8 s, with Undo. Never for errors. */
export function MessageLine({ message, onUndo, onGone }: MessageLineProps): ReactElement {
  useEffect(() => {
    if (!message) return;
    const timer = window.setTimeout(onGone, SHOWN_MILLISECONDS);
    return () => window.clearTimeout(timer);
  }, [message, onGone]);
  return (
    <div className="message-place" role="status" aria-live="polite">
      {message && (
        <div className="message">
          <span>{message.text}</span>
          {message.undoable && (
            <button type="button" className="link" onClick={onUndo}>
              Undo
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** A problem as text, for the clipboard: names, shapes and codes only. */
export const problemText = (p: Problem): string =>
  [p.where, p.message, p.hint ? `Do: ${p.hint}` : '', `Code: ${p.code}`].filter(Boolean).join('\n');

export interface ErrorListProps {
  readonly problems: readonly Problem[];
  readonly onShow?: (problem: Problem) => void;
}

/** All problems at once: what, where, why, what to do, a code. */
export function ErrorList({ problems, onShow }: ErrorListProps): ReactElement {
  return (
    <ul className="error-list">
      {problems.map((p) => (
        <li key={`${p.code}-${p.where ?? ''}-${p.message}`} className="error-item">
          <div className="row between baseline">
            <span className="row grow">
              <span className="bad">
                <Icon name="cross" />
              </span>
              {p.where && <span className="mono strong cut">{p.where}</span>}
            </span>
            <span className="mono caption">{p.code}</span>
          </div>
          <p>{p.message}</p>
          {p.hint && (
            <p className="secondary">
              <strong className="strong">Do:</strong> {p.hint}
            </p>
          )}
          <div className="row wide">
            <Button kind="link" onClick={() => void navigator.clipboard?.writeText(problemText(p))}>
              Copy
            </Button>
            {onShow && (
              <Button kind="link" onClick={() => onShow(p)}>
                Show
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

export interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** One primary action, and how long it takes. */
  readonly action?: ReactNode;
  readonly duration?: string;
}

/** One sentence, one action, its duration. */
export function EmptyState(props: EmptyStateProps): ReactElement {
  return (
    <div className="empty">
      <h2>{props.title}</h2>
      {props.children !== undefined && <p className="prose">{props.children}</p>}
      {props.action !== undefined && <div className="row">{props.action}</div>}
      {props.duration && <p className="caption">{props.duration}</p>}
    </div>
  );
}

/** Does it fit: tick, cross, dash, always with the word. */
export function FitWord({ fits }: { readonly fits: 'yes' | 'no' | 'unknown' }): ReactElement {
  if (fits === 'yes') {
    return (
      <span className="row fit ok">
        <Icon name="tick" /> fits
      </span>
    );
  }
  if (fits === 'no') {
    return (
      <span className="row fit bad">
        <Icon name="cross" /> does not fit
      </span>
    );
  }
  return (
    <span className="row fit secondary">
      <Icon name="dash" /> unknown
    </span>
  );
}
