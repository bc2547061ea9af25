import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function StartView(): ReactElement {
  return <EmptyState title="Start" />;
}
