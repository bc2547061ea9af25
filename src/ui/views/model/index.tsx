import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function ModelView(): ReactElement {
  return <EmptyState title="Model" />;
}
