import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly className?: string;
  readonly hideTitle?: boolean;
}

/** A modal layer: focus stays inside, Esc and a press beside it close. */
export function Dialog(props: DialogProps): ReactElement {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the native dialog closes on Esc by itself
    <dialog
      ref={box}
      className={`dialog ${props.className ?? ''}`}
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => event.target === box.current && props.onClose()}
    >
      <div className="dialog-body">
        {!props.hideTitle && <h2>{props.title}</h2>}
        {props.children}
        {props.actions !== undefined && <div className="row dialog-actions">{props.actions}</div>}
      </div>
    </dialog>
  );
}
