import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function DeployView(): ReactElement {
  return <EmptyState title="Deploy" />;
}
