import type { ReactElement } from 'react';
import './compress.css';
import { useApp } from '../../state/store.ts';
import { EmptyState } from '../../widgets/index.ts';
import { CompressTabs } from './compress-tabs.tsx';
import { LossChain } from './loss-chain.tsx';
import { Recipe } from './recipe.tsx';
import { SchemeTable } from './scheme-table.tsx';
import { TrainTab } from './train/index.tsx';

/** What makes the network smaller or better: bits per layer, training. */
export function CompressView(): ReactElement {
  const tab = useApp((s) => s.training.tab);
  return (
    <>
      <div className="compress-top">
        <CompressTabs />
      </div>
      {tab === 'train' ? <TrainTab /> : <QuantizeTab />}
    </>
  );
}

/** Bits per layer: what each layer alone loses at each width, the scheme, and what it costs. */
function QuantizeTab(): ReactElement {
  const scheme = useApp((s) => s.compress.scheme);
  const diagnostics = useApp((s) => s.session.view?.diagnostics) ?? [];
  if (!scheme) {
    return (
      <>
        <div className="compress-beside">
          <CompressTabs />
        </div>
        <EmptyState title="No layer of this network can be quantized">
          {diagnostics.find((d) => d.severity !== 'info')?.message ??
            'It has no convolution or dense layer with constant weights.'}
        </EmptyState>
      </>
    );
  }
  return (
    <div className="compress">
      <Recipe scheme={scheme} />
      <div className="compress-main">
        <SchemeTable scheme={scheme} />
        <LossChain />
      </div>
    </div>
  );
}
