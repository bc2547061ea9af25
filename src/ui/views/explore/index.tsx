import type { ReactElement } from 'react';
import { EmptyState } from '../../widgets/index.ts';

export function ExploreView(): ReactElement {
  return <EmptyState title="Explore" />;
}
