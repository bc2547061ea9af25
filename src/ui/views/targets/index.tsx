import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function TargetsView(): ReactElement {
  return <EmptyState title="Targets" />;
}
