import type { ReactElement, ReactNode, Ref } from 'react';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick: () => void;
  /** One primary action per view; quiet ones have no border until hovered; links stand in text. */
  readonly kind?: 'primary' | 'default' | 'quiet' | 'link';
  readonly small?: boolean;
  /** Why it cannot be used now. It stays focusable, so that the reason can be read. */
  readonly disabledReason?: string | undefined;
  readonly label?: string | undefined;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly wide?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button whose words say the result: 'Cancel, keep 412'. */
export function Button(props: ButtonProps): ReactElement {
  const { kind = 'default', disabledReason } = props;
  const name = kind === 'link' ? 'link' : `button ${kind}${props.small ? ' small' : ''}${props.wide ? ' wide' : ''}`;
  return (
    <button
      ref={props.ref}
      type="button"
      className={name}
      aria-disabled={disabledReason === undefined ? undefined : true}
      title={disabledReason}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      onClick={() => disabledReason === undefined && props.onClick()}
    >
      {props.children}
    </button>
  );
}

export const Key = ({ children }: { readonly children: ReactNode }): ReactElement => (
  <kbd className="key">{children}</kbd>
);

export interface TagProps {
  readonly children: ReactNode;
  readonly kind?: 'plain' | 'front' | 'draft' | 'letter';
}
export const Tag = ({ children, kind = 'plain' }: TagProps): ReactElement => (
  <span className={`tag ${kind}`}>{children}</span>
);
