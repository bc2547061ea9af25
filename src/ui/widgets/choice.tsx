import { type KeyboardEvent, type ReactElement, type ReactNode, useId } from 'react';
import { Icon } from './icons.tsx';

export interface Option<T extends string | number> {
  readonly value: T;
  readonly label: string;
  /** Greyed text after the label. */
  readonly note?: string;
}

export interface SelectProps<T extends string | number> {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly quiet?: boolean;
  readonly small?: boolean;
  readonly disabled?: boolean;
}

/** A native select, drawn as in look.md: keyboard, touch and screen readers come with it. */
export function Select<T extends string | number>(props: SelectProps<T>): ReactElement {
  const id = useId();
  return (
    <span className={`field${props.hideLabel ? '' : ' labelled'}`}>
      <label htmlFor={id} className={props.hideLabel ? 'sr-only' : 'field-label'}>
        {props.label}
      </label>
      <span className={`select${props.quiet ? ' quiet' : ''}${props.small ? ' small' : ''}`}>
        <select
          id={id}
          value={String(props.value)}
          disabled={props.disabled}
          onChange={(event) => {
            const found = props.options.find((o) => String(o.value) === event.target.value);
            if (found) props.onChange(found.value);
          }}
        >
          {props.options.map((o) => (
            <option key={String(o.value)} value={String(o.value)}>
              {o.note ? `${o.label}  ${o.note}` : o.label}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </span>
  );
}

export interface SegmentedProps<T extends string | number> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
}

/** A row of exclusive choices: one tab stop, arrows choose. */
export function Segmented<T extends string | number>(props: SegmentedProps<T>): ReactElement {
  const step = (event: KeyboardEvent<HTMLElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = props.options.findIndex((o) => o.value === props.value);
    const next = props.options[(at + by + props.options.length) % props.options.length];
    if (!next) return;
    props.onChange(next.value);
    const buttons = event.currentTarget.querySelectorAll('button');
    buttons[(at + by + props.options.length) % props.options.length]?.focus();
  };
  return (
    <div className="segmented" role="radiogroup" aria-label={props.label} onKeyDown={step}>
      {props.options.map((o) => (
        <button
          key={String(o.value)}
          type="button"
          role="radio"
          aria-checked={o.value === props.value}
          tabIndex={o.value === props.value ? 0 : -1}
          onClick={() => props.onChange(o.value)}
        >
          {o.label}
          {o.note !== undefined && <span className="segmented-note">{o.note}</span>}
        </button>
      ))}
    </div>
  );
}

export interface CheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}

export function Checkbox(props: CheckboxProps): ReactElement {
  return (
    <label className="checkbox">
      <input type="checkbox" checked={props.checked} onChange={(e) => props.onChange(e.target.checked)} />
      <span className="grow">{props.children}</span>
      {props.note !== undefined && <span className="faint">{props.note}</span>}
    </label>
  );
}

export interface TextFieldProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onEnter?: () => void;
  readonly unit?: string;
  readonly placeholder?: string;
  /** What is wrong with the value, shown under it. */
  readonly wrong?: string | undefined;
  readonly type?: 'text' | 'number' | 'url' | 'search';
  readonly mono?: boolean;
  readonly readOnly?: boolean;
  readonly width?: number;
}

export function TextField(props: TextFieldProps): ReactElement {
  const id = useId();
  const wrong = props.wrong !== undefined;
  return (
    <span className={`field${props.hideLabel ? '' : ' labelled'}`}>
      <label htmlFor={id} className={props.hideLabel ? 'sr-only' : 'field-label'}>
        {props.label}
      </label>
      <span className={`text-field${wrong ? ' wrong' : ''}`} style={props.width ? { width: props.width } : undefined}>
        <input
          id={id}
          className={props.mono ? 'mono' : undefined}
          type={props.type ?? 'text'}
          value={props.value}
          readOnly={props.readOnly}
          placeholder={props.placeholder}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={wrong || undefined}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onChange={(e) => props.onChange(e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && props.onEnter?.()}
        />
        {props.unit !== undefined && <span className="faint">{props.unit}</span>}
      </span>
      {wrong && (
        <span id={`${id}-wrong`} className="field-wrong">
          <Icon name="cross" /> {props.wrong}
        </span>
      )}
    </span>
  );
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly { readonly id: T; readonly title: string; readonly note?: string }[];
  readonly onChange: (id: T) => void;
  readonly children: ReactNode;
}

/** Panels of one place as tabs (600–899 px): arrows move, the panel follows. */
export function Tabs<T extends string>(props: TabsProps<T>): ReactElement {
  const id = useId();
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (!by) return;
    const at = (props.tabs.findIndex((t) => t.id === props.value) + by + props.tabs.length) % props.tabs.length;
    const tab = props.tabs[at];
    if (tab) props.onChange(tab.id);
    event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[at]?.focus();
  };
  return (
    <div className="tabs">
      <div role="tablist" aria-label={props.label} className="tab-list" onKeyDown={move}>
        {props.tabs.map((t) => (
          <button
            key={t.id}
            id={`${id}-${t.id}`}
            type="button"
            role="tab"
            aria-selected={t.id === props.value}
            aria-controls={`${id}-panel`}
            tabIndex={t.id === props.value ? 0 : -1}
            onClick={() => props.onChange(t.id)}
          >
            {t.title} {t.note !== undefined && <span className="caption">{t.note}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${props.value}`} className="tab-panel">
        {props.children}
      </div>
    </div>
  );
}
