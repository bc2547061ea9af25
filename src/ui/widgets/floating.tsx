import { type ReactElement, type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

const GAP = 4;
const EDGE = 8;

export interface FloatingProps {
  readonly anchor: RefObject<Element | null>;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
  readonly className?: string;
  readonly role?: 'tooltip' | 'dialog' | 'menu';
  readonly label?: string;
  readonly id?: string;
  readonly onPointerEnter?: () => void;
  readonly onPointerLeave?: () => void;
}

/** A layer beside its anchor, kept inside the window. Esc and a press outside close it. */
export function Floating(props: FloatingProps): ReactElement {
  const { anchor, onClose, align = 'start' } = props;
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ left: number; top: number } | undefined>();
  useLayoutEffect(() => {
    const target = anchor.current?.getBoundingClientRect();
    const own = box.current?.getBoundingClientRect();
    if (!target || !own) return;
    const wished = align === 'end' ? target.right - own.width : target.left;
    const left = Math.max(EDGE, Math.min(wished, window.innerWidth - own.width - EDGE));
    const below = target.bottom + GAP;
    const top = below + own.height + EDGE <= window.innerHeight ? below : Math.max(EDGE, target.top - own.height - GAP);
    setAt({ left, top });
  }, [anchor, align]);
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
    };
    const press = (event: PointerEvent): void => {
      const node = event.target as Node;
      if (!box.current?.contains(node) && !anchor.current?.contains(node)) onClose();
    };
    window.addEventListener('keydown', key, true);
    window.addEventListener('pointerdown', press, true);
    return () => {
      window.removeEventListener('keydown', key, true);
      window.removeEventListener('pointerdown', press, true);
    };
  }, [anchor, onClose]);
  return createPortal(
    <div
      ref={box}
      id={props.id}
      role={props.role}
      {...(props.role && props.label ? { 'aria-label': props.label } : {})}
      className={`floating ${props.className ?? ''}`}
      style={at ? { left: at.left, top: at.top } : { left: 0, top: 0, visibility: 'hidden' }}
      onPointerEnter={props.onPointerEnter}
      onPointerLeave={props.onPointerLeave}
    >
      {props.children}
    </div>,
    document.body,
  );
}

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly note?: ReactNode;
  readonly disabledReason?: string;
}

export interface MenuProps {
  /** Words on the button; a chevron follows. */
  readonly title: ReactNode;
  readonly label?: string;
  readonly items: readonly MenuItem[];
  readonly align?: 'start' | 'end';
}

/** A quiet button that opens a list of actions: arrows move, Enter does. */
export function Menu(props: MenuProps): ReactElement {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) list.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [open]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button quiet menu-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.label}
        onClick={() => setOpen(!open)}
      >
        {props.title}
        <svg className="icon" width={10} height={10} viewBox="0 0 10 10" aria-hidden="true">
          <path d="M2,3.5L5,6.5L8,3.5" fill="none" stroke="currentColor" strokeWidth={1.5} />
        </svg>
      </button>
      {open && (
        <Floating anchor={button} onClose={close} align={props.align ?? 'end'} className="menu">
          <div
            ref={list}
            role="menu"
            aria-label={props.label ?? 'Actions'}
            tabIndex={-1}
            onKeyDown={(event) => {
              const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
              if (event.key === 'Tab') close();
              if (!by) return;
              event.preventDefault();
              const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
              const at = items.indexOf(document.activeElement as HTMLElement);
              items[(at + by + items.length) % items.length]?.focus();
            }}
          >
            {props.items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                className="menu-item"
                aria-disabled={item.disabledReason === undefined ? undefined : true}
                onClick={() => {
                  if (item.disabledReason !== undefined) return;
                  close();
                  item.onSelect();
                }}
              >
                <span className="grow">{item.label}</span>
                <span className="caption">{item.disabledReason ?? item.note}</span>
              </button>
            ))}
          </div>
        </Floating>
      )}
    </>
  );
}

const HOVER_MILLISECONDS = 300;

export interface TooltipProps {
  readonly content: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** Name for the focusable trigger, where its text does not say it. */
  readonly label?: string;
}

/** Explains what it wraps: after 300 ms of hover, at once on focus. Its text can be selected; Esc closes. */
export function Tooltip(props: TooltipProps): ReactElement {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const timer = useRef<number | undefined>(undefined);
  const later = (next: boolean, wait: number): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setOpen(next), wait);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={`tooltip-anchor ${props.className ?? ''}`}
        aria-label={props.label}
        aria-expanded={open}
        onPointerEnter={() => later(true, HOVER_MILLISECONDS)}
        onPointerLeave={() => later(false, 150)}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && setOpen(true)}
        onBlur={() => later(false, 0)}
        onClick={(event) => {
          event.stopPropagation();
          window.clearTimeout(timer.current);
          setOpen(true);
        }}
      >
        {props.children}
      </button>
      {open && (
        <Floating
          anchor={anchor}
          onClose={() => setOpen(false)}
          role="tooltip"
          className="tooltip"
          onPointerEnter={() => later(true, 0)}
          onPointerLeave={() => later(false, 150)}
        >
          {props.content}
        </Floating>
      )}
    </>
  );
}
