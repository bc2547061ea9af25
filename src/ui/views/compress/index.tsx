import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function CompressView(): ReactElement {
  return <EmptyState title="Compress" />;
}
