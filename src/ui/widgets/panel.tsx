import { type ReactElement, type ReactNode, useId } from 'react';

export interface PanelProps {
  readonly title: string;
  /** File names and node names are set in mono. */
  readonly mono?: boolean;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** Padding of 12 px around the body. */
  readonly padded?: boolean;
  readonly scroll?: boolean;
}

/** A region with a 32 px head; regions meet at hairlines that the place draws. F6 moves between panels. */
export function Panel(props: PanelProps): ReactElement {
  const id = useId();
  const body = `panel-body${props.padded ? ' padded' : ''}${props.scroll === false ? '' : ' scroll'}`;
  return (
    <section className={`panel ${props.className ?? ''}`} aria-labelledby={id} data-panel tabIndex={-1}>
      <header className="panel-head">
        <h2 id={id} className={`panel-title${props.mono ? ' mono' : ''}`}>
          {props.title}
        </h2>
        {props.note !== undefined && <span className="panel-note cut">{props.note}</span>}
        {props.actions !== undefined && <div className="panel-actions">{props.actions}</div>}
      </header>
      <div className={body}>{props.children}</div>
    </section>
  );
}

/** A label and a value on one line, in lists of facts. */
export function Fact({ label, children }: { readonly label: ReactNode; readonly children: ReactNode }): ReactElement {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
