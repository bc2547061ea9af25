import type { ReactElement } from 'react';

const paths = {
  tick: 'M2,5.5L4.3,8L8.5,2.5',
  cross: 'M2,2L8,8M8,2L2,8',
  triangle: 'M5,1.2L9.2,8.8H0.8ZM5,4v2.4M5,7.4v0.6',
  dash: 'M2,5H8',
  down: 'M2,3.5L5,6.5L8,3.5',
  right: 'M3.5,2L6.5,5L3.5,8',
  up: 'M2,6.5L5,3.5L8,6.5',
} as const;

/** Small strokes that always stand beside a word. */
export function Icon({ name }: { readonly name: keyof typeof paths }): ReactElement {
  return (
    <svg className="icon" width={10} height={10} viewBox="0 0 10 10" aria-hidden="true">
      <path d={paths[name]} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" />
    </svg>
  );
}

/** The project's mark: a front over points. */
export function Mark(): ReactElement {
  return (
    <svg width={16} height={16} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M1.5,2v4.5h4V10h4v3.5h5" fill="none" stroke="var(--accent)" strokeWidth={1.6} />
      <g fill="currentColor">
        <circle cx={6} cy={3} r={1.3} />
        <circle cx={9.5} cy={6.2} r={1.3} />
        <circle cx={13} cy={9.4} r={1.3} />
        <circle cx={1.5} cy={1.8} r={1.3} />
      </g>
    </svg>
  );
}
