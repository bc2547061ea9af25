import type { ReactElement } from 'react';
import { showTab } from '../../actions/training.ts';
import { useApp } from '../../state/store.ts';
import { Segmented } from '../../widgets/index.ts';

/** What is done to the network in this place. */
export function CompressTabs(): ReactElement {
  const tab = useApp((s) => s.training.tab);
  return (
    <div className="compress-tabs">
      <Segmented
        label="What is done to the network"
        value={tab}
        options={[
          { value: 'quantize', label: 'Quantize' },
          { value: 'train', label: 'Train' },
        ]}
        onChange={showTab}
      />
    </div>
  );
}
